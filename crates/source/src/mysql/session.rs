//! What holds on a MySQL or MariaDB connection while one statement runs, and how a statement that
//! nobody waits for any more is ended on the server.

use crate::Limits;
use brisk_domain::SourceName;
use sqlx::mysql::{MySql, MySqlConnectOptions, MySqlConnection};
use sqlx::pool::PoolConnection;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _, Row as _};
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Handle;

/// How long ending a statement, or making a connection, may take.
pub(crate) const CONNECT: Duration = Duration::from_secs(5);
/// How long a connection that is thrown away may take to say so.
const CLOSE: Duration = Duration::from_secs(1);

/// Bounds each statement on the server too. MariaDB and MySQL name and count that differently.
pub(crate) async fn set_time_limit(
    connection: &mut MySqlConnection,
    time: Duration,
) -> Result<(), sqlx::Error> {
    let known =
        "show variables where variable_name in ('max_statement_time', 'max_execution_time')";
    for row in (&mut *connection).fetch_all(known).await? {
        let name: String = row.try_get_unchecked(0)?;
        let set = match name.as_str() {
            "max_statement_time" => {
                format!("set session max_statement_time = {}", time.as_secs_f64())
            }
            _ => format!("set session max_execution_time = {}", time.as_millis()),
        };
        (&mut *connection).execute(AssertSqlSafe(set)).await?;
    }
    Ok(())
}

/// What is sent before each statement, in one round trip; it answers with the connection's id.
///
/// It is sent again each time because a function that a statement calls may have changed any of
/// it, and what it changed would hold for the statements of others on this connection.
pub(crate) fn prelude(limits: &Limits) -> String {
    // What `group_concat` cuts off it cuts off silently; cut here, the result is too large anyway.
    let longest = limits.bytes.saturating_add(1);
    // Quotes and backslashes mean what `lexis` takes them for, whatever the server's default is;
    // and no column has the value of just any of a group's rows.
    let mode = "ONLY_FULL_GROUP_BY,STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO";
    // One statement is one transaction: each of them only reads, and only what is committed,
    // whatever the server's default is.
    format!(
        "set session transaction isolation level repeatable read, read only; \
         set session autocommit = 1, time_zone = '+00:00', sql_mode = '{mode}', \
         sql_select_limit = 18446744073709551615, group_concat_max_len = {longest}; \
         select connection_id()"
    )
}

/// What is sent once on a connection that writes rollups, which may live for so much `time` between
/// two statements; it answers with the connection's id.
pub(crate) fn writing_prelude(time: Duration) -> String {
    // As for panels, or rows would be others than theirs. Divisions by zero are NULL there; in
    // what writes, that mode would make them errors.
    let mode = "ONLY_FULL_GROUP_BY,STRICT_ALL_TABLES";
    let idle = time.as_secs().max(1);
    // `repeatable read` would lock the rows that an `insert … select` reads, and so make those wait
    // who write them.
    format!(
        "set session transaction isolation level read committed, read write; \
         set session autocommit = 1, time_zone = '+00:00', sql_mode = '{mode}', \
         sql_select_limit = 18446744073709551615, group_concat_max_len = 4294967295, \
         wait_timeout = {idle}; \
         select connection_id()"
    )
}

/// A pooled connection on which a statement may be running. Unless it is given back, what runs on
/// it is ended when this is dropped, which also happens when the reader goes away.
pub(crate) struct Running {
    connection: Option<PoolConnection<MySql>>,
    /// The server's number of the connection, once it has told it.
    id: Option<u64>,
    ender: Ender,
}

/// Ends what runs on connections.
#[derive(Clone)]
pub(crate) struct Ender {
    pub(crate) name: SourceName,
    /// How to make a connection to say so on.
    pub(crate) options: Arc<MySqlConnectOptions>,
}

impl Running {
    pub(crate) fn on(connection: PoolConnection<MySql>, ender: Ender) -> Self {
        Self { connection: Some(connection), id: None, ender }
    }

    /// Sends the [`prelude`].
    pub(crate) async fn prepare_session(&mut self, prelude: &str) -> Result<(), sqlx::Error> {
        let Some(connection) = self.connection.as_mut() else { return Ok(()) };
        let sql = AssertSqlSafe(prelude.to_owned());
        let rows = (&mut **connection).fetch_all(sql).await?;
        self.id = rows.last().and_then(|row| row.try_get_unchecked(0).ok());
        Ok(())
    }

    /// The connection, while it is not given back.
    pub(crate) fn connection(&mut self) -> Result<&mut MySqlConnection, sqlx::Error> {
        self.connection.as_deref_mut().ok_or(sqlx::Error::PoolClosed)
    }

    /// Gives the connection back: nothing runs on it.
    pub(crate) fn give_back(mut self) {
        drop(self.connection.take());
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let Some(connection) = self.connection.take() else { return };
        // It is in the middle of an answer: nobody else shall read the rest.
        match Handle::try_current() {
            Ok(runtime) => _ = runtime.spawn(self.ender.clone().end(connection, self.id)),
            Err(_) => drop(connection.leak()),
        }
    }
}

impl Ender {
    /// A server does not notice that its client has gone before it has something to send, which a
    /// long calculation may never have. So another connection says so. Until then the place in
    /// the pool stays taken, so that a source has no more connections than it may.
    async fn end(self, connection: PoolConnection<MySql>, id: Option<u64>) {
        if let Some(id) = id {
            match tokio::time::timeout(CONNECT, self.kill(id)).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => {
                    tracing::warn!(source = %self.name, %error, "a statement may go on to run");
                }
                Err(_) => {
                    tracing::warn!(source = %self.name, "a statement may go on to run");
                }
            }
        }
        let _ = tokio::time::timeout(CLOSE, connection.detach().close_hard()).await;
    }

    /// Ends the connection with that number.
    pub(crate) async fn kill(&self, id: u64) -> Result<(), sqlx::Error> {
        /// The server knows no such connection: it is gone already.
        const GONE: u16 = 1094;
        let mut other = self.options.connect().await?;
        let killed = other.execute(AssertSqlSafe(format!("kill {id}"))).await;
        let _ = other.close().await;
        match killed {
            Err(sqlx::Error::Database(refusal))
                if refusal
                    .try_downcast_ref::<sqlx::mysql::MySqlDatabaseError>()
                    .is_some_and(|refusal| refusal.number() == GONE) =>
            {
                Ok(())
            }
            other => other.map(|_| ()),
        }
    }
}
