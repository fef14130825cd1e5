//! The session in which a statement runs on MySQL or MariaDB, and how it ends.

use crate::error::SourceError;
use crate::limits::Limits;
use crate::server::PREPARED;
use sqlx::mysql::{MySqlConnectOptions, MySqlConnection, MySqlDatabaseError};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _, Row as _};
use std::str::FromStr as _;
use std::time::Duration;

/// How to connect to the server at `url`.
pub(super) fn options(url: &str) -> Result<MySqlConnectOptions, SourceError> {
    // The driver accepts any scheme, and its message could repeat the URL, which contains a password.
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

/// Sent before each statement, in one round trip; the answer is the connection's id.
///
/// It is sent every time because a function that a statement calls may change any of these
/// settings, for the later statements of others on the same connection.
pub(super) fn prelude(limits: &Limits) -> String {
    // `group_concat` truncates silently; at this length the result is too large anyway.
    let longest = limits.bytes.saturating_add(1);
    // Quotes and backslashes mean what the lexer assumes, whatever the server's default is; and a
    // column may not take its value from an arbitrary row of a group.
    let mode = "ONLY_FULL_GROUP_BY,STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO";
    let limit = time_limit(limits.time);
    // One statement is one transaction: each is read-only and sees one snapshot, whatever the
    // server's default is.
    format!(
        "set session transaction isolation level repeatable read, read only; \
         set session {limit}autocommit = 1, time_zone = '+00:00', sql_mode = '{mode}', \
         sql_select_limit = 18446744073709551615, group_concat_max_len = {longest}; \
         select connection_id()"
    )
}

/// The server itself also ends a statement. MariaDB and MySQL have different names and units for that
/// limit, and each ignores the comment meant for the other.
fn time_limit(time: Duration) -> String {
    let (seconds, milliseconds) = (time.as_secs_f64(), time.as_millis());
    format!(
        "/*M!100101 max_statement_time = {seconds}, */ /*!50708 max_execution_time = {milliseconds}, */ "
    )
}

/// Limits each statement on the server too, on a connection that runs nobody else's functions. MariaDB
/// and MySQL have different names and units for it.
pub(super) async fn set_time_limit(
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

/// Sent once on a connection that writes rollups, which may be idle for `time` between two
/// statements; the answer is the connection's id.
pub(super) fn writing_prelude(time: Duration) -> String {
    // As for panels, so that the rows are the same. There, a division by zero is NULL; in a
    // statement that writes, the mode left out here would make it an error.
    let mode = "ONLY_FULL_GROUP_BY,STRICT_ALL_TABLES";
    let idle = time.as_secs().max(1);
    // `repeatable read` would lock the rows that an `insert … select` reads, and so block their
    // writers.
    format!(
        "set session transaction isolation level read committed, read write; \
         set session autocommit = 1, time_zone = '+00:00', sql_mode = '{mode}', \
         sql_select_limit = 18446744073709551615, group_concat_max_len = 4294967295, \
         wait_timeout = {idle}; \
         select connection_id()"
    )
}

/// Sends the prelude.
pub(super) async fn prepare(
    connection: &mut MySqlConnection,
    prelude: &str,
) -> Result<Option<u64>, sqlx::Error> {
    let rows = connection.fetch_all(AssertSqlSafe(prelude.to_owned())).await?;
    Ok(rows.last().and_then(|row| row.try_get_unchecked(0).ok()))
}

/// Ends the connection `id`.
pub(super) async fn kill(options: &MySqlConnectOptions, id: u64) -> Result<(), sqlx::Error> {
    /// The server's error for an unknown connection: it is gone already.
    const GONE: u16 = 1094;
    let mut other = options.connect().await?;
    let killed = other.execute(AssertSqlSafe(format!("kill {id}"))).await;
    let _ = other.close().await;
    match killed {
        Err(sqlx::Error::Database(refusal))
            if refusal
                .try_downcast_ref::<MySqlDatabaseError>()
                .is_some_and(|refusal| refusal.number() == GONE) =>
        {
            Ok(())
        }
        other => other.map(|_| ()),
    }
}
