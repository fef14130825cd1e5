//! Runs statements on SQLite: read-only, one at a time per connection, within limits.

use crate::about;
use crate::blame::find_word;
use crate::mixed::{self, Cell, Hint};
use crate::{About, Bind, Dialect, Limits, SourceError, Statement, StatementError};
use brisk_domain::{Frame, Query, SourceName};
use futures::TryStreamExt;
use sqlx::sqlite::{
    LockedSqliteHandle, SqliteConnectOptions, SqlitePool, SqlitePoolOptions, SqliteRow,
};
use sqlx::{
    AssertSqlSafe, Column as _, Executor as _, Row as _, SqlSafeStr as _, Statement as _,
    TypeInfo as _, ValueRef as _,
};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
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
}

/// So many statements run at once; the rest wait in the pool's queue, first come, first served. No
/// fewer where there are fewer cores: a panel with two slow statements would hold up all others.
pub const CONNECTIONS: u32 = 4;
/// SQLite's virtual machine asks this often (in instructions) whether to go on.
const PROGRESS: i32 = 10_000;
/// Rows that a connection's thread may be ahead of their reader: each wake-up costs.
const ROWS_AHEAD: usize = 512;

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
        let pool = SqlitePoolOptions::new()
            .max_connections(CONNECTIONS)
            .acquire_timeout(limits.time)
            .connect_lazy_with(options);
        Self { name, pool, limits, path: path.to_owned(), rollups: None }
    }

    /// With the rollups in `file`, for statements that read them.
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

    /// What it is.
    pub(crate) async fn about(&self) -> Result<About, SourceError> {
        let asked = about::in_time(about::sqlite(&self.pool)).await;
        asked.map_err(|error| self.unavailable(&error))
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
        if let (Some(file), Some(_)) = (&self.rollups, statement.rollups().next()) {
            crate::rollup::attach(&mut connection, file).await.map_err(unavailable)?;
        }
        let stop = StopOnDrop::default();
        stop.watch(&mut connection.lock_handle().await.map_err(unavailable)?);
        let rows = self.rows(&mut connection, statement);
        let result = tokio::time::timeout(self.limits.time, rows).await;
        drop(stop);
        let Ok(result) = result else {
            // Between two of the machine's instructions it may do long work, such as sorting: do
            // not hand the connection on before it has noticed.
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
        let columns = columns.map(|(i, (name, cells))| mixed::column(name, cells, hint(i, name)));
        Ok(Frame::new(columns.collect::<Result<_, _>>()?)?)
    }

    async fn rows(
        &self,
        connection: &mut sqlx::SqliteConnection,
        statement: &Statement,
    ) -> Result<Rows, SourceError> {
        let failed = |error| self.failed(&error, statement);
        let sql = AssertSqlSafe(statement.sql.clone()).into_sql_str();
        let prepared = (&mut *connection).prepare(sql).await.map_err(failed)?;
        let columns = prepared.columns();
        let names: Vec<String> = columns.iter().map(|c| c.name().to_owned()).collect();
        let declared_text = columns.iter().map(|c| c.type_info().name() == "TEXT").collect();
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
            let cells = cells(&row, &names)?;
            bytes += cells.iter().map(size).sum::<usize>();
            rows.push(cells);
            if rows.len() > self.limits.rows {
                return Err(SourceError::TooManyRows { limit: self.limits.rows });
            }
            if bytes > self.limits.bytes {
                return Err(SourceError::TooLarge { limit: self.limits.bytes });
            }
        }
        Ok(Rows { names, declared_text, rows })
    }

    /// The details stay in the log: they may hold paths.
    fn unavailable(&self, error: &sqlx::Error) -> SourceError {
        tracing::warn!(source = %self.name, %error, "a source cannot be reached");
        let message = match error {
            sqlx::Error::PoolTimedOut => "all its connections are busy",
            _ => "it cannot be opened",
        };
        SourceError::Unavailable(message.into())
    }

    /// The database's message, at the author's line where it names a word of the author's text.
    fn failed(&self, error: &sqlx::Error, statement: &Statement) -> SourceError {
        let sqlx::Error::Database(refusal) = error else {
            return self.unavailable(error);
        };
        refused(refusal.message(), &statement.query)
    }
}

/// SQLite's message, at the author's line where it names a word of the author's text.
pub(crate) fn refused(message: &str, query: &Query) -> SourceError {
    match blamed_word(message).and_then(|word| find_word(Dialect::Sqlite, &query.sql, word)) {
        Some(offset) => StatementError::at(query, offset, message).into(),
        None => SourceError::Database { message: message.to_owned() },
    }
}

/// `path` as SQLite's own kind of URL, which says how it may be opened: `ro`, `rwc`.
pub(crate) fn uri(path: &Path, mode: &str) -> String {
    let mut uri = String::from("file:");
    for byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'_' | b'-' | b':' => {
                uri.push(char::from(*byte));
            }
            // What is a separator to Windows is no other character to SQLite there.
            b'\\' if cfg!(windows) => uri.push('/'),
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri.push_str("?mode=");
    uri.push_str(mode);
    uri
}

/// Tells the progress handler to stop, also when the future that holds it is dropped.
#[derive(Default)]
pub(crate) struct StopOnDrop(Arc<AtomicBool>);

impl StopOnDrop {
    /// Stops what the connection does, once this is dropped.
    pub(crate) fn watch(&self, handle: &mut LockedSqliteHandle<'_>) {
        let asked_to_stop = Arc::clone(&self.0);
        handle.set_progress_handler(PROGRESS, move || !asked_to_stop.load(Ordering::Relaxed));
    }
}

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// What SQLite answered.
struct Rows {
    names: Vec<String>,
    /// Whether a column is one of a table that declares it as text.
    declared_text: Vec<bool>,
    rows: Vec<Vec<Cell>>,
}

fn cells(row: &SqliteRow, names: &[String]) -> Result<Vec<Cell>, SourceError> {
    let decoded = names.iter().enumerate().map(|(i, name)| {
        cell(row, i).map_err(|error| SourceError::Type {
            column: name.clone(),
            message: format!("a value cannot be read ({error}): select hex(…) of it"),
        })
    });
    decoded.collect()
}

fn cell(row: &SqliteRow, i: usize) -> Result<Cell, sqlx::error::BoxDynError> {
    let value = row.try_get_raw(i)?;
    if value.is_null() {
        return Ok(Cell::Null);
    }
    let stored_as = value.type_info().into_owned();
    Ok(match stored_as.name() {
        "INTEGER" => Cell::Int(<i64 as sqlx::Decode<'_, sqlx::Sqlite>>::decode(value)?),
        "REAL" => Cell::Real(<f64 as sqlx::Decode<'_, sqlx::Sqlite>>::decode(value)?),
        "BLOB" => Cell::Blob,
        _ => Cell::Text(<String as sqlx::Decode<'_, sqlx::Sqlite>>::decode(value)?),
    })
}

fn size(cell: &Cell) -> usize {
    size_of::<Cell>() + if let Cell::Text(text) = cell { text.len() } else { 0 }
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

/// The word of the statement that SQLite's message is about.
fn blamed_word(message: &str) -> Option<&str> {
    const STARTS: [&str; 10] = [
        "no such column: ",
        "no such table: ",
        "no such function: ",
        "no such window: ",
        "ambiguous column name: ",
        "misuse of aggregate: ",
        "misuse of aggregate function ",
        "misuse of window function ",
        "wrong number of arguments to function ",
        "circular reference: ",
    ];
    let named = STARTS.iter().find_map(|start| message.strip_prefix(start))?;
    let word = match named.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next()?,
        None => named.trim_end_matches("()"),
    };
    (!word.is_empty()).then_some(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_lead_to_the_authors_word() {
        let text = "select 'net', nets, /* net */ net, \"a b\" from t";
        let found =
            |message| blamed_word(message).and_then(|word| find_word(Dialect::Sqlite, text, word));
        assert_eq!(found("no such column: net"), text.find("net, \""));
        assert_eq!(found("no such column: a b"), text.find("\"a b"));
        assert_eq!(found("no such table: t"), text.rfind('t'));
        assert_eq!(found("no such column: brisk"), None);
        assert_eq!(found("disk I/O error"), None);
    }
}
