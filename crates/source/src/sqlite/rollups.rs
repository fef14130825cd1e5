//! Rollups on SQLite, in a file of Brisk's own. The database itself is opened read-only, as `main`,
//! as for panels.

use super::error;
use super::executor::{LOG, values};
use super::file_state::FileState;
use super::value::Cell;
use super::worker::client::ResultSet;
use super::worker::pool::{Trouble, WorkerCounts, WorkerSession, Workers};
use super::worker::protocol::{Failure, Run};
use crate::compile::statement::{Bind, Statement};
use crate::dialect::Dialect;
use crate::error::SourceError;
use crate::rollup::plan::Plan;
use crate::rollup::refresh::{
    Record, Refresh, RefreshConnection, recorded_definition, replace_rows,
};
use brisk_domain::{RollupReport, SourceName, Timestamp};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Writes the rollups of one SQLite database. Cheap to clone.
#[derive(Clone)]
pub(crate) struct SqliteRollups {
    name: SourceName,
    workers: Workers,
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

/// The source's file as it was when a rollup was refreshed.
const FILES: &str = "create table if not exists brisk.rollup_files (
  name text not null primary key,
  state text not null
) without rowid";

/// SQLite's extended codes of rows that break a constraint.
const UNIQUE: [i32; 2] = [2067, 1555];
const NOT_NULL: i32 = 1299;

impl SqliteRollups {
    /// The rollups of the database `source`, in `file`, whose folder `place` identifies; `workers`
    /// write them.
    pub(crate) fn new(
        name: SourceName,
        workers: Workers,
        source: &Path,
        file: &Path,
        place: &str,
        time: Duration,
    ) -> Self {
        let (source, file, place) = (source.to_owned(), file.to_owned(), place.to_owned());
        Self { name, workers, source, file, place, time }
    }

    /// The same, written by `workers`.
    pub(crate) fn with_workers(self, workers: impl FnOnce(&Path) -> Workers) -> Self {
        Self { workers: workers(&self.file), ..self }
    }

    /// Counts of its workers so far.
    pub(crate) fn worker_counts(&self) -> WorkerCounts {
        self.workers.counts()
    }

    pub(crate) async fn refresh(&self, refresh: &Refresh<'_>) -> Result<RollupReport, SourceError> {
        let work = async {
            let session = self.connect().await?;
            self.keep_place();
            Refreshing { rollups: self, refresh, session }.run().await
        };
        // Dropping the session ends its worker, which rolls back the transaction.
        tokio::time::timeout(self.time, work).await.map_err(|_| self.timeout())?
    }

    pub(crate) async fn records(&self) -> Result<Vec<Record>, SourceError> {
        if !self.file.exists() {
            return Ok(Vec::new());
        }
        let mut session = self.connect().await?;
        let select = "select name, definition, refreshed_at, row_count, seconds from brisk.rollups";
        let mut rows = ResultSet::default();
        for sql in [RECORDS, select] {
            let run = self.request(sql.to_owned(), &[]);
            let done = session.run(run, self.time).await;
            rows = done.map_err(|trouble| self.unavailable(&format!("{trouble:?}")))?;
        }
        let count = rows.cells.first().map_or(0, Vec::len);
        let records = (0..count).map(|row| record(&rows, row));
        let records = records.collect::<Option<Vec<_>>>();
        records.ok_or_else(|| self.unavailable("its records are not Brisk's"))
    }

    /// A worker that reads the source and writes the rollups, whose file it makes.
    async fn connect(&self) -> Result<WorkerSession, SourceError> {
        if let Some(folder) = self.file.parent() {
            let made = tokio::fs::create_dir_all(folder).await;
            made.map_err(|error| self.unavailable(&error.to_string()))?;
        }
        let session = self.workers.session().await;
        session.map_err(|trouble| self.unavailable(&format!("{trouble:?}")))
    }

    fn request(&self, sql: String, binds: &[Bind]) -> Run {
        let milliseconds = self.time.as_millis() as u64;
        Run {
            sql,
            values: values(binds),
            reads_rollups: true,
            milliseconds,
            is_only_prepared: false,
        }
    }

    fn timeout(&self) -> SourceError {
        SourceError::Timeout { seconds: self.time.as_secs() }
    }

    /// Records what identifies the folder of the rollups, for later processes. Without it each
    /// process does its own refreshes, which is correct, so a failure is not an error.
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

    fn unavailable(&self, error: &str) -> SourceError {
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
        let number = {
            use std::os::unix::fs::MetadataExt as _;
            metadata.map_or(0, |metadata| metadata.ino())
        };
        format!("{} {number} {made}", path.display())
    }
}

/// The record in row `row`.
fn record(rows: &ResultSet, row: usize) -> Option<Record> {
    let cell = |column: usize| rows.cells.get(column)?.get(row);
    let text = |column| match cell(column)? {
        Cell::Text(text) => Some(text.clone()),
        _ => None,
    };
    let int = |column| match cell(column)? {
        Cell::Int(value) => Some(*value),
        _ => None,
    };
    let seconds = match cell(4)? {
        Cell::Real(seconds) => *seconds,
        _ => return None,
    };
    let (refreshed_at, rows) = (Timestamp(int(2)?), int(3)?.unsigned_abs());
    Some(Record { name: text(0)?, definition: text(1)?, refreshed_at, rows, seconds })
}

/// One refresh.
struct Refreshing<'a> {
    rollups: &'a SqliteRollups,
    refresh: &'a Refresh<'a>,
    session: WorkerSession,
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
        let name = || Bind::Text(plan.rollup().name.as_str().to_owned());
        let known = "select row_count from brisk.rollups where name = ?1 and definition = ?2";
        let known = self.one(known, &[name(), Bind::Text(definition.clone())]).await?;
        let is_of_this_file = self.is_of_this_file().await?;
        let exists = "select 1 from brisk.sqlite_master where name = ?1";
        let exists = self.one(exists, &[name()]).await?.is_some();
        let rows: i64 = match known {
            Some(rows) if exists && is_of_this_file && !self.refresh.rebuild => rows,
            _ => {
                self.create(&columns).await?;
                0
            }
        };
        let refresh = self.refresh;
        let (report, rows) = replace_rows(&mut self, refresh, rows).await?;
        let since = report.from.map_or("null".to_owned(), |from| from.0.to_string());
        let (now, seconds) = (refresh.now.0, started.elapsed().as_secs_f64());
        let sql = format!(
            "insert or replace into brisk.rollups values (?1, ?2, {now}, {since}, {rows}, {seconds:e})"
        );
        self.asked(sql, &[name(), Bind::Text(definition)]).await?;
        self.execute("commit").await?;
        Ok(report)
    }

    /// Whether the existing rows were read from this file, which SQLite alone has changed since; records
    /// its state for the next refresh. True if that cannot be known.
    async fn is_of_this_file(&mut self) -> Result<bool, SourceError> {
        self.execute(FILES).await?;
        let name = Bind::Text(self.refresh.plan.rollup().name.as_str().to_owned());
        let Some(now) = self.text("select brisk_file_state()", &[]).await? else { return Ok(true) };
        let known = "select state from brisk.rollup_files where name = ?1";
        let before = self.text(known, std::slice::from_ref(&name)).await?;
        let states = before.as_deref().and_then(FileState::parse).zip(FileState::parse(&now));
        let note = "insert or replace into brisk.rollup_files values (?1, ?2)".to_owned();
        self.asked(note, &[name, Bind::Text(now)]).await?;
        Ok(states.is_none_or(|(before, now)| !before.was_written_over(&now)))
    }

    /// The statement's columns with the types that SQLite would give them in a table. Without these,
    /// comparisons with text would follow other rules than in the source's own tables.
    async fn columns(&mut self) -> Result<Vec<(String, String)>, SourceError> {
        let statement = &self.refresh.plan.whole;
        let sql =
            format!("create temp table brisk_probe as select * from ({}) limit 0", statement.sql);
        self.execute_bound(sql, statement).await?;
        let columns = "select name, type from pragma_table_info('brisk_probe')";
        let columns = self.asked(columns.to_owned(), &[]).await?;
        let [names, kinds] = columns.cells.as_slice() else {
            return Err(self.rollups.unavailable("a table is described in another way"));
        };
        let text = |cell: &Cell| match cell {
            Cell::Text(text) => text.clone(),
            _ => String::new(),
        };
        let columns = names.iter().zip(kinds).map(|(name, kind)| (text(name), text(kind)));
        let columns: Vec<(String, String)> = columns.collect();
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

    async fn asked(&mut self, sql: String, binds: &[Bind]) -> Result<ResultSet, SourceError> {
        let run = self.rollups.request(sql, binds);
        let done = self.session.run(run, self.rollups.time).await;
        done.map_err(|trouble| self.failed(trouble))
    }

    /// The whole number in the first row, if there is one.
    async fn one(&mut self, sql: &str, binds: &[Bind]) -> Result<Option<i64>, SourceError> {
        let rows = self.asked(sql.to_owned(), binds).await?;
        Ok(match rows.cells.first().and_then(|column| column.first()) {
            Some(Cell::Int(value)) => Some(*value),
            _ => None,
        })
    }

    /// The text in the first row, if there is one.
    async fn text(&mut self, sql: &str, binds: &[Bind]) -> Result<Option<String>, SourceError> {
        let mut rows = self.asked(sql.to_owned(), binds).await?;
        Ok(match rows.cells.first_mut().and_then(Vec::pop) {
            Some(Cell::Text(text)) => Some(text),
            _ => None,
        })
    }

    fn failed(&self, trouble: Trouble) -> SourceError {
        let (rollups, plan): (_, &Plan) = (self.rollups, self.refresh.plan);
        match trouble {
            Trouble::Failed(failure) => match failure {
                Failure::Refused { code, .. } if UNIQUE.contains(&code) => plan.not_unique(),
                Failure::Refused { code: NOT_NULL, .. } => plan.null_key(),
                // The low byte is the primary code: busy, locked, read-only, full.
                Failure::Refused { code, message, .. } if matches!(code & 0xff, 5 | 6 | 8 | 13) => {
                    rollups.unavailable(&message)
                }
                Failure::Refused { message, .. } => {
                    error::statement_error(&message, None, &plan.whole)
                }
                Failure::Function(name) => error::function_error(&name, &plan.rollup().query),
                Failure::File(why) | Failure::NotADatabase(why) => rollups.unavailable(&why),
                Failure::Log => rollups.unavailable(LOG),
                Failure::Time => rollups.timeout(),
                Failure::Memory => SourceError::Memory { limit: rollups.workers.setup().memory },
                Failure::Rows | Failure::Bytes => rollups.unavailable("too long an answer"),
            },
            Trouble::Late => rollups.timeout(),
            Trouble::Died => SourceError::Ended,
            Trouble::Busy | Trouble::Start(_) => rollups.unavailable(&format!("{trouble:?}")),
        }
    }
}

impl RefreshConnection for Refreshing<'_> {
    async fn execute(&mut self, sql: &str) -> Result<u64, SourceError> {
        Ok(self.asked(sql.to_owned(), &[]).await?.changes)
    }

    async fn execute_bound(
        &mut self,
        sql: String,
        statement: &Statement,
    ) -> Result<u64, SourceError> {
        Ok(self.asked(sql, &statement.binds).await?.changes)
    }

    async fn number(&mut self, sql: &str) -> Result<Option<i64>, SourceError> {
        self.one(sql, &[]).await
    }

    // A column holds whatever was inserted.
    fn is_instant(time: &str) -> String {
        format!("typeof({time}) = 'integer'")
    }
}
