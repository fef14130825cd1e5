//! Runs statements on MySQL or MariaDB.

use super::session;
use super::value::{self, Column};
use super::warnings;
use super::{about, charsets, clock, connect_error, error, offered_functions, zone_probe};
use crate::about::About;
use crate::bind::bound;
use crate::compile::statement::{Bind, Statement};
use crate::connect_error::ConnectError;
use crate::error::SourceError;
use crate::gate::Verdict;
use crate::known_zones::{Agreement, Standing};
use crate::limits::Limits;
use crate::rights::Rights;
use crate::server::{self, Canceller, Failure, Protocol, Server};
use brisk_domain::{Frame, SourceName, ZoneName, ZoneOffsets};
use sqlx::mysql::{MySqlConnectOptions, MySqlConnection, MySqlRow};
use sqlx::pool::PoolConnection;
use sqlx::{
    AssertSqlSafe, Connection as _, Executor as _, Row as _, SqlSafeStr as _, Statement as _,
};
use std::sync::Arc;
use std::time::Duration;

/// The server at `url`, over at most `connections`, which are made when first needed.
pub(crate) fn open(
    source: SourceName,
    url: &str,
    connections: u32,
    limits: Limits,
) -> Result<Server<MySql>, SourceError> {
    let options = session::options(url)?;
    let pool = server::pool_options(connections).connect_lazy_with(options.clone());
    let canceller = Canceller { source, options: Arc::new(options) };
    Ok(Server::new(pool, limits, session::prelude(&limits), canceller))
}

/// The protocol of MySQL and MariaDB.
pub(crate) struct MySql;

impl Protocol for MySql {
    type Database = sqlx::MySql;
    /// The connection's id.
    type Id = u64;
    type Column = Column;
    type Catalog = ();

    const A_READER: &str = offered_functions::A_READER;

    async fn verdict(
        connection: &mut MySqlConnection,
        (): &(),
        statement: &Statement,
        rights: &Rights,
    ) -> Result<Verdict, sqlx::Error> {
        offered_functions::verdict(connection, statement, rights).await
    }

    async fn power(connection: &mut MySqlConnection) -> Result<Option<String>, sqlx::Error> {
        offered_functions::power(connection).await
    }

    const ZONE_ADVICE: &str = "load the server's zone tables: mariadb-tzinfo-to-sql /usr/share/zoneinfo | \
         mariadb mysql, or mysql_tzinfo_to_sql on MySQL, and restart Brisk";

    async fn prepare_session(
        connection: &mut MySqlConnection,
        prelude: &str,
    ) -> Result<Option<u64>, sqlx::Error> {
        session::prepare(connection, prelude).await
    }

    async fn knows(
        connection: &mut MySqlConnection,
        name: &ZoneName,
        offsets: &ZoneOffsets,
    ) -> Result<Agreement, sqlx::Error> {
        // What it is asked to convert lies after 1970.
        zone_probe::knows(connection, name, offsets).await.map(Agreement::from)
    }

    async fn columns(
        connection: &mut MySqlConnection,
        statement: &Statement,
        standing: Standing,
        scales: &[(String, u8)],
        limits: &Limits,
    ) -> Result<Vec<Column>, Failure> {
        let own = (&statement.sql, &statement.binds);
        let lookup = statement.zone.as_ref().and_then(|zone| zone.lookup.as_ref());
        let Some((sql, binds)) = lookup else {
            return filled(connection, statement, own, scales, limits).await;
        };
        if standing == Standing::InZone {
            let result = filled(connection, statement, own, scales, limits).await;
            match &result {
                Err(Failure::Database(error)) if is_out_of_range(error) => {}
                _ => return result,
            }
        }
        filled(connection, statement, (sql, binds), scales, limits).await
    }

    fn frame(columns: Vec<Column>) -> Result<Frame, SourceError> {
        value::frame(columns)
    }

    async fn cancel(options: &MySqlConnectOptions, id: u64) -> Result<(), sqlx::Error> {
        session::kill(options, id).await
    }

    async fn close(connection: PoolConnection<sqlx::MySql>) -> Result<(), sqlx::Error> {
        connection.detach().close_hard().await
    }

    fn is_broken(error: &sqlx::Error) -> bool {
        error::is_broken(error)
    }

    fn source_error(
        error: &sqlx::Error,
        source: &SourceName,
        statement: Option<&Statement>,
        time: Duration,
    ) -> SourceError {
        error::source_error(error, source, statement, time)
    }

    fn connect_error(error: &sqlx::Error) -> ConnectError {
        connect_error::connect_error(error)
    }

    async fn about(connection: &mut MySqlConnection) -> Result<About, sqlx::Error> {
        about::about(connection).await
    }
}

/// Whether `error` may come from a time that the server cannot convert.
fn is_out_of_range(error: &sqlx::Error) -> bool {
    error::answer(error).is_some_and(|answer| answer.number() == clock::OUT_OF_RANGE)
}

/// Runs `sql` with its values, one of the texts of `statement`, and fills the columns.
async fn filled(
    connection: &mut MySqlConnection,
    statement: &Statement,
    (sql, binds): (&String, &Vec<Bind>),
    scales: &[(String, u8)],
    limits: &Limits,
) -> Result<Vec<Column>, Failure> {
    let result = filled_once(connection, statement, (sql, binds), scales, limits).await;
    let is_mixture = match &result {
        Err(Failure::Database(error)) => {
            error::answer(error).is_some_and(|answer| charsets::is_mixture(answer.number()))
        }
        _ => false,
    };
    let unicode = if is_mixture { charsets::in_unicode(sql, binds) } else { None };
    match unicode {
        Some(sql) => filled_once(connection, statement, (&sql, binds), scales, limits).await,
        None => result,
    }
}

async fn filled_once(
    connection: &mut MySqlConnection,
    statement: &Statement,
    (sql, binds): (&String, &Vec<Bind>),
    scales: &[(String, u8)],
    limits: &Limits,
) -> Result<Vec<Column>, Failure> {
    let sql = AssertSqlSafe(sql.clone()).into_sql_str();
    let prepared = (&mut *connection).prepare(sql).await;
    let prepared = prepared.map_err(Failure::before_rows::<MySql>)?;
    let rows = connection.fetch(bound(prepared.query(), binds));
    // Only with the first row does the server know the types of expressions over bound values.
    let describe = |row: Option<&MySqlRow>| match row {
        Some(row) => value::columns(row.columns(), scales, &statement.times),
        None => Ok(value::columns_without_rows(prepared.columns(), scales, &statement.times)),
    };
    let columns = server::fill::<MySql, _, _>(rows, limits, describe, Column::push).await?;
    warnings::check(connection, statement).await?;
    Ok(columns)
}
