//! [`Heap`]: whether SQLite was refused memory.
//!
//! Some of its aggregates (`json_group_array`) note that there is none, and go on to their last row before they
//! say so. SQLite counts what it has, and notes the largest piece that it was asked for, also where there was
//! none: that tells it.

#![expect(unsafe_code, reason = "nothing else asks SQLite what memory it has")]

use rusqlite::ffi;
use std::os::raw::c_int;

/// The memory that SQLite may take, in a process of its own.
#[derive(Debug, Clone, Copy)]
pub(super) struct Heap {
    /// Bytes.
    pub(super) most: u64,
}

impl Heap {
    /// Forgets what was asked for before.
    pub(super) fn begin(self) {
        status(ffi::SQLITE_STATUS_MALLOC_SIZE, true);
    }

    /// Whether a piece was asked for since that there was no memory for.
    pub(super) fn is_full(self) -> bool {
        let (_, largest) = status(ffi::SQLITE_STATUS_MALLOC_SIZE, false);
        let (taken, _) = status(ffi::SQLITE_STATUS_MEMORY_USED, false);
        // If there had been, it would be taken, or have been given back.
        largest > taken && largest.saturating_add(taken) >= self.most
    }
}

/// What SQLite counts under that name, now and at most.
fn status(name: c_int, forgets: bool) -> (u64, u64) {
    let (mut now, mut most) = (0, 0);
    // SAFETY: both are written to before it returns, and it does nothing else with them.
    let code = unsafe { ffi::sqlite3_status64(name, &mut now, &mut most, c_int::from(forgets)) };
    let count = |count: i64| u64::try_from(count).unwrap_or_default();
    if code == ffi::SQLITE_OK { (count(now), count(most)) } else { (0, 0) }
}
