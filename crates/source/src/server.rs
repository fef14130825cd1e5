//! What the executors of database servers share: a pool, each statement in a read-only transaction
//! of its own within limits, and statements ended on the server when nobody waits for them any
//! more. [`Protocol`] is what differs.

use crate::about::About;
use crate::compile::statement::{SessionZone, Statement};
use crate::error::{SourceError, StatementError};
use crate::gate::{Gate, Refused};
use crate::known_zones::KnownZones;
use crate::limits::Limits;
use crate::rights::Rights;
use crate::row_meter::RowMeter;
use brisk_domain::{Frame, SourceName, ZoneName, ZoneOffsets};
use futures::{Stream, TryStreamExt as _};
use sqlx::pool::{PoolConnection, PoolOptions};
use sqlx::{Connection, Database, Pool, Row};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::runtime::Handle;

/// How long making a connection, waiting for one, or ending a statement may take.
pub(crate) const CONNECT: Duration = Duration::from_secs(5);
/// The server enforces time limits itself; this is how much longer Brisk waits for its answer.
pub(crate) const GRACE: Duration = Duration::from_secs(2);
/// Statements that may go on running, because ending them failed.
static DETACHED: AtomicU64 = AtomicU64::new(0);

/// How many statements of servers may have gone on running, because ending them failed.
pub fn detached_statements() -> u64 {
    DETACHED.load(Ordering::Relaxed)
}

/// How many statements a connection keeps prepared. Each view of a panel has the same SQL.
pub(crate) const PREPARED: usize = 200;
/// A connection that is unused for so long is closed.
const IDLE: Duration = Duration::from_secs(600);
/// How long closing a discarded connection may take.
const CLOSE: Duration = Duration::from_secs(1);

/// The connection of a protocol.
pub(crate) type ConnectionOf<P> = <<P as Protocol>::Database as Database>::Connection;
/// How to make a connection of a protocol.
pub(crate) type OptionsOf<P> = <ConnectionOf<P> as Connection>::Options;

/// What one kind of server does in its own way.
pub(crate) trait Protocol: Send + Sync + Sized + 'static {
    type Database: Database;
    /// How the server identifies a connection when asked to end it.
    type Id: Copy + Send + Sync + 'static;
    /// A column that is being filled.
    type Column: Send;

    /// Sends the prelude, which sets up the session; `None` if the server did not tell the id.
    fn prepare_session(
        connection: &mut ConnectionOf<Self>,
        prelude: &str,
    ) -> impl Future<Output = Result<Option<Self::Id>, sqlx::Error>> + Send;

    /// The prelude for a session that stands in `zone`, which the server knows as Brisk does.
    fn prelude_in(prelude: &str, _zone: &SessionZone) -> String {
        prelude.to_owned()
    }

    /// Whether the server knows the zone `name` as Brisk does, by these `offsets`.
    fn knows(
        connection: &mut ConnectionOf<Self>,
        name: &ZoneName,
        offsets: &ZoneOffsets,
    ) -> impl Future<Output = Result<bool, sqlx::Error>> + Send;

    /// Lets a session that the prelude has set up stand in `zone`, which the server knows, where the protocol
    /// has that.
    fn enter_zone(
        _connection: &mut ConnectionOf<Self>,
        _zone: &ZoneName,
    ) -> impl Future<Output = Result<(), sqlx::Error>> + Send {
        std::future::ready(Ok(()))
    }

    /// The function that `statement` would call although neither Brisk knows it to only read nor
    /// `rights` allow it, if there is one. Nothing of the statement runs.
    fn refused(
        connection: &mut ConnectionOf<Self>,
        statement: &Statement,
        rights: &Rights,
    ) -> impl Future<Output = Result<Option<Refused>, sqlx::Error>> + Send;

    /// What makes the user one that can do more than read: `"x" is a superuser`, if anything does.
    fn power(
        connection: &mut ConnectionOf<Self>,
    ) -> impl Future<Output = Result<Option<String>, sqlx::Error>> + Send;

    /// How to make a user that only reads.
    const A_READER: &str;

    /// What follows where the server does not know a zone, and what to do.
    const ZONE_ADVICE: &str;

    /// Runs `statement` and fills its columns; `in_zone` says whether the session stands in its zone.
    fn columns(
        connection: &mut ConnectionOf<Self>,
        statement: &Statement,
        in_zone: bool,
        scales: &[(String, u8)],
        limits: &Limits,
    ) -> impl Future<Output = Result<Vec<Self::Column>, Failure>> + Send;

    /// The frame of filled columns.
    fn frame(columns: Vec<Self::Column>) -> Result<Frame, SourceError>;

    /// Ends the connection `id`, and what runs on it, over another connection.
    fn cancel(
        options: &OptionsOf<Self>,
        id: Self::Id,
    ) -> impl Future<Output = Result<(), sqlx::Error>> + Send;

    /// Closes a connection on which an answer may be unread.
    fn close(
        connection: PoolConnection<Self::Database>,
    ) -> impl Future<Output = Result<(), sqlx::Error>> + Send;

    /// Whether `error` means that the connection was broken, or its prepared statements outdated,
    /// before the statement ran.
    fn is_broken(error: &sqlx::Error) -> bool;

    /// What readers are told of `error`, which `statement` met; without one, making a connection.
    fn source_error(
        error: &sqlx::Error,
        source: &SourceName,
        statement: Option<&Statement>,
        time: Duration,
    ) -> SourceError;

    /// The server's version, and what its user may do.
    fn about(
        pool: &Pool<Self::Database>,
    ) -> impl Future<Output = Result<About, sqlx::Error>> + Send;
}

/// A database server that panels read. Cheap to clone.
pub(crate) struct Server<P: Protocol> {
    pool: Pool<P::Database>,
    limits: Limits,
    prelude: Arc<str>,
    zones: KnownZones,
    gate: Gate,
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
            canceller: self.canceller.clone(),
        }
    }
}

/// The settings of a server's pool, with at most so many connections.
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
        Self { pool, limits, prelude: prelude.into(), zones, gate, canceller }
    }

    /// With what the source's owner allows.
    pub(crate) fn with_rights(self, rights: Rights) -> Self {
        Self { gate: Gate::of(rights), ..self }
    }

    /// Whether its user has to be one that cannot do just anything.
    pub(crate) fn has_a_reader(&self) -> bool {
        self.gate.looks_at_users()
    }

    /// How it is connected to.
    pub(crate) fn options(&self) -> &OptionsOf<P> {
        &self.canceller.options
    }

    pub(crate) fn limits(&self) -> Limits {
        self.limits
    }

    /// Connections that it may have at a time, and those that it has.
    pub(crate) fn connections(&self) -> (u32, u32) {
        (self.pool.options().get_max_connections(), self.pool.size())
    }

    /// Whether it was seen not to know `zone` as Brisk does, and then what to do.
    pub(crate) fn zone_advice(&self, zone: &ZoneName) -> Option<&'static str> {
        (self.zones.get(zone) == Some(false)).then_some(P::ZONE_ADVICE)
    }

    /// The server's version, and what its user may do.
    pub(crate) async fn about(&self) -> Result<About, SourceError> {
        let asked = tokio::time::timeout(CONNECT, P::about(&self.pool)).await;
        asked.unwrap_or(Err(sqlx::Error::PoolTimedOut)).map_err(|error| {
            tracing::warn!(source = %self.canceller.source, %error, "a source cannot be reached");
            SourceError::Unavailable("it does not answer, or refuses its user".into())
        })
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
        // What holds the others may be ended only now, for readers that have left.
        let mut waits = self.limits.time.as_secs().div_ceil(CONNECT.as_secs());
        loop {
            match self.run_once(statement, scales).await {
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
    ) -> Result<Frame, Failure> {
        let connection = self.pool.acquire().await.map_err(Failure::Connect)?;
        let mut running = Running::on(connection, self.canceller.clone());
        let columns = async {
            let zone = statement.zone.as_ref();
            let known = zone.and_then(|zone| self.are_known(zone));
            let prelude = match zone {
                Some(zone) if known == Some(true) => P::prelude_in(&self.prelude, zone),
                _ => self.prelude.to_string(),
            };
            running.prepare_session(&prelude).await.map_err(Failure::before_rows::<P>)?;
            let connection = running.connection().map_err(Failure::Database)?;
            self.pass(connection, statement).await?;
            let in_zone = match (zone, known) {
                (Some(zone), None) => {
                    self.enter(connection, zone).await.map_err(Failure::before_rows::<P>)?
                }
                (_, known) => known.unwrap_or(false),
            };
            P::columns(connection, statement, in_zone, scales, &self.limits).await
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

    /// Whether the user and the functions of `statement` may be; nothing of it runs.
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

    /// Lets `statement` pass, or says why not.
    async fn pass(
        &self,
        connection: &mut ConnectionOf<P>,
        statement: &Statement,
    ) -> Result<(), Failure> {
        if !self.gate.is_user_known() {
            let power = P::power(connection).await.map_err(Failure::before_rows::<P>)?;
            if let Some(power) = power {
                let message = format!(
                    "its user {power}: give Brisk one that only reads: {}; or, for this source, write \
                     \"allow_superuser = true\"",
                    P::A_READER
                );
                return Err(Failure::Refused(SourceError::Unavailable(message)));
            }
            self.gate.remember_user();
        }
        if self.gate.has_passed(statement) {
            return Ok(());
        }
        let refused = P::refused(connection, statement, &self.gate.rights()).await;
        if let Some(Refused { at, message }) = refused.map_err(Failure::before_rows::<P>)? {
            let error = StatementError::at(&statement.query, at, message);
            return Err(Failure::Refused(error.into()));
        }
        self.gate.remember(statement);
        Ok(())
    }

    /// Whether the server knows all zones that a statement needs as Brisk does; `None` if it has yet to be
    /// asked.
    fn are_known(&self, zone: &SessionZone) -> Option<bool> {
        let others = zone.others.iter().map(|(name, _)| name);
        let known = std::iter::once(&zone.name).chain(others).map(|name| self.zones.get(name));
        let known: Vec<Option<bool>> = known.collect();
        match known.contains(&Some(false)) {
            true => Some(false),
            false => (!known.contains(&None)).then_some(true),
        }
    }

    /// Asks the server for the zones that a statement needs, and lets the session stand in its own if all of
    /// them are known.
    async fn enter(
        &self,
        connection: &mut ConnectionOf<P>,
        zone: &SessionZone,
    ) -> Result<bool, sqlx::Error> {
        let own = std::iter::once((&zone.name, &zone.offsets));
        let mut all = true;
        for (name, offsets) in own.chain(zone.others.iter().map(|(name, of)| (name, of))) {
            let known = match self.zones.get(name) {
                Some(known) => known,
                None => {
                    let knows = P::knows(connection, name, offsets).await?;
                    self.remember(name, knows);
                    knows
                }
            };
            all &= known;
        }
        if all {
            P::enter_zone(connection, &zone.name).await?;
        }
        Ok(all)
    }

    fn remember(&self, zone: &ZoneName, agrees: bool) {
        self.zones.set(zone, agrees);
        if !agrees {
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
            // If the pool is not full, it timed out making a connection.
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

/// Why a statement gave no columns.
pub(crate) enum Failure {
    /// No connection could be made.
    Connect(sqlx::Error),
    /// The connection turned out to be broken before the statement ran.
    Broken(sqlx::Error),
    Database(sqlx::Error),
    /// The statement was not let through to the server.
    Refused(SourceError),
    Source(SourceError),
}

impl Failure {
    /// Of an error before the first row.
    pub(crate) fn before_rows<P: Protocol>(error: sqlx::Error) -> Self {
        if P::is_broken(&error) { Self::Broken(error) } else { Self::Database(error) }
    }
}

impl From<SourceError> for Failure {
    fn from(error: SourceError) -> Self {
        Self::Source(error)
    }
}

/// What readers are told of an answer that has arrived, but that the driver cannot read: the database
/// is there, and the statement can be changed.
pub(crate) fn unreadable(error: &sqlx::Error) -> Option<SourceError> {
    let (column, why) = match error {
        sqlx::Error::ColumnDecode { index, source } => {
            (index.trim_matches('"'), source.to_string())
        }
        sqlx::Error::Decode(source) => ("?", source.to_string()),
        sqlx::Error::TypeNotFound { type_name } => ("?", format!("unknown type {type_name}")),
        sqlx::Error::Protocol(message)
            if message.contains("unknown column type") || message.contains("type OID") =>
        {
            ("?", message.clone())
        }
        _ => return None,
    };
    Some(SourceError::Type {
        column: column.to_owned(),
        message: format!("its type cannot be read ({why}): cast it to text"),
    })
}

/// A pooled connection on which a statement may be running. Unless it is given back, the statement
/// is ended when this is dropped, which also happens when the reader goes away.
struct Running<P: Protocol> {
    connection: Option<PoolConnection<P::Database>>,
    /// Known once the server has told it.
    id: Option<P::Id>,
    canceller: Canceller<P>,
}

impl<P: Protocol> Running<P> {
    fn on(connection: PoolConnection<P::Database>, canceller: Canceller<P>) -> Self {
        Self { connection: Some(connection), id: None, canceller }
    }

    async fn prepare_session(&mut self, prelude: &str) -> Result<(), sqlx::Error> {
        self.id = P::prepare_session(self.connection()?, prelude).await?;
        Ok(())
    }

    fn connection(&mut self) -> Result<&mut ConnectionOf<P>, sqlx::Error> {
        self.connection.as_deref_mut().ok_or(sqlx::Error::PoolClosed)
    }

    /// Gives the connection back: nothing runs on it.
    fn give_back(mut self) {
        drop(self.connection.take());
    }
}

impl<P: Protocol> Drop for Running<P> {
    fn drop(&mut self) {
        let Some(connection) = self.connection.take() else { return };
        // Its answer is not read to the end, so nobody else may use it.
        match Handle::try_current() {
            Ok(runtime) => _ = runtime.spawn(self.canceller.clone().end(connection, self.id)),
            Err(_) => drop(connection.leak()),
        }
    }
}

/// Ends what runs on connections to a source.
pub(crate) struct Canceller<P: Protocol> {
    pub(crate) source: SourceName,
    /// How to make the connection that ends another one.
    pub(crate) options: Arc<OptionsOf<P>>,
}

impl<P: Protocol> Clone for Canceller<P> {
    fn clone(&self) -> Self {
        Self { source: self.source.clone(), options: Arc::clone(&self.options) }
    }
}

impl<P: Protocol> Canceller<P> {
    /// A server notices that its client has gone only when it sends something, which a long
    /// calculation may never do: so another connection ends it. Until then the slot in the pool
    /// stays taken, so that a source never has more connections than it may.
    async fn end(self, connection: PoolConnection<P::Database>, id: Option<P::Id>) {
        if let Some(id) = id {
            match tokio::time::timeout(CONNECT, self.cancel(id)).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => {
                    DETACHED.fetch_add(1, Ordering::Relaxed);
                    tracing::warn!(source = %self.source, %error, "a statement may go on running");
                }
                Err(_) => {
                    DETACHED.fetch_add(1, Ordering::Relaxed);
                    tracing::warn!(source = %self.source, "a statement may go on running");
                }
            }
        }
        let _ = tokio::time::timeout(CLOSE, P::close(connection)).await;
    }

    /// Ends the connection `id`.
    pub(crate) async fn cancel(&self, id: P::Id) -> Result<(), sqlx::Error> {
        P::cancel(&self.options, id).await
    }
}

/// Reads `rows` within `limits`. `describe` makes the columns, given the first row if there is one;
/// `push` adds a row's cell to its column and returns its size in bytes.
pub(crate) async fn fill<P, R, C>(
    rows: impl Stream<Item = Result<R, sqlx::Error>> + Send,
    limits: &Limits,
    describe: impl FnOnce(Option<&R>) -> Result<Vec<C>, SourceError> + Send,
    push: impl Fn(&mut C, &R, usize) -> Result<usize, SourceError> + Send,
) -> Result<Vec<C>, Failure>
where
    P: Protocol,
    R: Row,
{
    let mut rows = pin!(rows);
    let mut next = rows.try_next().await.map_err(Failure::before_rows::<P>)?;
    let mut columns = describe(next.as_ref())?;
    let mut meter = RowMeter::new(limits);
    while let Some(row) = next {
        let mut bytes = 0;
        meter.count_row()?;
        for (i, column) in columns.iter_mut().enumerate() {
            bytes += push(column, &row, i)?;
        }
        meter.count_bytes(bytes)?;
        next = rows.try_next().await.map_err(Failure::Database)?;
    }
    Ok(columns)
}
