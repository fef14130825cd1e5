//! Reads a file on a thread of its own: turns its lines into batches of typed values, and counts
//! and records the rejected ones.

use crate::file::{self, Opened};
use crate::lines::Lines;
use crate::plan::{ColumnType, Plan};
use crate::rejected::RejectedFile;
use crate::value::{Converter, Value};
use crate::{Dialect, ImportError, Options, Progress, Rejected};
use brisk_domain::Timestamp;
use chrono::NaiveDateTime;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

/// The number of rejected lines reported in full.
const REJECTED_IN_FULL: usize = 20;
/// A batch is full after this many bytes, whatever its rows: servers limit the size of a statement.
const BATCH_BYTES: usize = 512 << 10;

/// Consecutive rows.
pub(crate) struct Batch {
    /// The values of all rows, one row after another.
    pub(crate) values: Vec<Value>,
    /// The number of rows.
    pub(crate) rows: usize,
}

/// The result of reading a whole file.
pub(crate) struct Done {
    pub(crate) rejected: u64,
    pub(crate) first_rejected: Vec<Rejected>,
}

/// A file's rows, in batches. The end is reported only once the whole file has been read without
/// error, so that no part of a bad file is committed.
pub(crate) struct Batches<'p> {
    receiver: mpsc::Receiver<Batch>,
    reader: JoinHandle<Result<Done, ImportError>>,
    read: Arc<AtomicU64>,
    total: u64,
    progress: &'p dyn Progress,
    rows: u64,
    done: Option<Done>,
}

impl<'p> Batches<'p> {
    /// Starts reading `file`, in batches of at most `rows` rows.
    pub(crate) fn start(
        plan: &Plan,
        file: &Path,
        (dialect, weeks, rows): (Dialect, i64, usize),
        options: &Options,
        progress: &'p dyn Progress,
    ) -> Result<Self, ImportError> {
        let opened = file::open(file)?;
        let (total, read) = (opened.total, Arc::clone(&opened.read));
        let (sender, receiver) = mpsc::channel(4);
        let (plan, path, options) = (plan.clone(), file.to_owned(), options.clone());
        let reader = tokio::task::spawn_blocking(move || {
            convert_all(&plan, &path, opened, (dialect, weeks, rows), &options, &sender)
        });
        Ok(Self { receiver, reader, read, total, progress, rows: 0, done: None })
    }

    /// The next batch; `None` at the end of a valid file.
    pub(crate) async fn next(&mut self) -> Result<Option<Batch>, ImportError> {
        if self.rows > 0 {
            // The caller has inserted the previous batch when it asks for the next one.
            self.progress.advance(self.read.load(Ordering::Relaxed), self.total, self.rows);
        }
        if let Some(batch) = self.receiver.recv().await {
            self.rows += batch.rows as u64;
            return Ok(Some(batch));
        }
        if self.done.is_none() {
            self.done = Some(joined((&mut self.reader).await)?);
        }
        Ok(None)
    }

    /// Reports that the rows are inserted and the next, equally slow, step begins.
    pub(crate) fn stage(&self, name: &str) {
        self.progress.stage(name);
    }

    /// The number of rows, and the rejected lines.
    pub(crate) fn done(self) -> (u64, Option<Done>) {
        (self.rows, self.done)
    }
}

/// The shift in weeks that brings the file's newest timestamp into the week before `now`.
pub(crate) async fn weeks(plan: &Plan, file: &Path, now: Timestamp) -> Result<i64, ImportError> {
    let (plan, file) = (plan.clone(), file.to_owned());
    joined(tokio::task::spawn_blocking(move || weeks_of(&plan, &file, now)).await)
}

/// Reads the whole file and sends its rows; counts and records rejected lines.
fn convert_all(
    plan: &Plan,
    path: &Path,
    opened: Opened,
    (dialect, weeks, rows): (Dialect, i64, usize),
    options: &Options,
    sender: &mpsc::Sender<Batch>,
) -> Result<Done, ImportError> {
    let converter = Converter::of(plan, dialect, weeks * 7);
    let mut lines = Lines::open(plan, path, opened)?;
    let mut done = Done { rejected: 0, first_rejected: Vec::new() };
    let mut listed = options.rejected_to.as_deref().map(RejectedFile::create).transpose()?;
    let mut batch = Batch { values: Vec::new(), rows: 0 };
    let mut bytes = 0;
    while let Some(line) = lines.next()? {
        let row = line.and_then(|(number, fields)| {
            let reject = |reason| Rejected { line: number, reason };
            let mut row = Vec::with_capacity(plan.columns.len() + 1);
            for (field, column) in fields.iter().zip(&plan.columns) {
                row.push(converter.convert(field, column).map_err(reject)?);
            }
            if plan.line_column.is_some() {
                row.push(Value::Int(number as i64));
            }
            Ok(row)
        });
        match row {
            Ok(row) => {
                bytes += row.iter().map(Value::size).sum::<usize>();
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
        if batch.rows == rows || bytes >= BATCH_BYTES {
            bytes = 0;
            let full = std::mem::replace(&mut batch, Batch { values: Vec::new(), rows: 0 });
            if sender.blocking_send(full).is_err() {
                // The inserting side has failed and reports the error itself.
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

fn weeks_of(plan: &Plan, path: &Path, now: Timestamp) -> Result<i64, ImportError> {
    let mut lines = Lines::open(plan, path, file::open(path)?)?;
    // A shift is by days, whatever the database.
    let converter = Converter::of(plan, Dialect::Sqlite, 0);
    let mut newest: Option<NaiveDateTime> = None;
    while let Some(line) = lines.next()? {
        let Ok((_, fields)) = line else { continue };
        for (field, column) in fields.iter().zip(&plan.columns) {
            if matches!(column.kind, ColumnType::Date | ColumnType::Timestamp) {
                newest = newest.max(converter.wall(field.0, column));
            }
        }
    }
    let local_now = converter.local(now);
    Ok(newest.map_or(0, |newest| (local_now - newest).num_days().div_euclid(7)))
}

fn joined<T>(
    result: Result<Result<T, ImportError>, tokio::task::JoinError>,
) -> Result<T, ImportError> {
    result.unwrap_or_else(|failure| {
        Err(ImportError::Plan(format!("the import ended abnormally: {failure}")))
    })
}
