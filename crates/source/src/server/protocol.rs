//! [`Protocol`]: what one kind of server does in its own way; and [`Failure`]: why it returned
//! nothing.

use crate::about::About;
use crate::compile::statement::{SessionZone, Statement};
use crate::connect_error::ConnectError;
use crate::error::SourceError;
use crate::gate::Verdict;
use crate::known_zones::{Agreement, Standing};
use crate::limits::Limits;
use crate::rights::Rights;
use brisk_domain::{Frame, SourceName, ZoneName, ZoneOffsets};
use sqlx::pool::PoolConnection;
use sqlx::{Connection, Database};
use std::time::Duration;

/// The connection of a protocol.
pub(crate) type ConnectionOf<P> = <<P as Protocol>::Database as Database>::Connection;
/// How to make a connection of a protocol.
pub(crate) type OptionsOf<P> = <ConnectionOf<P> as Connection>::Options;

/// What one kind of server does in its own way.
pub(crate) trait Protocol: Send + Sync + Sized + 'static {
    type Database: Database;
    /// How the server identifies a connection for ending it.
    type Id: Copy + Send + Sync + 'static;
    /// A column that is being filled.
    type Column: Send;
    /// What is known of the database's catalog.
    type Catalog: Default + Send + Sync + 'static;

    /// Sends the prelude, which sets up the session; `None` if the server did not report the id.
    fn prepare_session(
        connection: &mut ConnectionOf<Self>,
        prelude: &str,
    ) -> impl Future<Output = Result<Option<Self::Id>, sqlx::Error>> + Send;

    /// The prelude for a session in `zone`, which the server knows as Brisk does.
    fn prelude_in(prelude: &str, _zone: &SessionZone) -> String {
        prelude.to_owned()
    }

    /// How far the server knows the zone `name` as Brisk does, by these `offsets`.
    fn knows(
        connection: &mut ConnectionOf<Self>,
        name: &ZoneName,
        offsets: &ZoneOffsets,
    ) -> impl Future<Output = Result<Agreement, sqlx::Error>> + Send;

    /// Sets a session that the prelude has set up to `zone`, which the server knows, if the protocol supports
    /// that.
    fn enter_zone(
        _connection: &mut ConnectionOf<Self>,
        _zone: &ZoneName,
    ) -> impl Future<Output = Result<(), sqlx::Error>> + Send {
        std::future::ready(Ok(()))
    }

    /// Whether something between Brisk and the server lets `connection` and others take turns with its session.
    fn is_shared(
        _connection: &mut ConnectionOf<Self>,
        _options: &OptionsOf<Self>,
    ) -> impl Future<Output = Result<bool, sqlx::Error>> + Send {
        std::future::ready(Ok(false))
    }

    /// Whether `statement` calls a function that Brisk does not know to only read, and that `rights` do not
    /// allow. Nothing of the statement runs.
    fn verdict(
        connection: &mut ConnectionOf<Self>,
        catalog: &Self::Catalog,
        statement: &Statement,
        rights: &Rights,
    ) -> impl Future<Output = Result<Verdict, sqlx::Error>> + Send;

    /// How often the catalog was read for all statements, and how often it was asked about one.
    fn asked(_catalog: &Self::Catalog) -> (u64, u64) {
        (0, 0)
    }

    /// The power that lets the user do more than read, if there is one: `"x" is a superuser`.
    fn power(
        connection: &mut ConnectionOf<Self>,
    ) -> impl Future<Output = Result<Option<String>, sqlx::Error>> + Send;

    /// How to make a user that only reads.
    const A_READER: &str;

    /// What follows if the server does not know a zone, and what to do.
    const ZONE_ADVICE: &str;

    /// Runs `statement` and fills its columns; `standing` says whose clock it uses.
    fn columns(
        connection: &mut ConnectionOf<Self>,
        statement: &Statement,
        standing: Standing,
        scales: &[(String, u8)],
        limits: &Limits,
    ) -> impl Future<Output = Result<Vec<Self::Column>, Failure>> + Send;

    /// The frame of filled columns.
    fn frame(columns: Vec<Self::Column>) -> Result<Frame, SourceError>;

    /// Ends the connection `id`, and the statement on it, over another connection.
    fn cancel(
        options: &OptionsOf<Self>,
        id: Self::Id,
    ) -> impl Future<Output = Result<(), sqlx::Error>> + Send;

    /// Closes a connection on which part of an answer may be unread.
    fn close(
        connection: PoolConnection<Self::Database>,
    ) -> impl Future<Output = Result<(), sqlx::Error>> + Send;

    /// Whether `error` means that the connection was broken, or its prepared statements outdated,
    /// before the statement ran.
    fn is_broken(error: &sqlx::Error) -> bool;

    /// What readers are told about `error`, which `statement` caused; without a statement,
    /// connecting did.
    fn source_error(
        error: &sqlx::Error,
        source: &SourceName,
        statement: Option<&Statement>,
        time: Duration,
    ) -> SourceError;

    /// What those who look after the source are told about `error`, which came instead of a connection.
    fn connect_error(error: &sqlx::Error) -> ConnectError;

    /// The server's version, and what its user may do.
    fn about(
        connection: &mut ConnectionOf<Self>,
    ) -> impl Future<Output = Result<About, sqlx::Error>> + Send;
}

/// Why a statement returned no columns.
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
    /// The failure for an error before the first row.
    pub(crate) fn before_rows<P: Protocol>(error: sqlx::Error) -> Self {
        if P::is_broken(&error) { Self::Broken(error) } else { Self::Database(error) }
    }
}

impl From<SourceError> for Failure {
    fn from(error: SourceError) -> Self {
        Self::Source(error)
    }
}
