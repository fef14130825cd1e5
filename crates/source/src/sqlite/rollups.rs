//! Rollups of a SQLite database: in a file of Brisk's own. The database itself is opened for
//! reading only, and is `main`, as it is for panels.

use super::{Plan, Record, Refresh, made_by};
use crate::{Bind, Dialect, SourceError, Statement, sqlite};
use brisk_domain::rollup::ROLLUP_SCHEMA;
use brisk_domain::{RollupReport, SourceName, Timestamp};
use sqlx::error::ErrorKind;
use sqlx::sqlite::{SqliteArguments, SqliteConnectOptions, SqliteQueryResult};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _, Row as _};
use sqlx::{Sqlite, SqliteConnection, query::Query};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Writes the rollups of one SQLite database. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct SqliteRollups {
    name: SourceName,
    source: PathBuf,
    file: PathBuf,
    time: Duration,
}

/// Where Brisk remembers what it did.
const RECORDS: &str = "create table if not exists brisk.rollups (
  name text not null primary key,
  definition text not null,
  refreshed_at integer not null, -- microseconds since the epoch
  since integer,                 -- from when on; all of it where null
  row_count integer not null,
  seconds real not null
) without rowid";

impl SqliteRollups {
    pub(crate) fn new(name: SourceName, source: &Path, file: &Path, time: Duration) -> Self {
        Self { name, source: source.to_owned(), file: file.to_owned(), time }
    }

    pub(crate) async fn refresh(&self, refresh: &Refresh<'_>) -> Result<RollupReport, SourceError> {
        let stop = sqlite::StopOnDrop::default();
        let work = async {
            let mut connection = self.connect().await?;
            let mut handle = connection.lock_handle().await.map_err(|e| self.unavailable(&e))?;
            stop.watch(&mut handle);
            drop(handle);
            let report = Refreshing { rollups: self, refresh, connection: &mut connection };
            let report = report.run().await?;
            // What is not closed is closed behind our back; that commits nothing and loses nothing.
            let _ = connection.close().await;
            Ok(report)
        };
        // Whoever gives up drops the connection, and with it the transaction.
        let given_up = |_| SourceError::Timeout { seconds: self.time.as_secs() };
        tokio::time::timeout(self.time, work).await.map_err(given_up)?
    }

    pub(crate) async fn records(&self) -> Result<Vec<Record>, SourceError> {
        if !self.file.exists() {
            return Ok(Vec::new());
        }
        let unavailable = |error| self.unavailable(&error);
        let mut connection = self.connect().await?;
        connection.execute(RECORDS).await.map_err(unavailable)?;
        let sql = "select name, definition, refreshed_at, row_count, seconds from brisk.rollups";
        let rows = sqlx::query(sql).fetch_all(&mut connection).await.map_err(unavailable)?;
        let record = |row: &sqlx::sqlite::SqliteRow| Record {
            name: row.get(0),
            definition: row.get(1),
            refreshed_at: Timestamp(row.get(2)),
            rows: row.get::<i64, _>(3).unsigned_abs(),
            seconds: row.get(4),
        };
        Ok(rows.iter().map(record).collect())
    }

    /// A connection that reads the source and writes the rollups.
    async fn connect(&self) -> Result<SqliteConnection, SourceError> {
        let unavailable = |error| self.unavailable(&error);
        if let Some(folder) = self.file.parent() {
            let made = tokio::fs::create_dir_all(folder).await;
            made.map_err(|error| unavailable(sqlx::Error::Io(error)))?;
        }
        // The connection as a whole may write and create, or it could attach nothing to write to;
        // the URL of its main database says that this one may only be read.
        let source = sqlite::uri(&self.source, "ro");
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
        let attach = attach.bind(sqlite::uri(&self.file, "rwc"));
        attach.execute(&mut connection).await.map_err(unavailable)?;
        // Readers go on with the rows from before while others are written.
        let journal = "pragma brisk.journal_mode = wal; pragma brisk.synchronous = normal";
        connection.execute(journal).await.map_err(unavailable)?;
        Ok(connection)
    }

    fn unavailable(&self, error: &sqlx::Error) -> SourceError {
        tracing::error!(source = %self.name, %error, "the file of the rollups cannot be used");
        let message = "the file of its rollups, in Brisk's data directory, cannot be written";
        SourceError::Unavailable(message.into())
    }

    /// Another file may have other rows. One that was replaced has another number, or at least was
    /// made at another time.
    fn origin(&self) -> String {
        let path = self.source.canonicalize().unwrap_or_else(|_| self.source.clone());
        let metadata = std::fs::metadata(&path).ok();
        // Not every file system knows.
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
        // Takes the right to write at once, and waits for whoever has it.
        self.execute("begin immediate").await?;
        self.execute(RECORDS).await?;
        let columns = self.columns().await?;
        let origin = self.rollups.origin();
        let made_by = made_by(self.refresh.definition, &columns, &origin);
        let name = plan.rollup().name.as_str();
        let known = sqlx::query("select definition, row_count from brisk.rollups where name = ?1")
            .bind(name)
            .fetch_optional(&mut *self.connection);
        let known = known.await.map_err(|error| self.failed(&error))?;
        let rows = known.filter(|row| row.get::<&str, _>(0) == made_by).map(|row| row.get(1));
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
        let (report, rows) = self.replace_rows(rows).await?;
        let seconds = started.elapsed().as_secs_f64();
        sqlx::query("insert or replace into brisk.rollups values (?1, ?2, ?3, ?4, ?5, ?6)")
            .bind(name)
            .bind(&made_by)
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

    /// The statement's columns with the types that SQLite would give them in a table; without
    /// them, a comparison with a text would follow other rules than in the source's own tables.
    async fn columns(&mut self) -> Result<Vec<(String, String)>, SourceError> {
        let statement = &self.refresh.plan.whole;
        let sql =
            format!("create temp table brisk_probe as select * from ({}) limit 0", statement.sql);
        self.run_bound(sql, statement).await?;
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
            // SQLite takes one of its own words as a type; there is nothing else here.
            let kind = if kind.chars().all(|c| c.is_ascii_alphabetic()) { kind } else { "" };
            let not_null =
                if identity.split(", ").any(|key| key == name) { " not null" } else { "" };
            format!("{name} {kind}{not_null}")
        };
        let columns = columns.iter().map(column).collect::<Vec<_>>().join(", ");
        let table = plan.table();
        self.execute(&format!("drop table if exists {table}")).await?;
        // Clustered by time, so that a range is one stretch of the file.
        let sql =
            format!("create table {table} ({columns}, primary key ({identity})) without rowid");
        self.execute(&sql).await?;
        Ok(())
    }

    /// Deletes and selects again what may have changed in a table of `rows` rows.
    async fn replace_rows(&mut self, rows: i64) -> Result<(RollupReport, i64), SourceError> {
        let plan = self.refresh.plan;
        let (table, time) = (plan.table(), Dialect::Sqlite.quoted(plan.rollup().time.as_str()));
        let newest: Option<i64> = self.number(&format!("select max({time}) from {table}")).await?;
        let from = plan.first_to_refresh(newest.map(Timestamp::from_seconds), self.refresh.now);
        let seconds = from.map_or(i64::MIN, Timestamp::seconds);
        let deleted =
            self.execute(&format!("delete from {table} where {time} >= {seconds}")).await?;
        let statement = plan.statement(from)?;
        let insert = format!("insert into {table} {}", statement.sql);
        let written = self.run_bound(insert, &statement).await?.rows_affected();
        let inside = format!(
            "select count(*) from {table} where {time} >= {seconds} and typeof({time}) = 'integer'"
        );
        if self.number(&inside).await? != i64::try_from(written).ok() {
            return Err(plan.outside());
        }
        let rows = rows - deleted.rows_affected() as i64 + written as i64;
        Ok((RollupReport { from, written, rows: rows.unsigned_abs() }, rows))
    }

    async fn number(&mut self, sql: &str) -> Result<Option<i64>, SourceError> {
        let sql = AssertSqlSafe(sql.to_owned());
        let row = sqlx::query(sql).fetch_one(&mut *self.connection).await;
        row.and_then(|row| row.try_get(0)).map_err(|error| self.failed(&error))
    }

    async fn execute(&mut self, sql: &str) -> Result<SqliteQueryResult, SourceError> {
        let done = self.connection.execute(AssertSqlSafe(sql.to_owned())).await;
        done.map_err(|error| self.failed(&error))
    }

    async fn run_bound(
        &mut self,
        sql: String,
        statement: &Statement,
    ) -> Result<SqliteQueryResult, SourceError> {
        let query = bound(sql, statement);
        query.execute(&mut *self.connection).await.map_err(|error| self.failed(&error))
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
                // The low byte is SQLite's primary code: busy, locked, read-only, disk error, full,
                // cannot open.
                Some(code) if matches!(code & 0xff, 5 | 6 | 8 | 10 | 13 | 14) => {
                    self.rollups.unavailable(error)
                }
                _ => sqlite::refused(refusal.message(), &plan.rollup().query),
            },
        }
    }
}

fn bound(sql: String, statement: &Statement) -> Query<'static, Sqlite, SqliteArguments> {
    statement.binds.iter().fold(sqlx::query(AssertSqlSafe(sql)), |query, bind| match bind {
        Bind::Int(value) => query.bind(*value),
        Bind::Text(value) => query.bind(value.clone()),
    })
}

/// Makes the rollups in `file` readable over `connection`, as the schema `brisk`, if they are not
/// yet. Where there is no file there is no rollup, and the statement says so.
pub(crate) async fn attach(
    connection: &mut SqliteConnection,
    file: &Path,
) -> Result<(), sqlx::Error> {
    let known = sqlx::query("select 1 from pragma_database_list where name = ?1");
    let known = known.bind(ROLLUP_SCHEMA).fetch_optional(&mut *connection).await?;
    if known.is_some() || !file.exists() {
        return Ok(());
    }
    let attach = sqlx::query("attach database ?1 as brisk").bind(sqlite::uri(file, "ro"));
    attach.execute(&mut *connection).await?;
    let settings = "pragma brisk.mmap_size = 1073741824; pragma brisk.cache_size = -16384";
    connection.execute(settings).await?;
    Ok(())
}
