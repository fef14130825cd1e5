//! Runs statements on SQLite: read-only, one at a time per connection, within limits.

use crate::mixed::{self, Cell, Hint};
use crate::{Bind, Dialect, SourceError, Statement};
use brisk_domain::{Frame, SourceName};
use futures::TryStreamExt;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool, SqlitePoolOptions, SqliteRow};
use sqlx::{
    AssertSqlSafe, Column as _, Executor as _, Row as _, SqlSafeStr as _, Sqlite, Statement as _,
    TypeInfo as _, ValueRef as _,
};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// What a statement may take.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Its time on the database.
    pub time: Duration,
    /// Rows of its result.
    pub rows: usize,
    /// Bytes of its result.
    pub bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { time: Duration::from_secs(30), rows: 100_000, bytes: 16 << 20 }
    }
}

/// A SQLite database that panels read. Cheap to clone.
#[derive(Clone)]
pub struct Source {
    name: SourceName,
    pool: SqlitePool,
    limits: Limits,
}

/// Statements that run at once; more wait in the pool's queue.
const CONNECTIONS: u32 = 4;
/// SQLite's virtual machine asks this often (in instructions) whether to go on.
const PROGRESS: i32 = 10_000;

impl Source {
    /// A source over the database file at `path`, which is opened when first needed.
    pub fn sqlite(name: SourceName, path: &Path, limits: Limits) -> Self {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .read_only(true)
            .busy_timeout(Duration::from_secs(5))
            .pragma("query_only", "on")
            .pragma("trusted_schema", "off")
            .pragma("mmap_size", "1073741824")
            .pragma("cache_size", "-65536")
            .pragma("temp_store", "memory");
        let pool = SqlitePoolOptions::new()
            .max_connections(CONNECTIONS)
            .acquire_timeout(limits.time)
            .connect_lazy_with(options);
        Self { name, pool, limits }
    }

    /// Its name.
    pub fn name(&self) -> &SourceName {
        &self.name
    }

    /// How it spells SQL.
    pub fn dialect(&self) -> Dialect {
        Dialect::Sqlite
    }

    /// Runs `statement`. Whole-number columns named in `scales` count 10^-scale units and become
    /// decimals. Dropping the future stops the statement.
    pub async fn run(
        &self,
        statement: &Statement,
        scales: &[(String, u8)],
    ) -> Result<Frame, SourceError> {
        let mut connection = self.pool.acquire().await.map_err(|error| unavailable(&error))?;
        let stop = StopOnDrop(Arc::new(AtomicBool::new(false)));
        let asked_to_stop = Arc::clone(&stop.0);
        connection
            .lock_handle()
            .await
            .map_err(|error| unavailable(&error))?
            .set_progress_handler(PROGRESS, move || !asked_to_stop.load(Ordering::Relaxed));
        let rows = self.rows(&mut connection, statement);
        let result = match tokio::time::timeout(self.limits.time, rows).await {
            Ok(result) => result,
            Err(_) => Err(SourceError::Timeout { seconds: self.limits.time.as_secs() }),
        };
        drop(stop);
        if result.is_err() {
            // A stopped statement may still be winding down: do not hand its connection on.
            drop(connection.detach());
        }
        let (names, rows) = result?;
        frame(statement, scales, &names, rows)
    }

    async fn rows(
        &self,
        connection: &mut sqlx::SqliteConnection,
        statement: &Statement,
    ) -> Result<(Vec<String>, Vec<Vec<Cell>>), SourceError> {
        let failed = |error| database(&error, statement);
        let prepared = (&mut *connection)
            .prepare(AssertSqlSafe(statement.sql.clone()).into_sql_str())
            .await
            .map_err(failed)?;
        let names = prepared.columns().iter().map(|c| c.name().to_owned()).collect();
        let mut query = prepared.query();
        for bind in &statement.binds {
            query = match bind {
                Bind::Int(value) => query.bind(*value),
                Bind::Text(value) => query.bind(value.clone()),
            };
        }
        let (mut rows, mut bytes) = (Vec::new(), 0_usize);
        let mut stream = (&mut *connection).fetch(query);
        while let Some(row) = stream.try_next().await.map_err(failed)? {
            let cells = cells(&row).map_err(failed)?;
            bytes += cells.iter().map(size).sum::<usize>();
            rows.push(cells);
            if rows.len() > self.limits.rows {
                return Err(SourceError::TooManyRows { limit: self.limits.rows });
            }
            if bytes > self.limits.bytes {
                return Err(SourceError::TooLarge { limit: self.limits.bytes });
            }
        }
        Ok((names, rows))
    }
}

/// Tells the progress handler to stop, also when the future that holds it is dropped.
struct StopOnDrop(Arc<AtomicBool>);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

fn cells(row: &SqliteRow) -> Result<Vec<Cell>, sqlx::Error> {
    let cell = |i: usize| {
        let value = row.try_get_raw(i)?;
        if value.is_null() {
            return Ok(Cell::Null);
        }
        let decode = |error| sqlx::Error::ColumnDecode { index: i.to_string(), source: error };
        let kind = value.type_info().name().to_owned();
        Ok(match kind.as_str() {
            "INTEGER" | "BOOLEAN" => {
                Cell::Int(<i64 as sqlx::Decode<'_, Sqlite>>::decode(value).map_err(decode)?)
            }
            "REAL" => Cell::Real(<f64 as sqlx::Decode<'_, Sqlite>>::decode(value).map_err(decode)?),
            "BLOB" => Cell::Blob,
            _ => Cell::Text(<String as sqlx::Decode<'_, Sqlite>>::decode(value).map_err(decode)?),
        })
    };
    (0..row.len()).map(cell).collect()
}

fn size(cell: &Cell) -> usize {
    size_of::<Cell>() + if let Cell::Text(text) = cell { text.len() } else { 0 }
}

fn frame(
    statement: &Statement,
    scales: &[(String, u8)],
    names: &[String],
    rows: Vec<Vec<Cell>>,
) -> Result<Frame, SourceError> {
    let mut columns: Vec<Vec<Cell>> =
        names.iter().map(|_| Vec::with_capacity(rows.len())).collect();
    for row in rows {
        for (column, cell) in columns.iter_mut().zip(row) {
            column.push(cell);
        }
    }
    let typed = names.iter().zip(columns).map(|(name, cells)| {
        let time = statement.times.iter().find(|(column, _)| column == name);
        let scale = scales.iter().find(|(column, _)| column == name);
        let hint = match (time, scale) {
            (Some((_, form)), _) => Hint::Time(*form, &statement.zone),
            (None, Some((_, scale))) => Hint::Scale(*scale),
            (None, None) => Hint::None,
        };
        mixed::column(name, cells, hint)
    });
    let columns = typed.collect::<Result<Vec<_>, _>>()?;
    Ok(Frame::new(columns)?)
}

fn unavailable(error: &sqlx::Error) -> SourceError {
    tracing::warn!(%error, "a source cannot be reached");
    let message = match error {
        sqlx::Error::PoolTimedOut => "all its connections are busy",
        _ => "it cannot be opened",
    };
    SourceError::Unavailable(message.into())
}

/// The database's message at the author's line, where it names a word of the author's text.
fn database(error: &sqlx::Error, statement: &Statement) -> SourceError {
    let sqlx::Error::Database(refusal) = error else {
        return unavailable(error);
    };
    let message = refusal.message();
    let named = message.rsplit([' ', ':']).find(|word| word.len() > 1).unwrap_or_default();
    let named = named.trim_matches(['"', '\'']);
    let place = statement.query.sql.find(named).filter(|_| message.contains("no such"));
    let message = match place {
        Some(offset) => crate::StatementError::at(&statement.query, offset, message).to_string(),
        None => format!("the database refused the statement: {message}"),
    };
    SourceError::Database { message }
}
