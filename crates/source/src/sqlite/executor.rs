//! Runs statements on SQLite: read-only, one at a time per connection, within limits.

use super::file::{self, StopOnDrop};
use super::functions::{self, Zones};
use super::value::{self, Cell, Hint};
use super::{error, syntax_error};
use crate::about::About;
use crate::bind::bound;
use crate::columns::distinct_names;
use crate::compile::statement::Statement;
use crate::error::{SourceError, StatementError};
use crate::limits::Limits;
use crate::row_meter::RowMeter;
use brisk_domain::{Frame, SourceName};
use futures::TryStreamExt;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool, SqlitePoolOptions};
use sqlx::{
    AssertSqlSafe, Column as _, Executor as _, SqlSafeStr as _, Statement as _, TypeInfo as _,
};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A SQLite database that panels read. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Sqlite {
    name: SourceName,
    pool: SqlitePool,
    limits: Limits,
    path: PathBuf,
    /// The file with the rollups, if there are any.
    rollups: Option<PathBuf>,
    zones: Zones,
}

/// So many statements run at once; the others queue in the pool. Not fewer on fewer cores: a panel
/// with two slow statements would hold up all others.
pub const CONNECTIONS: u32 = 4;
/// How many rows a connection's thread may be ahead of its reader: each wake-up has a cost.
const ROWS_AHEAD: usize = 512;

/// How long opening the file may take at startup.
const ABOUT: Duration = Duration::from_secs(5);

impl Sqlite {
    /// The database file at `path`, which is opened when first needed.
    pub(crate) fn new(name: SourceName, path: &Path, limits: Limits) -> Self {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .read_only(true)
            .busy_timeout(Duration::from_secs(5))
            .row_buffer_size(ROWS_AHEAD)
            .pragma("query_only", "on")
            .pragma("trusted_schema", "off")
            .pragma("mmap_size", "1073741824")
            .pragma("cache_size", "-65536")
            .pragma("temp_store", "memory");
        let zones = Zones::default();
        let known = zones.clone();
        let pool = SqlitePoolOptions::new()
            .max_connections(CONNECTIONS)
            .acquire_timeout(limits.time)
            .after_connect(move |connection, _| {
                let known = known.clone();
                Box::pin(async move { functions::add(connection, &known).await })
            })
            .connect_lazy_with(options);
        Self { name, pool, limits, path: path.to_owned(), rollups: None, zones }
    }

    /// The same with the rollups in `file`, for statements that read them.
    pub(crate) fn with_rollups(self, file: &Path) -> Self {
        Self { rollups: Some(file.to_owned()), ..self }
    }

    /// The database file.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn limits(&self) -> Limits {
        self.limits
    }

    pub(crate) fn connections(&self) -> (u32, u32) {
        (self.pool.options().get_max_connections(), self.pool.size())
    }

    /// Its version.
    pub(crate) async fn about(&self) -> Result<About, SourceError> {
        let asked = sqlx::query_scalar("select sqlite_version()").fetch_one(&self.pool);
        let asked = tokio::time::timeout(ABOUT, asked).await;
        let version: String = asked
            .unwrap_or(Err(sqlx::Error::PoolTimedOut))
            .map_err(|error| self.unavailable(&error))?;
        // The file is opened read-only.
        Ok(About { version: format!("SQLite {version}"), may_write: None })
    }

    /// Runs `statement`. Whole-number columns named in `scales` count 10^-scale units and become
    /// decimals. Dropping the future stops the statement and frees its connection.
    pub(crate) async fn run(
        &self,
        statement: &Statement,
        scales: &[(String, u8)],
    ) -> Result<Frame, SourceError> {
        let unavailable = |error| self.unavailable(&error);
        let mut connection = self.pool.acquire().await.map_err(unavailable)?;
        if let (Some(rollups), Some(_)) = (&self.rollups, statement.rollups().next()) {
            file::attach(&mut connection, rollups).await.map_err(unavailable)?;
        }
        if let Some(zone) = &statement.zone {
            self.zones.tell(&zone.name, &zone.offsets);
        }
        let stop = StopOnDrop::default();
        stop.watch(&mut connection.lock_handle().await.map_err(unavailable)?);
        let rows = self.rows(&mut connection, statement);
        let result = tokio::time::timeout(self.limits.time, rows).await;
        drop(stop);
        let Ok(result) = result else {
            // A single instruction may take long, such as sorting: nobody else may get the
            // connection before it has stopped.
            drop(connection.detach());
            return Err(SourceError::Timeout { seconds: self.limits.time.as_secs() });
        };
        let Rows { names, declared_text, rows } = result?;
        let hint = |i: usize, name: &str| {
            let scale = scales.iter().find(|(column, _)| column == name);
            match scale {
                _ if statement.times.iter().any(|column| column == name) => Hint::Time,
                Some((_, scale)) => Hint::Scale(*scale),
                None if declared_text.get(i) == Some(&true) => Hint::DeclaredText,
                None => Hint::None,
            }
        };
        let columns = names.iter().zip(transposed(names.len(), rows)).enumerate();
        let columns = columns.map(|(i, (name, cells))| value::column(name, cells, hint(i, name)));
        Ok(Frame::new(columns.collect::<Result<_, _>>()?)?)
    }

    async fn rows(
        &self,
        connection: &mut sqlx::SqliteConnection,
        statement: &Statement,
    ) -> Result<Rows, SourceError> {
        let failed = |error| self.failed(&error, statement);
        let sql = AssertSqlSafe(statement.sql.clone()).into_sql_str();
        let prepared = match (&mut *connection).prepare(sql).await {
            Ok(prepared) => prepared,
            Err(error) => {
                let at = syntax_error::position(connection, &error, &statement.sql).await;
                let Some(at) = at else { return Err(failed(error)) };
                let offset = statement.places.authors_offset(&statement.sql, at, &statement.query);
                let message = syntax_error::message(&error);
                return Err(StatementError::at(&statement.query, offset, message).into());
            }
        };
        let columns = prepared.columns();
        let names = distinct_names(columns.iter().map(|c| c.name()));
        let declared_text = columns.iter().map(|c| c.type_info().name() == "TEXT").collect();
        let query = bound(prepared.query(), &statement.binds);
        let (mut rows, mut meter) = (Vec::new(), RowMeter::new(&self.limits));
        let mut stream = (&mut *connection).fetch(query);
        while let Some(row) = stream.try_next().await.map_err(failed)? {
            let cells = value::cells(&row, &names)?;
            meter.count_row()?;
            meter.count_bytes(cells.iter().map(Cell::size).sum())?;
            rows.push(cells);
        }
        Ok(Rows { names, declared_text, rows })
    }

    /// The details stay in the log, because they may contain paths.
    fn unavailable(&self, error: &sqlx::Error) -> SourceError {
        tracing::warn!(source = %self.name, %error, "a source cannot be reached");
        let message = match error {
            sqlx::Error::PoolTimedOut => "all its connections are busy",
            _ => "it cannot be opened",
        };
        SourceError::Unavailable(message.into())
    }

    /// What readers are told of `error`, which `statement` met.
    fn failed(&self, error: &sqlx::Error, statement: &Statement) -> SourceError {
        let sqlx::Error::Database(refusal) = error else {
            return self.unavailable(error);
        };
        error::statement_error(refusal.message(), &statement.query)
    }
}

/// A result as SQLite returned it.
struct Rows {
    names: Vec<String>,
    /// Whether a column comes from a table that declares it as text.
    declared_text: Vec<bool>,
    rows: Vec<Vec<Cell>>,
}

fn transposed(width: usize, rows: Vec<Vec<Cell>>) -> Vec<Vec<Cell>> {
    let mut columns: Vec<_> = (0..width).map(|_| Vec::with_capacity(rows.len())).collect();
    for row in rows {
        for (column, cell) in columns.iter_mut().zip(row) {
            column.push(cell);
        }
    }
    columns
}
