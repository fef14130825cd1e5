//! Runs statements on MySQL or MariaDB: each in a transaction of its own, read-only, within
//! limits.

use crate::about;
use crate::mysql_error::{self, Refusal};
use crate::mysql_session::{self, CONNECT, Ender, Running};
use crate::mysql_value::{self, Column};
use crate::{About, Bind, Limits, SourceError, Statement};
use brisk_domain::{Frame, SourceName};
use futures::TryStreamExt;
use sqlx::mysql::{MySqlConnectOptions, MySqlDatabaseError, MySqlPool, MySqlPoolOptions};
use sqlx::{AssertSqlSafe, Executor as _, Row as _, SqlSafeStr as _, Statement as _};
use std::io::ErrorKind;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

/// A MySQL or MariaDB that panels read. Cheap to clone.
#[derive(Clone)]
pub(crate) struct MySql {
    pool: MySqlPool,
    limits: Limits,
    prelude: Arc<str>,
    ender: Ender,
}

/// The server ends a statement itself; this is how much longer we wait for it to say so.
const GRACE: Duration = Duration::from_secs(2);
/// Statements that a connection keeps prepared. Each view of a panel has the same text.
const PREPARED: usize = 200;
/// A connection that nobody used for so long is closed.
const IDLE: Duration = Duration::from_secs(600);

const NO_TLS: &str = "no TLS connection could be made: see its certificates and Brisk's log";

impl MySql {
    pub(crate) fn new(
        name: SourceName,
        url: &str,
        connections: u32,
        limits: Limits,
    ) -> Result<Self, SourceError> {
        let options = options(url)?;
        let ender = Ender { name, options: Arc::new(options.clone()) };
        let pool = MySqlPoolOptions::new()
            .max_connections(connections.max(1))
            .acquire_timeout(CONNECT)
            .idle_timeout(IDLE)
            // What a pooled connection answers with may be wrong only once.
            .test_before_acquire(false)
            .after_connect(move |connection, _| {
                Box::pin(mysql_session::set_time_limit(connection, limits.time))
            })
            .connect_lazy_with(options);
        Ok(Self { pool, limits, prelude: mysql_session::prelude(&limits).into(), ender })
    }

    /// The database that names without one mean.
    pub(crate) fn database(&self) -> Option<&str> {
        self.ender.options.get_database()
    }

    pub(crate) fn limits(&self) -> Limits {
        self.limits
    }

    pub(crate) fn connections(&self) -> (u32, u32) {
        (self.pool.options().get_max_connections(), self.pool.size())
    }

    /// What its server is, and what its role may do.
    pub(crate) async fn about(&self) -> Result<About, SourceError> {
        let asked = about::in_time(about::mysql(&self.pool)).await;
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
        let connection = self.pool.acquire().await.map_err(Failure::Connect)?;
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
        mysql_value::frame(result?).map_err(Failure::Source)
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
        let mut query = prepared.query();
        for bind in &statement.binds {
            query = match bind {
                Bind::Int(value) => query.bind(*value),
                Bind::Text(value) => query.bind(value.clone()),
            };
        }
        let (mut rows, mut bytes) = (0_usize, 0_usize);
        let mut columns = Vec::new();
        let mut stream = (&mut *connection).fetch(query);
        loop {
            let first = rows == 0;
            let failed = |error| if first { broken(error) } else { Failure::Database(error) };
            let Some(row) = stream.try_next().await.map_err(failed)? else { break };
            if first {
                // Only now the server knows what it makes of the bound values.
                columns = mysql_value::columns(row.columns(), scales, &statement.times)?;
            }
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
        if rows == 0 {
            let guessed = prepared.columns();
            columns = mysql_value::columns_without_rows(guessed, scales, &statement.times);
        }
        Ok(columns)
    }

    fn timeout(&self) -> SourceError {
        SourceError::Timeout { seconds: self.limits.time.as_secs() }
    }

    fn error(&self, failure: Failure, statement: &Statement) -> SourceError {
        let source = &self.ender.name;
        match failure {
            Failure::Source(error) => error,
            // Where there is room for another connection, that one could not be made.
            Failure::Connect(sqlx::Error::PoolTimedOut)
                if self.pool.size() >= self.pool.options().get_max_connections() =>
            {
                tracing::warn!(%source, "all connections to a source are busy");
                SourceError::Unavailable("all its connections are busy".into())
            }
            Failure::Connect(error) => source_error(&error, source, None, self.limits.time),
            Failure::Broken(error) | Failure::Database(error) => {
                source_error(&error, source, Some(statement), self.limits.time)
            }
        }
    }
}

/// How to connect to the server at `url`.
pub(crate) fn options(url: &str) -> Result<MySqlConnectOptions, SourceError> {
    // The driver takes any scheme, and its message could repeat the URL, which holds a password.
    let options = url
        .split_once("://")
        .filter(|(scheme, _)| matches!(*scheme, "mysql" | "mariadb"))
        .and_then(|_| MySqlConnectOptions::from_str(url).ok())
        .ok_or_else(|| {
            let form = "its URL must look like mysql://user:password@host:3306/database";
            SourceError::Unavailable(form.into())
        })?;
    Ok(options
        .statement_cache_capacity(PREPARED)
        .charset("utf8mb4")
        .timezone(Some("+00:00".to_owned()))
        // The prelude sets the modes.
        .pipes_as_concat(false)
        .no_engine_substitution(false))
}

/// What readers are told of `error`, which `statement` met; without one, making a connection.
pub(crate) fn source_error(
    error: &sqlx::Error,
    source: &SourceName,
    statement: Option<&Statement>,
    time: Duration,
) -> SourceError {
    let Some(answer) = answer(error) else {
        tracing::warn!(%source, %error, "a source cannot be reached");
        let message = match error {
            // Without TLS the driver does not send some kinds of passwords.
            sqlx::Error::Configuration(_) | sqlx::Error::Tls(_) => NO_TLS,
            // A certificate that is not trusted.
            sqlx::Error::Io(error) if error.kind() == ErrorKind::InvalidData => NO_TLS,
            _ => "it does not answer",
        };
        return SourceError::Unavailable(message.into());
    };
    let message = match (mysql_error::refusal(answer.number(), statement.is_none()), statement) {
        (Refusal::Statement, Some(statement)) => {
            return mysql_error::at_authors_word(answer.number(), answer.message(), statement);
        }
        (Refusal::Ended, _) => return SourceError::Timeout { seconds: time.as_secs() },
        (Refusal::Away, _) => {
            tracing::warn!(%source, %error, "a source cannot be reached");
            "it is starting, stopping or full"
        }
        // Wrong passwords and missing databases are not the reader's business.
        (Refusal::User | Refusal::Statement, _) => {
            tracing::error!(%source, %error, "a source refuses its user");
            "it refuses its user"
        }
    };
    SourceError::Unavailable(message.into())
}

enum Failure {
    /// No connection could be made.
    Connect(sqlx::Error),
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
    match &error {
        sqlx::Error::Io(_) | sqlx::Error::Protocol(_) => Failure::Broken(error),
        _ => match answer(&error).map(|answer| mysql_error::refusal(answer.number(), false)) {
            Some(Refusal::Away) => Failure::Broken(error),
            _ => Failure::Database(error),
        },
    }
}

/// What the server itself said.
pub(crate) fn answer(error: &sqlx::Error) -> Option<&MySqlDatabaseError> {
    let sqlx::Error::Database(refusal) = error else { return None };
    refusal.try_downcast_ref::<MySqlDatabaseError>()
}
