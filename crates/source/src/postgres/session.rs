//! The session in which a statement runs on PostgreSQL, and how it ends.

use crate::error::SourceError;
use crate::known_zones::Agreement;
use crate::limits::Limits;
use crate::server::PREPARED;
use brisk_domain::{Timestamp, ZoneName, ZoneOffsets};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _, Row as _};
use std::str::FromStr as _;

/// How to connect to `url`. The driver accepts any scheme, and its message could repeat the URL,
/// which contains a password.
pub(crate) fn options(url: &str) -> Result<PgConnectOptions, SourceError> {
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
    // Backslashes mean what the lexer assumes, whatever the server's default is.
    format!(
        "set default_transaction_read_only = on; \
         set statement_timeout = {milliseconds}; \
         set idle_in_transaction_session_timeout = {milliseconds}; \
         {IN_UTC}; \
         set standard_conforming_strings = on; \
         select pg_backend_pid()"
    )
}

const IN_UTC: &str = "set timezone = 'UTC'";

/// The prelude for a session in `zone`.
pub(super) fn prelude_in(prelude: &str, zone: &ZoneName) -> String {
    prelude.replacen(IN_UTC, &in_zone(zone), 1)
}

fn in_zone(zone: &ZoneName) -> String {
    // The time zone database has no name with a quote.
    format!("set timezone = '{zone}'")
}

/// Sets the session to `zone`.
pub(super) async fn enter_zone(
    connection: &mut PgConnection,
    zone: &ZoneName,
) -> Result<(), sqlx::Error> {
    connection.execute(AssertSqlSafe(in_zone(zone))).await.map(|_| ())
}

/// How far the server knows the zone `name` as Brisk does.
pub(super) async fn knows(
    connection: &mut PgConnection,
    name: &ZoneName,
    offsets: &ZoneOffsets,
) -> Result<Agreement, sqlx::Error> {
    match has_offsets(connection, name, offsets).await {
        // An unknown zone, or a function that this server does not have.
        Err(sqlx::Error::Database(error))
            if error.code().is_some_and(|code| {
                ["22", "42", "0A"].iter().any(|class| code.starts_with(class))
            }) =>
        {
            Ok(Agreement::None)
        }
        asked => asked,
    }
}

/// Since when the server has the same offset before and after each change, and every 30 days between them.
async fn has_offsets(
    connection: &mut PgConnection,
    name: &ZoneName,
    offsets: &ZoneOffsets,
) -> Result<Agreement, sqlx::Error> {
    const STEP: usize = 30 * 86_400;
    let changes = offsets.changes.iter().flat_map(|(at, _)| [at - 1, *at]);
    let (first, last) = match offsets.changes.as_slice() {
        [(first, _), .., (last, _)] => (*first, *last),
        _ => (0, 2_000_000_000),
    };
    let moments: Vec<i64> = changes.chain((first..last).step_by(STEP)).collect();
    let ahead = |at: &i64| i64::from(offsets.at(Timestamp::from_seconds(*at)));
    let expected: Vec<i64> = moments.iter().map(ahead).collect();
    let differing: (i64, i64) = sqlx::query_as(
        "select count(*), count(*) filter (where at >= 0)
         from unnest($1::bigint[], $2::bigint[]) as known(at, ahead)
         where extract(epoch from to_timestamp(at) at time zone $3::text) - at <> ahead",
    )
    .bind(moments)
    .bind(expected)
    .bind(name.as_str())
    .fetch_one(connection)
    .await?;
    Ok(match differing {
        (0, _) => Agreement::Whole,
        (_, 0) => Agreement::Since1970,
        _ => Agreement::None,
    })
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

/// JIT-compiling the many cases of a bucket takes the server longer than running them. Not every
/// database that speaks this protocol has the setting.
pub(super) async fn switch_jit_off(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    let off = "select set_config(name, 'off', false) from pg_settings where name = 'jit'";
    connection.execute(off).await.map(|_| ())
}

/// Ends the connection of `process`, which every role may do with its own. Merely cancelling the
/// statement would miss one that is still on its way to the server.
pub(super) async fn terminate(options: &PgConnectOptions, process: i32) -> Result<(), sqlx::Error> {
    let mut other = options.connect().await?;
    let sql = AssertSqlSafe(format!("select pg_terminate_backend({process})"));
    let ended = other.execute(sql).await;
    let _ = other.close().await;
    ended.map(|_| ())
}
