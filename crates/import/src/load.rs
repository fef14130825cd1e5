//! The import: one thread reads and converts, the connection inserts, all in one transaction.

use crate::file::{self, Opened};
use crate::plan::{ColumnType, Plan};
use crate::rejected::RejectedFile;
use crate::value::{self, Value};
use crate::{ImportError, Progress, Rejected};
use brisk_domain::{Timestamp, ZoneName, ZoneOffsets};
use chrono::NaiveDateTime;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, Sqlite};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::mpsc;

/// Whether timestamps are moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Shift {
    /// They stay.
    #[default]
    None,
    /// By whole weeks on the wall clock, so that the newest falls into the week before this
    /// instant.
    LatestIntoPastWeek(Timestamp),
}

/// How to import.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Whether timestamps are moved.
    pub shift: Shift,
    /// How many lines may be left out because they do not fit.
    pub max_rejected: u64,
    /// A CSV file that gets every line that does not fit, with its number and why; also when
    /// there are too many of them.
    pub rejected_to: Option<PathBuf>,
}

/// What an import did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Lines that were inserted.
    pub rows: u64,
    /// Lines that did not fit; all of them were allowed to.
    pub rejected: u64,
    /// The first of those.
    pub first_rejected: Vec<Rejected>,
    /// By how many weeks timestamps were moved.
    pub shift_weeks: i64,
}

/// Rows that go to the database in one statement; SQLite takes 32,766 values at once.
const ROWS_PER_INSERT: usize = 500;
/// Rejected lines that are told in full.
const REJECTED_IN_FULL: usize = 20;

struct Batch {
    values: Vec<Value>,
    rows: usize,
}

struct Done {
    rejected: u64,
    first_rejected: Vec<Rejected>,
}

/// Loads `file` into the SQLite database at `database`, replacing the plan's table. Either all of
/// it is there afterwards or nothing has changed; dropping the future changes nothing either.
pub async fn import_into_sqlite(
    plan: &Plan,
    file: &Path,
    database: &Path,
    options: &Options,
    progress: &dyn Progress,
) -> Result<Report, ImportError> {
    let result = import(plan, file, database, options, progress).await;
    progress.finish();
    result
}

async fn import(
    plan: &Plan,
    file: &Path,
    database: &Path,
    options: &Options,
    progress: &dyn Progress,
) -> Result<Report, ImportError> {
    let weeks = match options.shift {
        Shift::None => 0,
        Shift::LatestIntoPastWeek(now) => {
            let (plan, file) = (plan.clone(), file.to_owned());
            blocking(move || weeks(&plan, &file, now)).await?
        }
    };
    let opened = file::open(file)?;
    let (total, read) = (opened.total, Arc::clone(&opened.read));
    let (sender, receiver) = mpsc::channel(4);
    let reader = {
        let (plan, path, options) = (plan.clone(), file.to_owned(), options.clone());
        blocking(move || convert_all(&plan, &path, opened, weeks, &options, &sender))
    };
    let connect = SqliteConnectOptions::new()
        .filename(database)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Normal)
        .pragma("cache_size", "-200000")
        .pragma("temp_store", "memory");
    let mut connection = SqliteConnection::connect_with(&connect).await?;
    let written = write(plan, &mut connection, receiver, reader, (&read, total), progress).await;
    // Closing waits for SQLite's thread, so that the file is whole when we return.
    let closed = connection.close().await;
    let (rows, done) = written?;
    closed?;
    let Done { rejected, first_rejected } = done;
    Ok(Report { rows, rejected, first_rejected, shift_weeks: weeks })
}

async fn write(
    plan: &Plan,
    connection: &mut SqliteConnection,
    mut receiver: mpsc::Receiver<Batch>,
    reader: impl Future<Output = Result<Done, ImportError>>,
    (read, total): (&AtomicU64, u64),
    progress: &dyn Progress,
) -> Result<(u64, Done), ImportError> {
    let mut transaction = connection.begin().await?;
    let drop_table = format!("drop table if exists {}", plan.table);
    transaction.execute(AssertSqlSafe(drop_table)).await?;
    transaction.execute(AssertSqlSafe(plan.create_table())).await?;
    let insert_all = async {
        let mut rows = 0_u64;
        while let Some(batch) = receiver.recv().await {
            insert(plan, &mut transaction, batch.values, batch.rows).await?;
            rows += batch.rows as u64;
            progress.advance(read.load(Ordering::Relaxed), total, rows);
        }
        Ok::<u64, ImportError>(rows)
    };
    let (rows, done) = tokio::join!(insert_all, reader);
    // The reader's error says more: it is why the rows ended.
    let (done, rows) = (done?, rows?);
    progress.stage("indexes and derived tables");
    for statement in &plan.derived {
        transaction.execute(AssertSqlSafe(statement.clone())).await?;
    }
    transaction.execute("analyze").await?;
    transaction.commit().await?;
    Ok((rows, done))
}

async fn insert(
    plan: &Plan,
    connection: &mut SqliteConnection,
    values: Vec<Value>,
    rows: usize,
) -> Result<(), ImportError> {
    let mut query = sqlx::query::<Sqlite>(AssertSqlSafe(insert_sql(plan, rows)));
    for value in values {
        query = match value {
            Value::Null => query.bind(None::<i64>),
            Value::Int(number) => query.bind(number),
            Value::Float(number) => query.bind(number),
            Value::Text(text) => query.bind(text),
        };
    }
    query.execute(connection).await?;
    Ok(())
}

fn insert_sql(plan: &Plan, rows: usize) -> String {
    let loaded: Vec<&str> =
        plan.columns.iter().map(|c| c.name.as_str()).chain(plan.line_column.as_deref()).collect();
    let place = format!("({})", vec!["?"; loaded.len()].join(","));
    let places = vec![place; rows].join(",");
    let (table, names) = (&plan.table, loaded.join(", "));
    if plan.computed.is_empty() {
        return format!("insert into {table} ({names}) values {places}");
    }
    let computed: Vec<&str> = plan.computed.iter().map(|c| c.name.as_str()).collect();
    let expressions: Vec<&str> = plan.computed.iter().map(|c| c.expression.as_str()).collect();
    format!(
        "with loaded ({names}) as (values {places}) insert into {table} ({names}, {}) \
         select {names}, {} from loaded",
        computed.join(", "),
        expressions.join(", ")
    )
}

/// Reads the whole file and sends its rows; counts and keeps what does not fit.
fn convert_all(
    plan: &Plan,
    path: &Path,
    opened: Opened,
    weeks: i64,
    options: &Options,
    sender: &mpsc::Sender<Batch>,
) -> Result<Done, ImportError> {
    let zone = offsets(plan);
    let mut lines = Lines::open(plan, path, opened)?;
    let mut done = Done { rejected: 0, first_rejected: Vec::new() };
    let mut listed = options.rejected_to.as_deref().map(RejectedFile::create).transpose()?;
    let mut batch = Batch { values: Vec::new(), rows: 0 };
    while let Some(line) = lines.next()? {
        let row = line.and_then(|(number, fields)| {
            let reject = |reason| Rejected { line: number, reason };
            let mut row = Vec::with_capacity(plan.columns.len() + 1);
            for (field, column) in fields.iter().zip(&plan.columns) {
                row.push(value::convert(field, column, &zone, weeks * 7).map_err(reject)?);
            }
            if plan.line_column.is_some() {
                row.push(Value::Int(number as i64));
            }
            Ok(row)
        });
        match row {
            Ok(row) => {
                batch.values.extend(row);
                batch.rows += 1;
            }
            Err(rejected) => {
                done.rejected += 1;
                if let Some(listed) = &mut listed {
                    listed.add(&rejected)?;
                }
                if done.first_rejected.len() < REJECTED_IN_FULL {
                    done.first_rejected.push(rejected);
                }
            }
        }
        if batch.rows == ROWS_PER_INSERT {
            let full = std::mem::replace(&mut batch, Batch { values: Vec::new(), rows: 0 });
            if sender.blocking_send(full).is_err() {
                // The inserting side is gone and has the error to tell.
                return Ok(done);
            }
        }
    }
    if batch.rows > 0 {
        let _ = sender.blocking_send(batch);
    }
    if let Some(listed) = listed {
        listed.finish()?;
    }
    if done.rejected > options.max_rejected {
        let (count, allowed, rejected) = (done.rejected, options.max_rejected, done.first_rejected);
        return Err(ImportError::Rejected { count, allowed, rejected });
    }
    Ok(done)
}

/// The weeks that bring the newest timestamp of the file into the week before `now`.
fn weeks(plan: &Plan, path: &Path, now: Timestamp) -> Result<i64, ImportError> {
    let mut lines = Lines::open(plan, path, file::open(path)?)?;
    let mut newest: Option<NaiveDateTime> = None;
    while let Some(line) = lines.next()? {
        let Ok((_, fields)) = line else { continue };
        for (field, column) in fields.iter().zip(&plan.columns) {
            if column.kind == ColumnType::Timestamp {
                newest = newest.max(value::wall(field, column.format.as_deref()));
            }
        }
    }
    let local_now = offsets(plan).local(now);
    Ok(newest.map_or(0, |newest| (local_now - newest).num_days().div_euclid(7)))
}

fn offsets(plan: &Plan) -> ZoneOffsets {
    let zone = ZoneName::parse(&plan.timezone).unwrap_or_else(|_| ZoneName::utc());
    zone.offsets(Timestamp::from_seconds(0), Timestamp::from_seconds(4_102_444_800))
}

/// The file's lines, with the fields in the plan's order.
struct Lines {
    reader: csv::Reader<Box<dyn std::io::Read + Send>>,
    record: csv::StringRecord,
    path: PathBuf,
    width: usize,
    picked: Vec<usize>,
    /// The reader counts a line's CRLF only when it goes on to the next one.
    late_line: u64,
}

type Line = Result<(u64, Vec<String>), Rejected>;

impl Lines {
    fn open(plan: &Plan, path: &Path, opened: Opened) -> Result<Self, ImportError> {
        let mut reader = csv::ReaderBuilder::new()
            .flexible(true)
            .buffer_capacity(1 << 18)
            .from_reader(opened.reader);
        let failed = |error: csv::Error| ImportError::File {
            path: path.display().to_string(),
            reason: error.to_string(),
        };
        let header: Vec<String> = reader
            .headers()
            .map_err(failed)?
            .iter()
            .map(|name| name.trim_start_matches('\u{feff}').trim().to_owned())
            .collect();
        let pick = |from: &String| {
            header.iter().position(|name| name == from).ok_or_else(|| ImportError::MissingColumn {
                column: from.clone(),
                present: header.join(", "),
            })
        };
        let picked = plan.columns.iter().map(|c| pick(&c.from)).collect::<Result<Vec<_>, _>>()?;
        let (path, width) = (path.to_owned(), header.len());
        let late_line = u64::from(reader.position().line() == 1);
        Ok(Self { reader, record: csv::StringRecord::new(), path, width, picked, late_line })
    }

    /// The next line, a line that does not fit, or the end.
    fn next(&mut self) -> Result<Option<Line>, ImportError> {
        let line = self.reader.position().line() + self.late_line;
        match self.reader.read_record(&mut self.record) {
            Ok(false) => Ok(None),
            Ok(true) => {
                let line = self.record.position().map_or(line, |at| at.line() + self.late_line);
                if self.record.len() != self.width {
                    let reason =
                        format!("{} fields, the header has {}", self.record.len(), self.width);
                    return Ok(Some(Err(Rejected { line, reason })));
                }
                let field = |i: &usize| self.record.get(*i).unwrap_or_default().to_owned();
                Ok(Some(Ok((line, self.picked.iter().map(field).collect()))))
            }
            Err(error) if matches!(error.kind(), csv::ErrorKind::Utf8 { .. }) => {
                Ok(Some(Err(Rejected { line, reason: "the line is not UTF-8 text".into() })))
            }
            Err(error) => Err(ImportError::File {
                path: self.path.display().to_string(),
                reason: format!("around line {line}: {error}"),
            }),
        }
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ImportError> + Send + 'static,
) -> Result<T, ImportError> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|failure| {
        Err(ImportError::Plan(format!("the import ended abnormally: {failure}")))
    })
}
