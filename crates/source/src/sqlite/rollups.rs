//! Rollups of a SQLite database, in a file of Brisk's own. The database itself is opened read-only,
//! as `main`, just as it is for panels.

use super::{error, file};
use crate::bind::bound;
use crate::compile::statement::Statement;
use crate::dialect::Dialect;
use crate::error::SourceError;
use crate::rollup::plan::Plan;
use crate::rollup::refresh::{
    Record, Refresh, RefreshConnection, recorded_definition, replace_rows,
};
use brisk_domain::{RollupReport, SourceName};
use sqlx::SqliteConnection;
use sqlx::error::ErrorKind;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _, Row as _};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Writes the rollups of one SQLite database. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct SqliteRollups {
    name: SourceName,
    source: PathBuf,
    file: PathBuf,
    /// Identifies the folder of `file`.
    place: String,
    time: Duration,
}

/// The file beside the rollups that identifies their folder.
pub(crate) const PLACE_FILE: &str = "place";

/// Brisk's record of its refreshes.
const RECORDS: &str = "create table if not exists brisk.rollups (
  name text not null primary key,
  definition text not null,
  refreshed_at integer not null, -- microseconds since the epoch
  since integer,                 -- the first refreshed bucket; null after a rebuild
  row_count integer not null,
  seconds real not null
) without rowid";

impl SqliteRollups {
    /// For the database `source`, in `file`, whose folder is identified by `place`.
    pub(crate) fn new(
        name: SourceName,
        source: &Path,
        file: &Path,
        place: &str,
        time: Duration,
    ) -> Self {
        let (source, file, place) = (source.to_owned(), file.to_owned(), place.to_owned());
        Self { name, source, file, place, time }
    }

    pub(crate) async fn refresh(&self, refresh: &Refresh<'_>) -> Result<RollupReport, SourceError> {
        let stop = file::StopOnDrop::default();
        let work = async {
            let mut connection = self.connect().await?;
            self.keep_place();
            let mut handle = connection.lock_handle().await.map_err(|e| self.unavailable(&e))?;
            stop.watch(&mut handle);
            drop(handle);
            let report = Refreshing { rollups: self, refresh, connection: &mut connection };
            let report = report.run().await?;
            // Failing to close it loses nothing: everything is committed.
            let _ = connection.close().await;
            Ok(report)
        };
        // Dropping the connection rolls back the transaction.
        let timeout = |_| SourceError::Timeout { seconds: self.time.as_secs() };
        tokio::time::timeout(self.time, work).await.map_err(timeout)?
    }

    pub(crate) async fn records(&self) -> Result<Vec<Record>, SourceError> {
        if !self.file.exists() {
            return Ok(Vec::new());
        }
        let unavailable = |error: sqlx::Error| self.unavailable(&error);
        let mut connection = self.connect().await?;
        connection.execute(RECORDS).await.map_err(unavailable)?;
        let sql = "select name, definition, refreshed_at, row_count, seconds from brisk.rollups";
        let rows = sqlx::query(sql).fetch_all(&mut connection).await.map_err(unavailable)?;
        rows.iter().map(Record::read).collect::<Result<_, _>>().map_err(unavailable)
    }

    /// A connection that reads the source and writes the rollups, whose file it makes.
    async fn connect(&self) -> Result<SqliteConnection, SourceError> {
        let unavailable = |error| self.unavailable(&error);
        if let Some(folder) = self.file.parent() {
            let made = tokio::fs::create_dir_all(folder).await;
            made.map_err(|error| unavailable(sqlx::Error::Io(error)))?;
        }
        // The connection as a whole may write and create, because otherwise no attached file could be
        // written; the URL of its main database makes that one read-only.
        let source = file::uri(&self.source, "ro");
        let options = SqliteConnectOptions::new()
            .filename(source)
            .create_if_missing(true)
            .busy_timeout(self.time)
            .pragma("trusted_schema", "off")
            .pragma("mmap_size", "1073741824")
            .pragma("cache_size", "-65536")
            .pragma("temp_store", "memory");
        let mut connection = options.connect().await.map_err(unavailable)?;
        let attach = sqlx::query("attach database ?1 as brisk");
        let attach = attach.bind(file::uri(&self.file, "rwc"));
        attach.execute(&mut connection).await.map_err(unavailable)?;
        // Readers continue with the old rows while new ones are written.
        let journal = "pragma brisk.journal_mode = wal; pragma brisk.synchronous = normal";
        connection.execute(journal).await.map_err(unavailable)?;
        Ok(connection)
    }

    /// Writes down what identifies the folder of the rollups, for later processes. Without it each
    /// process refreshes for itself, which is correct, so a failure is not an error.
    fn keep_place(&self) {
        let path = self.file.with_file_name(PLACE_FILE);
        if self.place.is_empty() || path.exists() {
            return;
        }
        let new = std::fs::OpenOptions::new().write(true).create_new(true).open(&path);
        let kept = new.and_then(|mut file| file.write_all(self.place.as_bytes()));
        if let Err(error) = kept {
            tracing::debug!(source = %self.name, %error, "the rollups' folder stays unidentified");
        }
    }

    fn unavailable(&self, error: &sqlx::Error) -> SourceError {
        tracing::error!(source = %self.name, %error, "the file of the rollups cannot be used");
        let message = "the file of its rollups, in Brisk's data directory, cannot be written";
        SourceError::Unavailable(message.into())
    }

    /// Identifies the database, whose rows may differ from those of another file. A file that was
    /// replaced has another inode, or at least another creation time.
    fn origin(&self) -> String {
        let path = self.source.canonicalize().unwrap_or_else(|_| self.source.clone());
        let metadata = std::fs::metadata(&path).ok();
        // Not every file system records it.
        let made = metadata.as_ref().and_then(|metadata| metadata.created().ok());
        let made = made.and_then(|at| at.duration_since(std::time::UNIX_EPOCH).ok());
        let made = made.map_or(0, |since| since.as_nanos());
        #[cfg(unix)]
        let number = {
            use std::os::unix::fs::MetadataExt as _;
            metadata.map_or(0, |metadata| metadata.ino())
        };
        #[cfg(not(unix))]
        let number = 0;
        format!("{} {number} {made}", path.display())
    }
}

/// One refresh.
struct Refreshing<'a> {
    rollups: &'a SqliteRollups,
    refresh: &'a Refresh<'a>,
    connection: &'a mut SqliteConnection,
}

impl Refreshing<'_> {
    async fn run(mut self) -> Result<RollupReport, SourceError> {
        let (plan, started) = (self.refresh.plan, Instant::now());
        // Locks for writing at once, after waiting for other writers.
        self.execute("begin immediate").await?;
        self.execute(RECORDS).await?;
        let columns = self.columns().await?;
        let origin = self.rollups.origin();
        let definition = recorded_definition(self.refresh.definition, &columns, &origin);
        let name = plan.rollup().name.as_str();
        let known = sqlx::query("select definition, row_count from brisk.rollups where name = ?1")
            .bind(name)
            .fetch_optional(&mut *self.connection);
        let known = known.await.map_err(|error| self.failed(&error))?;
        let rows = known.filter(|row| row.get::<&str, _>(0) == definition).map(|row| row.get(1));
        let exists = sqlx::query("select 1 from brisk.sqlite_master where name = ?1")
            .bind(name)
            .fetch_optional(&mut *self.connection);
        let exists = exists.await.map_err(|error| self.failed(&error))?.is_some();
        let rows: i64 = match rows {
            Some(rows) if exists && !self.refresh.rebuild => rows,
            _ => {
                self.create(&columns).await?;
                0
            }
        };
        let refresh = self.refresh;
        let (report, rows) = replace_rows(&mut self, refresh, rows).await?;
        let seconds = started.elapsed().as_secs_f64();
        sqlx::query("insert or replace into brisk.rollups values (?1, ?2, ?3, ?4, ?5, ?6)")
            .bind(name)
            .bind(&definition)
            .bind(self.refresh.now.0)
            .bind(report.from.map(|from| from.0))
            .bind(rows)
            .bind(seconds)
            .execute(&mut *self.connection)
            .await
            .map_err(|error| self.failed(&error))?;
        self.execute("commit").await?;
        Ok(report)
    }

    /// The statement's columns with the types that SQLite would give them in a table. Without these,
    /// comparisons with text would follow other rules than in the source's own tables.
    async fn columns(&mut self) -> Result<Vec<(String, String)>, SourceError> {
        let statement = &self.refresh.plan.whole;
        let sql =
            format!("create temp table brisk_probe as select * from ({}) limit 0", statement.sql);
        self.execute_bound(sql, statement).await?;
        let columns = sqlx::query("select name, type from pragma_table_info('brisk_probe')");
        let columns = columns.fetch_all(&mut *self.connection).await;
        let columns = columns.map_err(|error| self.failed(&error))?;
        let columns: Vec<(String, String)> =
            columns.iter().map(|row| (row.get(0), row.get(1))).collect();
        let names: Vec<&str> = columns.iter().map(|(name, _)| name.as_str()).collect();
        self.refresh.plan.check_columns(&names)?;
        Ok(columns)
    }

    async fn create(&mut self, columns: &[(String, String)]) -> Result<(), SourceError> {
        let plan = self.refresh.plan;
        let identity = plan.identity();
        let column = |(name, kind): &(String, String)| {
            let name = Dialect::Sqlite.quoted(name);
            // SQLite reports one of its type affinities here, which are plain words.
            let kind = if kind.chars().all(|c| c.is_ascii_alphabetic()) { kind } else { "" };
            let not_null =
                if identity.split(", ").any(|key| key == name) { " not null" } else { "" };
            format!("{name} {kind}{not_null}")
        };
        let columns = columns.iter().map(column).collect::<Vec<_>>().join(", ");
        let table = plan.table();
        self.execute(&format!("drop table if exists {table}")).await?;
        // Clustered by time, so that a range is contiguous in the file.
        let sql =
            format!("create table {table} ({columns}, primary key ({identity})) without rowid");
        self.execute(&sql).await?;
        Ok(())
    }

    fn failed(&self, error: &sqlx::Error) -> SourceError {
        let plan: &Plan = self.refresh.plan;
        let sqlx::Error::Database(refusal) = error else {
            return self.rollups.unavailable(error);
        };
        match refusal.kind() {
            ErrorKind::UniqueViolation => plan.not_unique(),
            ErrorKind::NotNullViolation => plan.null_key(),
            _ => match refusal.code().as_deref().and_then(|code| code.parse::<u32>().ok()) {
                // The low byte is the primary code: busy, locked, read-only, I/O error, full, cannot
                // open.
                Some(code) if matches!(code & 0xff, 5 | 6 | 8 | 10 | 13 | 14) => {
                    self.rollups.unavailable(error)
                }
                _ => error::statement_error(refusal.message(), &plan.rollup().query),
            },
        }
    }
}

impl RefreshConnection for Refreshing<'_> {
    async fn execute(&mut self, sql: &str) -> Result<u64, SourceError> {
        let done = self.connection.execute(AssertSqlSafe(sql.to_owned())).await;
        done.map(|done| done.rows_affected()).map_err(|error| self.failed(&error))
    }

    async fn execute_bound(
        &mut self,
        sql: String,
        statement: &Statement,
    ) -> Result<u64, SourceError> {
        let query = bound(sqlx::query(AssertSqlSafe(sql)), &statement.binds);
        let done = query.execute(&mut *self.connection).await;
        done.map(|done| done.rows_affected()).map_err(|error| self.failed(&error))
    }

    async fn number(&mut self, sql: &str) -> Result<Option<i64>, SourceError> {
        let row = sqlx::query(AssertSqlSafe(sql.to_owned())).fetch_one(&mut *self.connection);
        row.await.and_then(|row| row.try_get(0)).map_err(|error| self.failed(&error))
    }

    // A column holds whatever was inserted.
    fn is_instant(time: &str) -> String {
        format!("typeof({time}) = 'integer'")
    }
}
