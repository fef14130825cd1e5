//! [`Log`]: the write-ahead log of a database and its index (`-wal`, `-shm`), which may be replaced or
//! overwritten just like the database.
//!
//! SQLite trusts the index: it says how many frames of the log are valid, and these are not verified again. A
//! log that anything but SQLite put there is not the one that the index describes, and what is read through
//! it belongs to neither database. (https://www.sqlite.org/walformat.html)

use super::identity::{Identity, Place};
use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

/// The log of a database and its index, as a connection has opened them.
#[derive(Debug)]
pub(super) struct Log {
    log: Option<Place>,
    /// Kept open for as long as the connection, and closed after it: SQLite's locks on it belong to the
    /// process, which loses them all when it closes the file once.
    index: Option<(File, Place)>,
}

/// The length of the header of the index, in bytes; a copy follows it.
const HEADER: usize = 48;
/// The version of the index that SQLite writes.
const VERSION: u32 = 3_007_000;
/// Bytes of the log before its first frame, and of a frame before its page.
const LOG_HEADER: u64 = 32;
const FRAME_HEADER: u64 = 24;
/// How often to reread a header that is being written.
const TRIES: usize = 5;

impl Log {
    /// The log of the database at `path`, which a connection has just read.
    pub(super) fn of(path: &Path) -> Self {
        let index = beside(path, "-shm");
        let index = File::open(&index).ok().zip(place(&index));
        Self { log: place(&beside(path, "-wal")), index }
    }

    /// Whether both files are still there, and the log is the one that its index describes.
    pub(super) fn is_well(&self, path: &Path) -> bool {
        let index = self.index.as_ref().map(|(_, place)| *place);
        let is_there = place(&beside(path, "-wal")) == self.log
            && (index.is_none() || place(&beside(path, "-shm")) == index);
        is_there && self.fits(&beside(path, "-wal"))
    }

    fn fits(&self, log: &Path) -> bool {
        let Some((index, _)) = &self.index else { return true };
        for _ in 0..TRIES {
            let Some(header) = Header::read(index) else { continue };
            // Nothing is read from the log.
            if header.frames == 0 {
                return true;
            }
            let fits = File::open(log).ok().and_then(|log| header.fits(&log));
            // A writer that restarts the log updates the index first.
            if fits == Some(true) {
                return true;
            }
            if Header::read(index).is_some_and(|again| again == header) {
                return false;
            }
        }
        // The header keeps changing: the database is being written to.
        true
    }
}

/// What an index says about its log.
#[derive(Debug, PartialEq, Eq)]
struct Header {
    frames: u32,
    page: u32,
    /// The checksum of the last frame.
    checksum: [u32; 2],
    /// The salt, as in the log.
    salt: [u8; 8],
}

impl Header {
    /// The header of `index`, unless it is being written or is invalid.
    fn read(index: &File) -> Option<Self> {
        let mut both = [0; 2 * HEADER];
        index.read_exact_at(&mut both, 0).ok()?;
        let (header, copy) = both.split_at(HEADER);
        let number = |at: usize| Some(u32::from_ne_bytes(*header.get(at..)?.first_chunk()?));
        if header != copy || number(0)? != VERSION || header[12] == 0 {
            return None;
        }
        let page = u32::from(u16::from_ne_bytes([header[14], header[15]]));
        Some(Self {
            frames: number(16)?,
            // 65,536 is written as 1.
            page: (page & 0xfe00) + ((page & 1) << 16),
            checksum: [number(24)?, number(28)?],
            salt: *header.get(32..)?.first_chunk()?,
        })
    }

    /// Whether `log` is the one that it describes.
    fn fits(&self, log: &File) -> Option<bool> {
        let mut salt = [0; 8];
        log.read_exact_at(&mut salt, 16).ok()?;
        let mut frame = [0; FRAME_HEADER as usize];
        let last = u64::from(self.frames - 1) * (FRAME_HEADER + u64::from(self.page));
        log.read_exact_at(&mut frame, LOG_HEADER + last).ok()?;
        let number = |at: usize| Some(u32::from_be_bytes(*frame.get(at..)?.first_chunk()?));
        let checksum = [number(16)?, number(20)?];
        Some(salt == self.salt && frame[8..16] == self.salt && checksum == self.checksum)
    }
}

fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    name.into()
}

fn place(path: &Path) -> Option<Place> {
    Identity::of(path).ok().map(|file| file.place())
}
