//! [`Identity`]: the file that a connection has open, and whether it is still the one at its path.

use std::fs::Metadata;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::time::{Duration, SystemTime};

/// The state of a file: any write, by whatever means, gives it another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Identity {
    place: Place,
    size: u64,
    written: (i64, i64),
    changed: (i64, i64),
    /// Whether enough time has passed that no write in the same clock tick could go unnoticed.
    is_settled: bool,
}

/// The file's identity, whatever its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    device: u64,
    inode: u64,
}

/// File systems record times by a clock that ticks at least this often.
const TICK: Duration = Duration::from_millis(50);

impl Identity {
    /// The identity of the regular file at `path`. Does not open it: opening a FIFO would block.
    pub(super) fn of(path: &Path) -> io::Result<Self> {
        let file = std::fs::metadata(path)?;
        if !file.is_file() {
            return Err(io::Error::other("it is not a regular file"));
        }
        let changed = (file.ctime(), file.ctime_nsec());
        Ok(Self {
            place: Place::of(&file),
            size: file.size(),
            written: (file.mtime(), file.mtime_nsec()),
            changed,
            is_settled: age(changed).is_some_and(|age| age > TICK),
        })
    }

    pub(super) fn place(&self) -> Place {
        self.place
    }

    /// Whether a connection that read this state has the content of `now`.
    pub(super) fn is_still(&self, now: &Self) -> bool {
        self.is_settled && Self { is_settled: true, ..*now } == *self
    }

    /// Whether the same file was written to between this and `later`.
    pub(super) fn was_written_before(&self, later: &Self) -> bool {
        self.place == later.place && (self.size, self.written) != (later.size, later.written)
    }
}

impl Place {
    fn of(file: &Metadata) -> Self {
        Self { device: file.dev(), inode: file.ino() }
    }
}

/// How long ago `at` was, in seconds and nanoseconds since the epoch; `None` if it is in the future.
#[expect(clippy::disallowed_methods, reason = "compared with what file systems note")]
fn age(at: (i64, i64)) -> Option<Duration> {
    let at = Duration::new(u64::try_from(at.0).ok()?, u32::try_from(at.1).ok()?);
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH + at).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_to_a_file_gives_it_another_identity() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("file");
        std::fs::write(&path, "one").unwrap();
        let settled = |path| Identity { is_settled: true, ..Identity::of(path).unwrap() };
        let first = settled(&path);
        assert!(first.is_still(&Identity::of(&path).unwrap()));
        // The file was written just now: a second write in the same tick would not show.
        assert!(!Identity { is_settled: false, ..first }.is_still(&first));
        std::fs::write(&path, "longer").unwrap();
        let second = settled(&path);
        assert!(!first.is_still(&second) && first.was_written_before(&second));
        let other = directory.path().join("other");
        std::fs::write(&other, "longer").unwrap();
        std::fs::rename(&other, &path).unwrap();
        let third = settled(&path);
        assert!(!second.is_still(&third) && !second.was_written_before(&third));
        assert!(Identity::of(directory.path()).is_err());
        assert!(Identity::of(Path::new("/dev/null")).is_err());
    }
}
