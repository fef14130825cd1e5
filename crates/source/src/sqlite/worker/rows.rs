//! Runs a prepared statement and sends its rows, within the limits of a result.

use super::cells;
use super::protocol::{
    self, Answer, Failure, Garbled, ROWS, ResultColumn, Run, Setup, Value, begin_frame, end_frame,
};
use rusqlite::{Connection, ErrorCode, Statement};
use std::io::{self, Write as _};
use std::os::unix::net::UnixStream;
use std::sync::Arc;

/// The size in bytes at which a frame of rows is sent.
const CHUNK: usize = 64 << 10;
/// The most bytes of all column names together. Longer names than any statement has come from a
/// hostile schema.
const NAMES: usize = 2 << 20;

/// For SQLite's "string or blob too big".
const TOO_LONG: &str =
    "a text, a row or a list in it would be larger than 64 MiB: take less at a time";

/// The output to Brisk, buffered so that a small answer is one write.
pub(super) struct Output {
    stream: Arc<UnixStream>,
    pending: Vec<u8>,
    /// Where the unfinished frame of rows begins.
    rows: Option<usize>,
}

/// Why a statement's rows end early.
pub(super) enum Stop {
    /// It failed.
    Failed(Failure),
    /// Nobody reads them.
    Gone,
}

impl Output {
    pub(super) fn new(stream: Arc<UnixStream>) -> Self {
        Self { stream, pending: Vec::new(), rows: None }
    }

    /// Takes back what has not been sent.
    pub(super) fn restart(&mut self) {
        self.pending.clear();
        self.rows = None;
    }

    /// Adds `answer` after whole rows.
    pub(super) fn message(&mut self, answer: &Answer) -> Result<(), Stop> {
        self.end_rows()?;
        Ok(protocol::write_message(&mut self.pending, answer)?)
    }

    /// The buffer that cells are added to.
    fn rows(&mut self) -> &mut Vec<u8> {
        self.rows.get_or_insert_with(|| begin_frame(&mut self.pending, ROWS));
        &mut self.pending
    }

    fn end_rows(&mut self) -> Result<(), Garbled> {
        self.rows.take().map_or(Ok(()), |start| end_frame(&mut self.pending, start))
    }

    pub(super) fn flush(&mut self) -> io::Result<()> {
        let sent = (&*self.stream).write_all(&self.pending);
        self.pending.clear();
        self.pending.shrink_to(2 * CHUNK);
        sent
    }
}

/// Runs `run` on `connection` and sends its columns and rows; returns the number of rows that it
/// changed.
pub(super) fn send(
    connection: &Connection,
    setup: &Setup,
    run: &Run,
    output: &mut Output,
) -> Result<u64, Stop> {
    let mut statement = connection.prepare(&run.sql)?;
    if !setup.writes_rollups && !statement.readonly() {
        return Err(Failure::refused("a panel only reads").into());
    }
    if run.is_only_prepared {
        return Ok(0);
    }
    bind(&mut statement, &run.values)?;
    let columns: Vec<ResultColumn> = statement.columns().iter().map(result_column).collect();
    if columns.iter().map(|column| column.name.len()).sum::<usize>() > NAMES {
        return Err(Failure::refused("the names of its columns are too long").into());
    }
    let width = columns.len();
    output.message(&Answer::Columns(columns))?;
    let (mut count, mut bytes) = (0, 0);
    let mut rows = statement.raw_query();
    while let Some(row) = rows.next()? {
        count += 1;
        if count > setup.rows {
            return Err(Failure::Rows.into());
        }
        // Checked before it is copied: a row may be far larger than a result.
        let mut size = 0;
        for place in 0..width {
            size += cells::size(row.get_ref(place)?) as u64;
        }
        if bytes + size > setup.bytes {
            return Err(Failure::Bytes.into());
        }
        let pending = output.rows();
        for place in 0..width {
            bytes += cells::write(pending, row.get_ref(place)?) as u64;
        }
        if pending.len() > CHUNK {
            output.end_rows()?;
            output.flush().map_err(|_| Stop::Gone)?;
        }
    }
    drop(rows);
    Ok(connection.changes())
}

fn result_column(column: &rusqlite::Column<'_>) -> ResultColumn {
    let declared = column.decl_type().unwrap_or_default().to_ascii_lowercase();
    let is_declared_text = !declared.contains("int")
        && ["char", "clob", "text"].iter().any(|word| declared.contains(word));
    ResultColumn { name: column.name().to_owned(), is_declared_text }
}

/// Binds as many of `values` as the statement has placeholders.
fn bind(statement: &mut Statement<'_>, values: &[Value]) -> rusqlite::Result<()> {
    for (i, value) in values.iter().enumerate().take(statement.parameter_count()) {
        match value {
            Value::Int(value) => statement.raw_bind_parameter(i + 1, value)?,
            Value::Real(value) => statement.raw_bind_parameter(i + 1, value)?,
            Value::Text(value) => statement.raw_bind_parameter(i + 1, value)?,
        }
    }
    Ok(())
}

impl Failure {
    pub(super) fn refused(message: &str) -> Self {
        Self::Refused { message: message.to_owned(), offset: None, code: 0 }
    }
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::Error::{MultipleStatement, SqlInputError, SqliteFailure};
        match error {
            SqlInputError { error, msg, offset, .. } => Self::Refused {
                message: msg,
                offset: u64::try_from(offset).ok(),
                code: error.extended_code,
            },
            SqliteFailure(error, message) => {
                let message = message.unwrap_or_else(|| error.to_string());
                match error.code {
                    ErrorCode::OutOfMemory => Self::Memory,
                    ErrorCode::TooBig if message.contains("too big") => {
                        let message = TOO_LONG.to_owned();
                        Self::Refused { message, offset: None, code: error.extended_code }
                    }
                    ErrorCode::CannotOpen
                    | ErrorCode::DatabaseCorrupt
                    | ErrorCode::SystemIoFailure
                    | ErrorCode::PermissionDenied => Self::File(message),
                    ErrorCode::NotADatabase => Self::NotADatabase(message),
                    _ => Self::Refused { message, offset: None, code: error.extended_code },
                }
            }
            MultipleStatement => Self::refused("it has more than one statement"),
            other => Self::refused(&other.to_string()),
        }
    }
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl From<rusqlite::Error> for Stop {
    fn from(error: rusqlite::Error) -> Self {
        Self::Failed(error.into())
    }
}

impl From<Garbled> for Stop {
    fn from(_: Garbled) -> Self {
        Self::Failed(Failure::Bytes)
    }
}
