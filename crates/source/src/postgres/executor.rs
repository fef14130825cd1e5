//! Runs statements on PostgreSQL: each in a transaction of its own, read-only, within limits.

use crate::about;
use crate::postgres_session::{self, CONNECT, Ender, Running};
use crate::postgres_value::{self, Column};
use crate::{About, Bind, Limits, SourceError, Statement, StatementError};
use brisk_domain::{Frame, Query, SourceName};
use futures::TryStreamExt;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{AssertSqlSafe, Executor as _, SqlSafeStr as _, Statement as _};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

/// A PostgreSQL that panels read. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Postgres {
    pool: PgPool,
    limits: Limits,
    prelude: Arc<str>,
    ender: Ender,
    user: String,
}

/// The server ends a statement itself; this is how much longer we wait for it to say so.
const GRACE: Duration = Duration::from_secs(2);
/// Statements that a connection keeps prepared. Each view of a panel has the same text.
const PREPARED: usize = 200;
/// A connection that nobody used for so long is closed.
const IDLE: Duration = Duration::from_secs(600);

/// Compiling a bucket's many cases takes the server longer than running them. Not every database
/// that speaks this protocol has the setting.
pub(crate) const NO_JIT: &str =
    "select set_config(name, 'off', false) from pg_settings where name = 'jit'";

impl Postgres {
    pub(crate) fn new(
        name: SourceName,
        url: &str,
        connections: u32,
        limits: Limits,
    ) -> Result<Self, SourceError> {
        let options = options(url)?;
        let user = options.get_username().to_owned();
        let options = options.application_name("brisk").statement_cache_capacity(PREPARED);
        let ender = Ender { name, options: Arc::new(options.clone()) };
        let pool = PgPoolOptions::new()
            .max_connections(connections.max(1))
            .acquire_timeout(CONNECT)
            .idle_timeout(IDLE)
            // What a pooled connection answers with may be wrong only once.
            .test_before_acquire(false)
            .after_connect(|connection, _| Box::pin(postgres_session::switch_jit_off(connection)))
            .connect_lazy_with(options);
        let prelude = postgres_session::prelude(&limits).into();
        Ok(Self { pool, limits, prelude, ender, user })
    }

    /// The role that panels read with.
    pub(crate) fn user(&self) -> &str {
        &self.user
    }

    pub(crate) fn limits(&self) -> Limits {
        self.limits
    }

    pub(crate) fn connections(&self) -> (u32, u32) {
        (self.pool.options().get_max_connections(), self.pool.size())
    }

    /// What its server is, and what its role may do.
    pub(crate) async fn about(&self) -> Result<About, SourceError> {
        let asked = about::in_time(about::postgres(&self.pool)).await;
        asked.map_err(|error| {
            tracing::warn!(source = %self.ender.name, %error, "a source cannot be reached");
            SourceError::Unavailable("it does not answer, or refuses its user".into())
        })
    }

    /// Runs `statement`. Where the connection breaks before the first row, it runs again on
    /// another one: it only reads. Dropping the future ends the statement.
    pub(crate) async fn run(
        &self,
        statement: &Statement,
        scales: &[(String, u8)],
    ) -> Result<Frame, SourceError> {
        // After a restart of the server every idle connection is broken: each is tried once.
        let mut left = self.pool.size();
        loop {
            match self.run_once(statement, scales).await {
                Err(Failure::Broken(_)) if left > 0 => left -= 1,
                result => return result.map_err(|failure| self.error(failure, statement)),
            }
        }
    }

    async fn run_once(
        &self,
        statement: &Statement,
        scales: &[(String, u8)],
    ) -> Result<Frame, Failure> {
        let connection = self.pool.acquire().await.map_err(Failure::Database)?;
        let mut running = Running::on(connection, self.ender.clone());
        let columns = self.columns(&mut running, statement, scales);
        let result = match tokio::time::timeout(self.limits.time + GRACE, columns).await {
            Ok(result) => result,
            Err(_) => Err(Failure::Source(self.timeout())),
        };
        // The server's refusal ends an answer as well as its last row does.
        if matches!(&result, Ok(_) | Err(Failure::Database(sqlx::Error::Database(_)))) {
            running.give_back();
        }
        postgres_value::frame(result?).map_err(Failure::Source)
    }

    async fn columns(
        &self,
        running: &mut Running,
        statement: &Statement,
        scales: &[(String, u8)],
    ) -> Result<Vec<Column>, Failure> {
        running.prepare_session(&self.prelude).await.map_err(broken)?;
        let connection = running.connection().map_err(Failure::Database)?;
        let sql = AssertSqlSafe(statement.sql.clone()).into_sql_str();
        let prepared = (&mut *connection).prepare(sql).await.map_err(broken)?;
        let mut columns = postgres_value::columns(prepared.columns(), scales)?;
        let mut query = prepared.query();
        for bind in &statement.binds {
            query = match bind {
                Bind::Int(value) => query.bind(*value),
                Bind::Text(value) => query.bind(value.clone()),
            };
        }
        let (mut rows, mut bytes) = (0_usize, 0_usize);
        let mut stream = (&mut *connection).fetch(query);
        loop {
            let first = rows == 0;
            let failed = |error| if first { broken(error) } else { Failure::Database(error) };
            let Some(row) = stream.try_next().await.map_err(failed)? else { break };
            rows += 1;
            if rows > self.limits.rows {
                return Err(SourceError::TooManyRows { limit: self.limits.rows }.into());
            }
            for (i, column) in columns.iter_mut().enumerate() {
                bytes += column.push(&row, i)?;
            }
            if bytes > self.limits.bytes {
                return Err(SourceError::TooLarge { limit: self.limits.bytes }.into());
            }
        }
        Ok(columns)
    }

    fn timeout(&self) -> SourceError {
        SourceError::Timeout { seconds: self.limits.time.as_secs() }
    }

    fn error(&self, failure: Failure, statement: &Statement) -> SourceError {
        let error = match failure {
            Failure::Source(error) => return error,
            Failure::Broken(error) | Failure::Database(error) => error,
        };
        // Where there is room for another connection, that one could not be made.
        if matches!(error, sqlx::Error::PoolTimedOut)
            && self.pool.size() >= self.pool.options().get_max_connections()
        {
            tracing::warn!(source = %self.ender.name, %error, "a source cannot be reached");
            return SourceError::Unavailable("all its connections are busy".into());
        }
        source_error(error, &self.ender.name, &statement.query, self.limits.time)
    }
}

/// Reads a URL. The driver takes any scheme, and its message could repeat the URL, which holds a
/// password.
pub(crate) fn options(url: &str) -> Result<PgConnectOptions, SourceError> {
    url.split_once("://")
        .filter(|(scheme, _)| matches!(*scheme, "postgres" | "postgresql"))
        .and_then(|_| PgConnectOptions::from_str(url).ok())
        .ok_or_else(|| {
            let form = "its URL must look like postgres://user:password@host:5432/database";
            SourceError::Unavailable(form.into())
        })
}

/// Why there is no use of `source`; the details go to the log.
pub(crate) fn unavailable(error: &sqlx::Error, source: &SourceName) -> SourceError {
    let code = error.as_database_error().and_then(|refusal| refusal.code()).unwrap_or_default();
    // Wrong passwords and missing databases are not the reader's business.
    if code.starts_with("28") || code == "3D000" {
        tracing::error!(%source, %error, "a source refuses its user");
        return SourceError::Unavailable("it refuses its user".into());
    }
    tracing::warn!(%source, %error, "a source cannot be reached");
    let message =
        if code.is_empty() { "it does not answer" } else { "it is starting, stopping or full" };
    SourceError::Unavailable(message.into())
}

/// What `error` of `source` means to who wrote `query`, which may run for `limit`.
pub(crate) fn source_error(
    error: sqlx::Error,
    source: &SourceName,
    query: &Query,
    limit: Duration,
) -> SourceError {
    let Some(refusal) = error.as_database_error() else {
        return unavailable(&error, source);
    };
    let code = refusal.code().unwrap_or_default();
    // The server ended the statement, at its own timeout or an administrator's wish.
    if code == "57014" {
        return SourceError::Timeout { seconds: limit.as_secs() };
    }
    // The server is shutting down, starting up, full, or has ended the connection; or it refuses
    // the user, or has no such database.
    const AWAY: [&str; 4] = ["57P", "53", "08", "28"];
    if AWAY.iter().any(|class| code.starts_with(class)) || code == "3D000" {
        return unavailable(&error, source);
    }
    let refusal = refusal.try_downcast_ref::<sqlx::postgres::PgDatabaseError>();
    let message = refusal.map_or_else(|| error.to_string(), |r| r.message().to_owned());
    // The position counts characters of what was sent, macros and all: good enough where the
    // author wrote the word that the message names.
    match quoted(&message).and_then(|word| query.sql.find(word)) {
        Some(offset) => StatementError::at(query, offset, &message).into(),
        None => SourceError::Database { message },
    }
}

/// The first word that a message quotes.
fn quoted(message: &str) -> Option<&str> {
    let word = message.split('"').nth(1)?;
    (!word.is_empty()).then_some(word)
}

enum Failure {
    /// The connection was broken before anything was asked.
    Broken(sqlx::Error),
    Database(sqlx::Error),
    Source(SourceError),
}

impl From<SourceError> for Failure {
    fn from(error: SourceError) -> Self {
        Self::Source(error)
    }
}

fn broken(error: sqlx::Error) -> Failure {
    let ended = |code: &str| code.starts_with("57P0");
    // A table has other columns than when this connection prepared the statement: a rollup was
    // built anew. Another connection prepares it anew.
    let outdated = |refusal: &dyn sqlx::error::DatabaseError| {
        refusal.code().as_deref() == Some("0A000") && refusal.message().contains("cached plan")
    };
    match &error {
        sqlx::Error::Io(_) | sqlx::Error::Protocol(_) => Failure::Broken(error),
        sqlx::Error::Database(refusal) if outdated(&**refusal) => Failure::Broken(error),
        sqlx::Error::Database(refusal) if refusal.code().is_some_and(|code| ended(&code)) => {
            Failure::Broken(error)
        }
        _ => Failure::Database(error),
    }
}
