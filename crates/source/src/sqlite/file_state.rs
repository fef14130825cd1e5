//! [`FileState`]: whether changes to a file were made by SQLite, or something else overwrote it.
//!
//! Each write through SQLite increments a counter in the file's header. A file that has changed otherwise
//! was overwritten: nothing read before need still be in it. A copy whose counter happens to be higher
//! looks like a file that was written.

use std::fs::File;
use std::io::{self, Read as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

/// The state of a SQLite file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FileState {
    size: u64,
    written: (i64, i64),
    /// The counter of changes to the file; the next one is for its schema.
    changes: u32,
    schema: u32,
    page_size: u16,
    /// Whether it has a write-ahead log: then the header does not count changes.
    is_wal: bool,
}

/// The beginning of every SQLite file (https://www.sqlite.org/fileformat2.html).
const MAGIC: &[u8] = b"SQLite format 3\0";
const HEADER: usize = 100;

impl FileState {
    /// The state of the regular file at `path`. Never while this process has it open with SQLite:
    /// closing it here would release SQLite's locks.
    pub(super) fn of(path: &Path) -> io::Result<Self> {
        // Opening a FIFO would block.
        if !std::fs::metadata(path)?.is_file() {
            return Err(io::Error::other("it is not a regular file"));
        }
        let file = File::open(path)?;
        let about = file.metadata()?;
        let mut header = [0; HEADER];
        file.take(HEADER as u64).read_exact(&mut header)?;
        let (size, written) = (about.size(), (about.mtime(), about.mtime_nsec()));
        Self::read(&header, size, written).ok_or_else(|| io::Error::other("it is no database"))
    }

    fn read(header: &[u8; HEADER], size: u64, written: (i64, i64)) -> Option<Self> {
        let short = |at: usize| Some(u16::from_be_bytes(*header.get(at..)?.first_chunk()?));
        let long = |at: usize| Some(u32::from_be_bytes(*header.get(at..)?.first_chunk()?));
        header.starts_with(MAGIC).then_some(())?;
        Some(Self {
            size,
            written,
            changes: long(24)?,
            schema: long(40)?,
            page_size: short(16)?,
            is_wal: header[18] == 2 || header[19] == 2,
        })
    }

    /// As text that [`Self::parse`] reads.
    pub(super) fn text(&self) -> String {
        let Self { size, written: (seconds, nanoseconds), changes, schema, page_size, is_wal } =
            self;
        let wal = u8::from(*is_wal);
        format!("{size} {seconds} {nanoseconds} {changes} {schema} {page_size} {wal}")
    }

    /// Parses [`Self::text`].
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut words = text.split(' ');
        let mut next = || words.next();
        let state = Self {
            size: next()?.parse().ok()?,
            written: (next()?.parse().ok()?, next()?.parse().ok()?),
            changes: next()?.parse().ok()?,
            schema: next()?.parse().ok()?,
            page_size: next()?.parse().ok()?,
            is_wal: next()? == "1",
        };
        next().is_none().then_some(state)
    }

    /// Whether something other than SQLite has written to the file between this and `later`.
    pub(crate) fn was_written_over(&self, later: &Self) -> bool {
        if self.is_wal || later.is_wal {
            return false;
        }
        let is_untouched = (self.size, self.written) == (later.size, later.written);
        // The counters wrap around after their largest value.
        let went_on = |before: u32, after: u32| after.wrapping_sub(before) < 1 << 31;
        let is_counted = self.changes != later.changes && went_on(self.changes, later.changes);
        let goes_on = went_on(self.schema, later.schema) && self.page_size == later.page_size;
        !(is_untouched || (is_counted && goes_on))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATE: FileState = FileState {
        size: 8192,
        written: (1_700_000_000, 5),
        changes: 10,
        schema: 3,
        page_size: 4096,
        is_wal: false,
    };

    #[test]
    fn what_sqlite_writes_is_counted_and_what_is_copied_over_is_not() {
        let later = FileState { written: (1_700_000_100, 0), ..STATE };
        assert!(!STATE.was_written_over(&STATE));
        assert!(STATE.was_written_over(&later), "nothing was counted");
        assert!(STATE.was_written_over(&FileState { changes: 4, ..later }), "counted back");
        assert!(!STATE.was_written_over(&FileState { changes: 11, ..later }));
        assert!(!STATE.was_written_over(&FileState { changes: 12, schema: 4, ..later }));
        assert!(STATE.was_written_over(&FileState { changes: 12, schema: 2, ..later }));
        assert!(STATE.was_written_over(&FileState { changes: 12, page_size: 1024, ..later }));
        assert!(!STATE.was_written_over(&FileState { is_wal: true, ..later }), "counted elsewhere");
        let last = FileState { changes: u32::MAX, ..STATE };
        assert!(!last.was_written_over(&FileState { changes: 0, ..later }));
    }

    #[test]
    fn a_state_is_read_from_a_file_and_from_its_text() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("shop.sqlite");
        let write = |sql: &str| {
            let connection = rusqlite::Connection::open(&path).unwrap();
            connection.execute_batch(sql).unwrap();
        };
        write("create table o (n int)");
        let first = FileState::of(&path).unwrap();
        assert_eq!(FileState::parse(&first.text()), Some(first));
        write("insert into o values (1)");
        let second = FileState::of(&path).unwrap();
        assert_eq!(second.changes, first.changes + 1);
        assert!(!first.was_written_over(&second));
        for text in ["", "1", "1 2 3 4 5 6 1 8", "a 2 3 4 5 6 1"] {
            assert_eq!(FileState::parse(text), None, "{text}");
        }
        assert!(FileState::of(directory.path()).is_err());
        std::fs::write(&path, "no database, but long enough to be the header of one: ".repeat(4))
            .unwrap();
        assert!(FileState::of(&path).is_err());
    }
}
