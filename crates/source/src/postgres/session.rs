//! What holds on a PostgreSQL connection while one statement runs, and how a statement that nobody
//! waits for any more is ended on the server.

use crate::Limits;
use brisk_domain::SourceName;
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgConnection, Postgres};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _, Row as _};
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Handle;

/// How long making a connection may take, or waiting for one, or ending a statement.
pub(crate) const CONNECT: Duration = Duration::from_secs(5);
/// How long a connection that is thrown away may take to say so.
const CLOSE: Duration = Duration::from_secs(1);

/// What is sent before each statement, in one round trip; it answers with the number of the
/// server's process.
///
/// It is sent again each time because a function that a statement calls may have changed any of
/// it, and what it changed would hold for the statements of others on this connection.
pub(crate) fn prelude(limits: &Limits) -> String {
    let milliseconds = limits.time.as_millis();
    // Backslashes mean what `lexis` takes them for, whatever the server's default is.
    // One statement is one transaction: these make each of them read-only, and bounded also when
    // we are gone.
    format!(
        "set default_transaction_read_only = on; \
         set statement_timeout = {milliseconds}; \
         set idle_in_transaction_session_timeout = {milliseconds}; \
         set timezone = 'UTC'; \
         set standard_conforming_strings = on; \
         select pg_backend_pid()"
    )
}

/// Compiling a bucket's many cases takes the server longer than running them. Not every database
/// that speaks this protocol has the setting.
pub(crate) async fn switch_jit_off(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    let off = "select set_config(name, 'off', false) from pg_settings where name = 'jit'";
    connection.execute(off).await.map(|_| ())
}

/// A pooled connection on which a statement may be running. Unless it is given back, what runs on
/// it is ended when this is dropped, which also happens when the reader goes away.
pub(crate) struct Running {
    connection: Option<PoolConnection<Postgres>>,
    /// The number of the server's process, once it has told it.
    process: Option<i32>,
    ender: Ender,
}

/// Ends what runs on connections.
#[derive(Clone)]
pub(crate) struct Ender {
    pub(crate) name: SourceName,
    /// How to make a connection to say so on.
    pub(crate) options: Arc<PgConnectOptions>,
}

impl Running {
    pub(crate) fn on(connection: PoolConnection<Postgres>, ender: Ender) -> Self {
        Self { connection: Some(connection), process: None, ender }
    }

    /// Sends the [`prelude`].
    pub(crate) async fn prepare_session(&mut self, prelude: &str) -> Result<(), sqlx::Error> {
        let Some(connection) = self.connection.as_mut() else { return Ok(()) };
        let sql = AssertSqlSafe(prelude.to_owned());
        let rows = (&mut **connection).fetch_all(sql).await?;
        self.process = rows
            .last()
            .and_then(|row| row.try_get_unchecked::<&str, _>(0).ok())
            .and_then(|number| number.parse().ok());
        Ok(())
    }

    /// The connection, while it is not given back.
    pub(crate) fn connection(&mut self) -> Result<&mut PgConnection, sqlx::Error> {
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
            Ok(runtime) => _ = runtime.spawn(self.ender.clone().end(connection, self.process)),
            Err(_) => drop(connection.leak()),
        }
    }
}

impl Ender {
    /// A server does not notice that its client has gone before it has something to send, which a
    /// long calculation may never have. So another connection says so. Until then the place in
    /// the pool stays taken, so that a source has no more connections than it may.
    async fn end(self, connection: PoolConnection<Postgres>, process: Option<i32>) {
        if let Some(process) = process {
            match tokio::time::timeout(CONNECT, self.cancel(process)).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => {
                    tracing::warn!(source = %self.name, %error, "a statement may go on to run");
                }
                Err(_) => {
                    tracing::warn!(source = %self.name, "a statement may go on to run");
                }
            }
        }
        let _ = tokio::time::timeout(CLOSE, connection.close()).await;
    }

    /// Every role may end what it runs itself. The whole connection, since it is thrown away: the
    /// statement may still be on its way there, and then ending a statement would end none.
    async fn cancel(&self, process: i32) -> Result<(), sqlx::Error> {
        let mut other = self.options.connect().await?;
        let ended = other.execute(AssertSqlSafe(format!("select pg_terminate_backend({process})")));
        let ended = ended.await;
        let _ = other.close().await;
        ended.map(|_| ())
    }
}
