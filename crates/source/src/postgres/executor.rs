//! Runs statements on PostgreSQL.

use super::session;
use super::suspects::Catalog;
use super::value::{self, Column};
use super::{about, arguments, connect_error, error, offered_functions};
use crate::about::About;
use crate::compile::statement::{SessionZone, Statement};
use crate::connect_error::ConnectError;
use crate::error::SourceError;
use crate::gate::Verdict;
use crate::known_zones::{Agreement, Standing};
use crate::limits::Limits;
use crate::rights::Rights;
use crate::server::{self, Canceller, Failure, Protocol, Server};
use brisk_domain::{Frame, SourceName, ZoneName, ZoneOffsets};
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{Executor as _, Statement as _};
use std::sync::Arc;
use std::time::Duration;

/// The server at `url`, over at most `connections`, which are made when first needed.
pub(crate) fn open(
    source: SourceName,
    url: &str,
    connections: u32,
    limits: Limits,
) -> Result<Server<Postgres>, SourceError> {
    let options = session::options(url)?;
    let pool = server::pool_options(connections)
        .after_connect(|connection, _| Box::pin(session::switch_jit_off(connection)))
        .connect_lazy_with(options.clone());
    let canceller = Canceller { source, options: Arc::new(options) };
    Ok(Server::new(pool, limits, session::prelude(&limits), canceller))
}

/// PostgreSQL's protocol.
pub(crate) struct Postgres;

impl Protocol for Postgres {
    type Database = sqlx::Postgres;
    /// The id of the server's process.
    type Id = i32;
    type Column = Column;
    type Catalog = Catalog;

    const A_READER: &str = offered_functions::A_READER;

    async fn verdict(
        connection: &mut PgConnection,
        catalog: &Catalog,
        statement: &Statement,
        rights: &Rights,
    ) -> Result<Verdict, sqlx::Error> {
        offered_functions::verdict(connection, catalog, statement, rights).await
    }

    fn asked(catalog: &Catalog) -> (u64, u64) {
        catalog.asked()
    }

    async fn power(connection: &mut PgConnection) -> Result<Option<String>, sqlx::Error> {
        offered_functions::power(connection).await
    }

    async fn is_shared(
        connection: &mut PgConnection,
        options: &PgConnectOptions,
    ) -> Result<bool, sqlx::Error> {
        brisk_pooling::is_shared(connection, options).await
    }

    const ZONE_ADVICE: &str =
        "columns without a zone are read as UTC; bring the server's tzdata up to date";

    async fn prepare_session(
        connection: &mut PgConnection,
        prelude: &str,
    ) -> Result<Option<i32>, sqlx::Error> {
        session::prepare(connection, prelude).await
    }

    fn prelude_in(prelude: &str, zone: &SessionZone) -> String {
        session::prelude_in(prelude, &zone.name)
    }

    async fn knows(
        connection: &mut PgConnection,
        name: &ZoneName,
        offsets: &ZoneOffsets,
    ) -> Result<Agreement, sqlx::Error> {
        session::knows(connection, name, offsets).await
    }

    async fn enter_zone(connection: &mut PgConnection, zone: &ZoneName) -> Result<(), sqlx::Error> {
        session::enter_zone(connection, zone).await
    }

    async fn columns(
        connection: &mut PgConnection,
        statement: &Statement,
        standing: Standing,
        scales: &[(String, u8)],
        limits: &Limits,
    ) -> Result<Vec<Column>, Failure> {
        let (sql, binds, places, zone) = match &statement.zone {
            // The zone is part of the text because a statement stays prepared, and the server has read
            // its literals in the zone set at that time.
            Some(zone) if standing == Standing::InZone => {
                let sql = format!("{} /* {} */", statement.sql, zone.name);
                (sql, &statement.binds, &statement.places, Some(&zone.offsets))
            }
            Some(zone @ SessionZone { lookup: Some((sql, binds)), lookup_places, .. }) => {
                match standing {
                    Standing::WithOwnMacros => {
                        let sql = format!("{sql} /* {} */", zone.name);
                        (sql, binds, lookup_places, Some(&zone.offsets))
                    }
                    Standing::Apart | Standing::InZone => (sql.clone(), binds, lookup_places, None),
                }
            }
            _ => (statement.sql.clone(), &statement.binds, &statement.places, None),
        };
        let (prepared, described, arguments) =
            arguments::prepare(connection, &statement.query, sql, binds, places).await?;
        let columns = value::columns(described, scales, &statement.times, zone)?;
        let rows = connection.fetch(prepared.query_with(arguments));
        server::fill::<Self, _, _>(rows, limits, |_| Ok(columns), Column::push).await
    }

    fn frame(columns: Vec<Column>) -> Result<Frame, SourceError> {
        value::frame(columns)
    }

    async fn cancel(options: &PgConnectOptions, process: i32) -> Result<(), sqlx::Error> {
        session::terminate(options, process).await
    }

    async fn close(connection: PoolConnection<sqlx::Postgres>) -> Result<(), sqlx::Error> {
        connection.close().await
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

    async fn about(connection: &mut PgConnection) -> Result<About, sqlx::Error> {
        about::about(connection).await
    }
}
