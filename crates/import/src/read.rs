//! Reads a file on a thread of its own: turns its lines into batches of typed values, and counts
//! and records the rejected ones.

use crate::file::{self, Opened};
use crate::plan::{ColumnType, Plan};
use crate::rejected::RejectedFile;
use crate::value::{self, Value};
use crate::{ImportError, Options, Progress, Rejected};
use brisk_domain::{Timestamp, ZoneName, ZoneOffsets};
use chrono::NaiveDateTime;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

/// The number of rejected lines reported in full.
const REJECTED_IN_FULL: usize = 20;
/// A batch is full after this many bytes, whatever its rows: servers limit the size of a statement.
const BATCH_BYTES: usize = 512 << 10;
/// The years whose time zone offsets are known, 1900 to 2100.
const ZONE_FROM: Timestamp = Timestamp::from_seconds(-2_208_988_800);
const ZONE_TO: Timestamp = Timestamp::from_seconds(4_102_444_800);

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
        (weeks, rows): (i64, usize),
        options: &Options,
        progress: &'p dyn Progress,
    ) -> Result<Self, ImportError> {
        let opened = file::open(file)?;
        let (total, read) = (opened.total, Arc::clone(&opened.read));
        let (sender, receiver) = mpsc::channel(4);
        let (plan, path, options) = (plan.clone(), file.to_owned(), options.clone());
        let reader = tokio::task::spawn_blocking(move || {
            convert_all(&plan, &path, opened, (weeks, rows), &options, &sender)
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
    (weeks, rows): (i64, usize),
    options: &Options,
    sender: &mpsc::Sender<Batch>,
) -> Result<Done, ImportError> {
    let zone = offsets(plan);
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
                row.push(value::convert(field, column, &zone, weeks * 7).map_err(reject)?);
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
    zone.offsets(ZONE_FROM, ZONE_TO)
}

/// The file's lines, with their fields in the plan's order.
struct Lines {
    reader: csv::Reader<Box<dyn std::io::Read + Send>>,
    record: csv::StringRecord,
    path: PathBuf,
    width: usize,
    picked: Vec<usize>,
    /// The reader counts a line's CRLF only when it moves on to the next line.
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

    /// The next line, or why it is rejected; `None` at the end.
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

fn joined<T>(
    result: Result<Result<T, ImportError>, tokio::task::JoinError>,
) -> Result<T, ImportError> {
    result.unwrap_or_else(|failure| {
        Err(ImportError::Plan(format!("the import ended abnormally: {failure}")))
    })
}
