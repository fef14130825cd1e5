//! [`Heap`]: whether SQLite was denied memory.
//!
//! Some of its aggregates (`json_group_array`) notice a failed allocation but report it only after their last
//! row. SQLite counts the memory it holds, and records the largest allocation requested, even a failed one:
//! this reveals it.

#![expect(unsafe_code, reason = "nothing else asks SQLite what memory it has")]

use rusqlite::ffi;
use std::os::raw::c_int;

/// The memory that SQLite may take, in a process of its own.
#[derive(Debug, Clone, Copy)]
pub(super) struct Heap {
    /// The limit in bytes.
    pub(super) most: u64,
}

impl Heap {
    /// Forgets earlier requests.
    pub(super) fn begin(self) {
        status(ffi::SQLITE_STATUS_MALLOC_SIZE, true);
    }

    /// Whether an allocation has failed since then.
    pub(super) fn is_full(self) -> bool {
        let (_, largest) = status(ffi::SQLITE_STATUS_MALLOC_SIZE, false);
        let (taken, _) = status(ffi::SQLITE_STATUS_MEMORY_USED, false);
        // Had it succeeded, the memory would be in use, or have been freed.
        largest > taken && largest.saturating_add(taken) >= self.most
    }
}

/// SQLite's counter of that name: its current and its highest value.
fn status(name: c_int, forgets: bool) -> (u64, u64) {
    let (mut now, mut most) = (0, 0);
    // SAFETY: both are written to before it returns, and it does nothing else with them.
    let code = unsafe { ffi::sqlite3_status64(name, &mut now, &mut most, c_int::from(forgets)) };
    let count = |count: i64| u64::try_from(count).unwrap_or_default();
    if code == ffi::SQLITE_OK { (count(now), count(most)) } else { (0, 0) }
}
