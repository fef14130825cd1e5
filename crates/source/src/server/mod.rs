//! What the executors of database servers share: a pool, each statement in a read-only transaction
//! of its own within limits, and statements that are ended on the server once nobody waits for
//! them. [`Protocol`] has what differs.

mod connecting;
mod fill;
mod protocol;
mod running;
mod times;
mod unreadable;

use crate::about::About;
use crate::compile::statement::{SessionZone, Statement};
use crate::connect_error::ConnectError;
use crate::error::{SourceError, StatementError};
use crate::gate::{Gate, Refused, Verdict};
use crate::known_zones::{Agreement, KnownZones, Standing};
use crate::limits::Limits;
use crate::rights::Rights;
use brisk_domain::{Frame, Values, ZoneName};
pub(crate) use connecting::connected;
pub(crate) use fill::fill;
pub(crate) use protocol::{ConnectionOf, Failure, OptionsOf, Protocol};
pub(crate) use running::Canceller;
use running::Running;
pub use running::detached_statements;
use sqlx::pool::PoolOptions;
use sqlx::{Connection as _, Database, Pool};
use std::sync::Arc;
use std::time::Duration;
pub(crate) use times::{CONNECT, GRACE};
pub(crate) use unreadable::unreadable;

/// How many statements a connection keeps prepared. Each view of a panel has the same SQL.
pub(crate) const PREPARED: usize = 200;
/// How long a connection may be unused before it is closed.
const IDLE: Duration = Duration::from_secs(600);
/// A database server that panels read. Cheap to clone.
pub(crate) struct Server<P: Protocol> {
    pool: Pool<P::Database>,
    limits: Limits,
    prelude: Arc<str>,
    zones: KnownZones,
    gate: Gate,
    catalog: Arc<P::Catalog>,
    canceller: Canceller<P>,
}

impl<P: Protocol> Clone for Server<P> {
    fn clone(&self) -> Self {
        Self {
            pool: self.pool.clone(),
            limits: self.limits,
            prelude: Arc::clone(&self.prelude),
            zones: self.zones.clone(),
            gate: self.gate.clone(),
            catalog: Arc::clone(&self.catalog),
            canceller: self.canceller.clone(),
        }
    }
}

/// The settings of a server's pool, with at most `connections` connections.
pub(crate) fn pool_options<DB: Database>(connections: u32) -> PoolOptions<DB> {
    PoolOptions::new()
        .max_connections(connections.max(1))
        .acquire_timeout(CONNECT)
        .idle_timeout(IDLE)
        // A broken connection is noticed by its first statement, which then runs on another one.
        .test_before_acquire(false)
}

impl<P: Protocol> Server<P> {
    /// `prelude` is sent before each statement.
    pub(crate) fn new(
        pool: Pool<P::Database>,
        limits: Limits,
        prelude: String,
        canceller: Canceller<P>,
    ) -> Self {
        let (zones, gate) = (KnownZones::default(), Gate::default());
        let (prelude, catalog) = (prelude.into(), Arc::default());
        Self { pool, limits, prelude, zones, gate, catalog, canceller }
    }

    /// The same with what the source's owner allows.
    pub(crate) fn with_rights(self, rights: Rights) -> Self {
        Self { gate: Gate::of(rights), ..self }
    }

    /// How often its catalog was read for all statements, and how often it was asked about one.
    pub(crate) fn asked(&self) -> (u64, u64) {
        P::asked(&self.catalog)
    }

    /// How to allow an all-powerful user all the same; `None` if it is not refused.
    pub(crate) fn allows_users(&self) -> Option<&'static str> {
        self.gate.allows_users()
    }

    /// How to connect to it.
    pub(crate) fn options(&self) -> &OptionsOf<P> {
        &self.canceller.options
    }

    pub(crate) fn limits(&self) -> Limits {
        self.limits
    }

    /// How many connections it may have, and how many it has.
    pub(crate) fn connections(&self) -> (u32, u32) {
        (self.pool.options().get_max_connections(), self.pool.size())
    }

    /// What to do about `zone`, if the server was found not to know it as Brisk does.
    pub(crate) fn zone_advice(&self, zone: &ZoneName) -> Option<&'static str> {
        (self.zones.get(zone) == Some(Agreement::None)).then_some(P::ZONE_ADVICE)
    }

    /// The server's version, and what its user may do.
    pub(crate) async fn about(&self) -> Result<About, ConnectError> {
        let known = match self.pool.size() {
            0 => None,
            _ => {
                let pooled = async { self.about_over(&mut *self.pool.acquire().await?).await };
                tokio::time::timeout(CONNECT, pooled).await.ok().and_then(Result::ok)
            }
        };
        // A pool does not tell why it has no connection, and tries again until the time is over.
        let (about, power, shared) = match known {
            Some(known) => known,
            None => {
                let mut connection = connected::<P>(self.options()).await?;
                let asked = tokio::time::timeout(CONNECT, self.about_over(&mut connection)).await;
                let asked = asked.unwrap_or(Err(sqlx::Error::PoolTimedOut));
                // A connection that cannot be closed ends with its socket.
                let _ = tokio::time::timeout(CONNECT, connection.close()).await;
                asked.map_err(|error| P::connect_error(&error))?
            }
        };
        if shared {
            return Err(ConnectError::SharedSessions);
        }
        match (power, self.allows_users()) {
            (Some(power), Some(otherwise)) => {
                Err(ConnectError::TooPowerful { power, reader: P::A_READER, otherwise })
            }
            _ => Ok(about),
        }
    }

    /// The server's version, the power of its user if that matters, and whether its sessions are shared.
    async fn about_over(
        &self,
        connection: &mut ConnectionOf<P>,
    ) -> Result<(About, Option<String>, bool), sqlx::Error> {
        let about = P::about(connection).await?;
        let power = match self.gate.looks_at_users() {
            true => P::power(connection).await?,
            false => None,
        };
        let asked = P::is_shared(connection, self.options());
        Ok((about, power, self.gate.are_sessions_shared(asked).await?))
    }

    /// Runs `statement`. If the connection breaks before the first row, it is retried on another
    /// one, which is safe because it only reads. Dropping the future ends the statement.
    pub(crate) async fn run(
        &self,
        statement: &Statement,
        scales: &[(String, u8)],
    ) -> Result<Frame, SourceError> {
        // After a restart of the server every idle connection is broken: each is tried once.
        let mut left = self.pool.size();
        // The other connections may be held by statements that are only now being ended, for
        // readers who have left.
        let mut waits = self.limits.time.as_secs().div_ceil(CONNECT.as_secs());
        loop {
            let frame = match self.run_once(statement, scales, Standing::InZone).await {
                Ok(frame) if self.is_doubtful(statement, &frame) => {
                    self.run_once(statement, scales, Standing::WithOwnMacros).await
                }
                result => result,
            };
            match frame {
                Err(Failure::Broken(_)) if left > 0 => left -= 1,
                Err(Failure::Connect(sqlx::Error::PoolTimedOut)) if waits > 0 && self.is_full() => {
                    waits -= 1;
                }
                result => return result.map_err(|failure| self.error(failure, statement)),
            }
        }
    }

    fn is_full(&self) -> bool {
        self.pool.size() >= self.pool.options().get_max_connections()
    }

    async fn run_once(
        &self,
        statement: &Statement,
        scales: &[(String, u8)],
        most: Standing,
    ) -> Result<Frame, Failure> {
        let connection = self.pool.acquire().await.map_err(Failure::Connect)?;
        let mut running = Running::on(connection, self.canceller.clone());
        let columns = async {
            let zone = statement.zone.as_ref();
            let known = zone.and_then(|zone| self.standing(zone)).map(|known| known.min(most));
            let prelude = match zone {
                Some(zone) if known > Some(Standing::Apart) => P::prelude_in(&self.prelude, zone),
                _ => self.prelude.to_string(),
            };
            running.prepare_session(&prelude).await.map_err(Failure::before_rows::<P>)?;
            let connection = running.connection().map_err(Failure::Database)?;
            self.pass(connection, statement).await?;
            let standing = match (zone, known) {
                (Some(zone), None) => {
                    self.enter(connection, zone).await.map_err(Failure::before_rows::<P>)?
                }
                (_, known) => known.unwrap_or(Standing::Apart),
            };
            P::columns(connection, statement, standing.min(most), scales, &self.limits).await
        };
        let result = match tokio::time::timeout(self.limits.time + GRACE, columns).await {
            Ok(result) => result,
            Err(_) => {
                let seconds = self.limits.time.as_secs();
                Err(Failure::Source(SourceError::Timeout { seconds }))
            }
        };
        // An error of the server ends its answer just as the last row does.
        let has_ended = matches!(&result, Ok(_) | Err(Failure::Database(sqlx::Error::Database(_))));
        if has_ended || matches!(&result, Err(Failure::Refused(_))) {
            running.give_back();
        }
        P::frame(result?).map_err(Failure::Source)
    }

    /// Whether the user and the functions of `statement` are allowed; nothing of it runs.
    pub(crate) async fn check(&self, statement: &Statement) -> Result<(), SourceError> {
        if self.gate.has_passed(statement) {
            return Ok(());
        }
        let checked = async {
            let connection = self.pool.acquire().await.map_err(Failure::Connect)?;
            let mut running = Running::on(connection, self.canceller.clone());
            running.prepare_session(&self.prelude).await.map_err(Failure::before_rows::<P>)?;
            let connection = running.connection().map_err(Failure::Database)?;
            self.pass(connection, statement).await?;
            running.give_back();
            Ok(())
        };
        let checked = tokio::time::timeout(self.limits.time + GRACE, checked).await;
        let seconds = self.limits.time.as_secs();
        let late = Err(Failure::Source(SourceError::Timeout { seconds }));
        checked.unwrap_or(late).map_err(|failure| self.error(failure, statement))
    }

    /// Checks the user and the functions of `statement`; an error says what is refused.
    async fn pass(
        &self,
        connection: &mut ConnectionOf<P>,
        statement: &Statement,
    ) -> Result<(), Failure> {
        let asked = P::is_shared(connection, self.options());
        let shared = self.gate.are_sessions_shared(asked).await;
        if shared.map_err(Failure::before_rows::<P>)? {
            let error = ConnectError::SharedSessions;
            return Err(Failure::Refused(SourceError::Unavailable(error.to_string())));
        }
        if !self.gate.is_user_known() {
            let power = P::power(connection).await.map_err(Failure::before_rows::<P>)?;
            if let Some(power) = power {
                let otherwise = self.gate.rights().otherwise();
                let error = ConnectError::TooPowerful { power, reader: P::A_READER, otherwise };
                return Err(Failure::Refused(SourceError::Unavailable(error.to_string())));
            }
            self.gate.remember_user();
        }
        if self.gate.has_passed(statement) {
            return Ok(());
        }
        let rights = self.gate.rights();
        let verdict = P::verdict(connection, &self.catalog, statement, &rights).await;
        match verdict.map_err(Failure::before_rows::<P>)? {
            Verdict::Passes => self.gate.remember(statement),
            Verdict::PassesAsWritten => self.gate.remember_as_written(statement),
            Verdict::Refused(Refused { at, message }) => {
                let error = StatementError::at(&statement.query, at, message);
                return Err(Failure::Refused(error.into()));
            }
        }
        Ok(())
    }

    /// Whose clock a statement can use, by how far the server knows all zones that it needs as Brisk does; `None`
    /// if the server has yet to be queried.
    fn standing(&self, zone: &SessionZone) -> Option<Standing> {
        let others = zone.others.iter().map(|(name, _)| name);
        let known = std::iter::once(&zone.name).chain(others).map(|name| self.zones.get(name));
        let known: Vec<Option<Standing>> =
            known.map(|known| known.map(|known| known.standing(zone.is_before_1970))).collect();
        match known.contains(&Some(Standing::Apart)) {
            true => Some(Standing::Apart),
            false => known.into_iter().collect::<Option<Vec<_>>>()?.into_iter().min(),
        }
    }

    /// Whether the server's clock made buckets before 1970, where it may be another one than Brisk's: no range said
    /// that there are rows of then.
    fn is_doubtful(&self, statement: &Statement, frame: &Frame) -> bool {
        let Some(zone) = &statement.zone else { return false };
        let others = zone.others.iter().map(|(name, _)| name);
        let mut names = std::iter::once(&zone.name).chain(others);
        let is_since_1970 = |name| self.zones.get(name) == Some(Agreement::Since1970);
        if zone.is_before_1970
            || !statement.query.sql.contains("$bucket")
            || !names.any(is_since_1970)
        {
            return false;
        }
        let is_before = |name: &String| {
            let column =
                frame.columns().iter().find(|column| column.name.eq_ignore_ascii_case(name));
            column.is_some_and(|column| match &column.values {
                Values::Time(cells) => cells.iter().flatten().any(|at| at.0 < 0),
                _ => false,
            })
        };
        statement.buckets.iter().any(is_before)
    }

    /// Queries the server about the zones that a statement needs, and sets the session to the statement's
    /// own if all are known, at least since 1970.
    async fn enter(
        &self,
        connection: &mut ConnectionOf<P>,
        zone: &SessionZone,
    ) -> Result<Standing, sqlx::Error> {
        let own = std::iter::once((&zone.name, &zone.offsets));
        let mut standing = Standing::InZone;
        for (name, offsets) in own.chain(zone.others.iter().map(|(name, of)| (name, of))) {
            let known = match self.zones.get(name) {
                Some(known) => known,
                None => {
                    let knows = P::knows(connection, name, offsets).await?;
                    self.remember(name, knows);
                    knows
                }
            };
            standing = standing.min(known.standing(zone.is_before_1970));
        }
        if standing > Standing::Apart {
            P::enter_zone(connection, &zone.name).await?;
        }
        Ok(standing)
    }

    fn remember(&self, zone: &ZoneName, agrees: Agreement) {
        self.zones.set(zone, agrees);
        if agrees == Agreement::None {
            let source = &self.canceller.source;
            tracing::warn!(
                %source, %zone,
                "a source's time zone data are missing, or not Brisk's: its statements list the changes \
                 of the clock instead; {}", P::ZONE_ADVICE
            );
        }
    }

    fn error(&self, failure: Failure, statement: &Statement) -> SourceError {
        let (source, time) = (&self.canceller.source, self.limits.time);
        match failure {
            Failure::Source(error) | Failure::Refused(error) => error,
            // If the pool is not full, the timeout was for making a connection.
            Failure::Connect(sqlx::Error::PoolTimedOut) if self.is_full() => {
                tracing::warn!(%source, "all connections to a source are busy");
                SourceError::Unavailable("all its connections are busy".into())
            }
            Failure::Connect(error) => P::source_error(&error, source, None, time),
            Failure::Broken(error) | Failure::Database(error) => {
                P::source_error(&error, source, Some(statement), time)
            }
        }
    }
}
