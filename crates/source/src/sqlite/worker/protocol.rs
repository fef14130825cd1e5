//! The protocol between Brisk and a worker: frames of a length, a kind, and contents that depend on
//! the kind. Pure.

use brisk_domain::ZoneOffsets;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// A request to a worker.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Request {
    /// The first: what all statements share. Not answered.
    Open(Setup),
    /// A zone that later statements name. Not answered.
    Zone(String, ZoneOffsets),
    /// Runs a statement.
    Run(Run),
}

/// The files that a worker works on, and its limits.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Setup {
    /// The database.
    pub(crate) file: FilePath,
    /// The file with its rollups, if there are any.
    pub(crate) rollups: Option<FilePath>,
    /// Whether it writes the rollups, instead of only reading.
    pub(crate) writes_rollups: bool,
    /// Rows of a result, at most.
    pub(crate) rows: u64,
    /// Bytes of a result, at most.
    pub(crate) bytes: u64,
    /// Bytes of memory that a statement may take. Without effect within Brisk's own process.
    pub(crate) memory: u64,
}

/// One statement.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Run {
    /// Its SQL.
    pub(crate) sql: String,
    /// Its values, by number.
    pub(crate) values: Vec<Value>,
    /// Whether it reads rollups.
    pub(crate) reads_rollups: bool,
    /// How long it may take.
    pub(crate) milliseconds: u64,
    /// Whether it is only prepared: nothing of it runs.
    pub(crate) is_only_prepared: bool,
}

/// A bound value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Value {
    Int(i64),
    Real(f64),
    Text(String),
}

/// An answer of a worker, besides rows.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Answer {
    /// The columns of the rows that follow. Anything sent before is void: the statement runs again.
    Columns(Vec<ResultColumn>),
    /// All rows have been sent; this many were changed.
    Done(u64),
    /// There is no result.
    Failed(Failure),
}

/// A column of a result.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ResultColumn {
    /// As SQLite names it.
    pub(crate) name: String,
    /// Whether it comes from a table that declares it as text.
    pub(crate) is_declared_text: bool,
}

/// Why there is no result.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Failure {
    /// SQLite refused the statement.
    Refused {
        /// SQLite's words.
        message: String,
        /// The byte of the SQL that the message is about.
        offset: Option<u64>,
        /// SQLite's extended code.
        code: i32,
    },
    /// It calls a function that panels may not call.
    Function(String),
    /// The file cannot be used; the details are for the log.
    File(String),
    /// The file is no database, or is encrypted; the details are for the log.
    NotADatabase(String),
    /// It ran too long.
    Time,
    /// It needs too much memory.
    Memory,
    /// The result has too many rows.
    Rows,
    /// The result has too many bytes.
    Bytes,
    /// Its write-ahead log is not the one that its index describes, and others have both open.
    Log,
}

/// A path as the system writes it, which need not be UTF-8.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct FilePath(Vec<u8>);

impl FilePath {
    /// `path` from the root, because a worker has a working directory of its own.
    pub(crate) fn new(path: &Path) -> Self {
        let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        Self(whole.into_os_string().into_encoded_bytes())
    }

    #[cfg(unix)]
    pub(crate) fn path(&self) -> PathBuf {
        use std::os::unix::ffi::OsStrExt as _;
        PathBuf::from(std::ffi::OsStr::from_bytes(&self.0))
    }
}

/// Bytes before the contents of a frame: their length, and their kind.
pub(super) const HEAD: usize = 5;
/// A frame that holds a request or an answer.
pub(super) const MESSAGE: u8 = 0;
/// A frame that holds the cells of whole rows.
pub(super) const ROWS: u8 = 1;

/// The longest request, in bytes: no statement with its chosen values comes near.
pub(super) const LONGEST_REQUEST: usize = 64 << 20;
/// How many bytes a frame of an answer may have in addition to a result's limit.
pub(super) const BESIDES_RESULT: usize = 4 << 20;

/// Adds a frame with `message`.
pub(super) fn write_message<M: Serialize>(out: &mut Vec<u8>, message: &M) -> Result<(), Garbled> {
    let start = begin_frame(out, MESSAGE);
    let written = postcard::to_extend(message, std::mem::take(out));
    *out = written.map_err(|_| Garbled)?;
    end_frame(out, start)
}

/// Begins a frame of that `kind`: everything added until [`end_frame`] belongs to it.
pub(super) fn begin_frame(out: &mut Vec<u8>, kind: u8) -> usize {
    let start = out.len();
    out.extend_from_slice(&[0, 0, 0, 0, kind]);
    start
}

/// Ends the frame that begins at `start`.
pub(super) fn end_frame(out: &mut [u8], start: usize) -> Result<(), Garbled> {
    let length = u32::try_from(out.len() - start - HEAD).map_err(|_| Garbled)?;
    out[start..start + 4].copy_from_slice(&length.to_le_bytes());
    Ok(())
}

/// The length of a frame's contents, which may be at most `longest`, and their kind.
pub(super) fn read_head(head: [u8; HEAD], longest: usize) -> Result<(usize, u8), Garbled> {
    let [a, b, c, d, kind] = head;
    let length = u32::from_le_bytes([a, b, c, d]) as usize;
    if length > longest { Err(Garbled) } else { Ok((length, kind)) }
}

/// The message that is all of `contents`.
pub(super) fn read_message<'a, M: Deserialize<'a>>(contents: &'a [u8]) -> Result<M, Garbled> {
    match postcard::take_from_bytes(contents) {
        Ok((message, [])) => Ok(message),
        _ => Err(Garbled),
    }
}

/// The other side violates the protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Garbled;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_hold_exactly_one_message_of_a_bounded_length() {
        let mut out = Vec::new();
        write_message(&mut out, &Answer::Done(7)).unwrap();
        let head: [u8; HEAD] = out[..HEAD].try_into().unwrap();
        let (length, kind) = read_head(head, 100).unwrap();
        assert_eq!((length, kind), (out.len() - HEAD, MESSAGE));
        assert!(matches!(read_message(&out[HEAD..]), Ok(Answer::Done(7))));
        assert!(read_message::<Answer>(&[&out[HEAD..], &[0]].concat()).is_err());
        assert!(read_message::<Answer>(&[9, 9]).is_err());
        assert_eq!(read_head([1, 1, 0, 0, ROWS], 256), Err(Garbled));
    }
}
