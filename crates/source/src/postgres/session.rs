//! The session in which a statement runs on PostgreSQL, and how it is ended.

use crate::error::SourceError;
use crate::limits::Limits;
use crate::server::PREPARED;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _, Row as _};
use std::str::FromStr as _;

/// How to connect to `url`. The driver accepts any scheme, and its message could repeat the URL,
/// which contains a password.
pub(super) fn options(url: &str) -> Result<PgConnectOptions, SourceError> {
    url.split_once("://")
        .filter(|(scheme, _)| matches!(*scheme, "postgres" | "postgresql"))
        .and_then(|_| PgConnectOptions::from_str(url).ok())
        .map(|options| options.application_name("brisk").statement_cache_capacity(PREPARED))
        .ok_or_else(|| {
            let form = "its URL must look like postgres://user:password@host:5432/database";
            SourceError::Unavailable(form.into())
        })
}

/// Sent before each statement, in one round trip; the answer is the id of the server's process.
///
/// It is sent every time because a function that a statement calls may change any of these
/// settings, for the later statements of others on the same connection.
pub(super) fn prelude(limits: &Limits) -> String {
    let milliseconds = limits.time.as_millis();
    // One statement is one transaction: each is read-only, and limited even when Brisk is gone.
    // Backslashes mean what the lexer takes them for, whatever the server's default is.
    format!(
        "set default_transaction_read_only = on; \
         set statement_timeout = {milliseconds}; \
         set idle_in_transaction_session_timeout = {milliseconds}; \
         set timezone = 'UTC'; \
         set standard_conforming_strings = on; \
         select pg_backend_pid()"
    )
}

/// Sends the prelude.
pub(super) async fn prepare(
    connection: &mut PgConnection,
    prelude: &str,
) -> Result<Option<i32>, sqlx::Error> {
    let rows = connection.fetch_all(AssertSqlSafe(prelude.to_owned())).await?;
    let process = rows.last().and_then(|row| row.try_get_unchecked::<&str, _>(0).ok());
    Ok(process.and_then(|number| number.parse().ok()))
}

/// Compiling the many cases of a bucket takes the server longer than running them. Not every
/// database that speaks this protocol has the setting.
pub(super) async fn switch_jit_off(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    let off = "select set_config(name, 'off', false) from pg_settings where name = 'jit'";
    connection.execute(off).await.map(|_| ())
}

/// Ends the connection of `process`, which every role may do with its own. Only cancelling the
/// statement would miss one that is still on its way to the server.
pub(super) async fn terminate(options: &PgConnectOptions, process: i32) -> Result<(), sqlx::Error> {
    let mut other = options.connect().await?;
    let sql = AssertSqlSafe(format!("select pg_terminate_backend({process})"));
    let ended = other.execute(sql).await;
    let _ = other.close().await;
    ended.map(|_| ())
}
