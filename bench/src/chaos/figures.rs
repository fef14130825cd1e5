//! What is counted, and what has to hold in the end.

use super::settings::REPLICAS;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// Rows, each in a table of its own, with a sender each.
pub const ROWS: usize = 4;

/// Values and deliveries.
#[derive(Debug, Default)]
pub struct Values {
    /// The newest acknowledged value of each row, and the newest that was written, or is being.
    pub(super) acknowledged: [AtomicI64; ROWS],
    pub(super) written: [AtomicI64; ROWS],
    /// Deliveries: row, value, replica and when they were acknowledged.
    pub(super) delivered: Mutex<Vec<(usize, i64, usize, Instant)>>,
    /// How often one was refused or not answered; each was repeated.
    pub refused: AtomicU64,
    /// Reads that were checked.
    pub checked: AtomicU64,
    /// Reads whose answer was marked as unverified: they may be old.
    pub unverified: AtomicU64,
    /// Reads without an answer, while the replica or the source was disturbed.
    pub unanswered: AtomicU64,
    /// Acknowledged deliveries that are not in the log, because their replica was killed at once.
    pub lost_at_once: AtomicU64,
}

impl Values {
    /// Acknowledged deliveries.
    pub fn delivered(&self) -> usize {
        self.delivered.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}

/// Pages.
#[derive(Debug, Default)]
pub struct Pages {
    /// Whole pages.
    pub shown: AtomicU64,
    /// Pages without an answer, while their replica was disturbed.
    pub unanswered: AtomicU64,
    /// Pages with a panel that failed, while there was neither an entry nor a source.
    pub without: AtomicU64,
    /// The slowest page of a replica that was not disturbed, in microseconds.
    pub slowest: AtomicU64,
    /// Whether each replica has shown the steady dashboard since it started and since Redis lost its memory:
    /// then it has its entries. Without their generations nobody knows whether entries are still right.
    pub(super) has_entries: [AtomicBool; REPLICAS],
}

impl Pages {
    /// Redis loses its memory.
    pub fn entries_are_lost(&self) {
        self.has_entries.iter().for_each(|has| has.store(false, Ordering::SeqCst));
    }
}

/// Sign-ins and sessions.
#[derive(Debug, Default)]
pub struct People {
    /// Sign-ins that were acknowledged.
    pub signed_in: AtomicU64,
    /// Sign-ins that were refused or not answered.
    pub refused: AtomicU64,
    /// Uses of sessions that were accepted.
    pub used: AtomicU64,
    /// Sessions that were there at the end.
    pub kept: AtomicU64,
    /// Sessions that Redis lost together with the last process that knew them.
    pub lost: AtomicU64,
    /// Sessions that were ended, as far as that was acknowledged.
    pub(super) ended: Mutex<Vec<String>>,
    /// Distinguishes sign-ins.
    pub(super) number: AtomicUsize,
}

impl People {
    /// How many sessions were ended.
    pub fn ended(&self) -> usize {
        self.ended.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}

/// An admin's changes.
#[derive(Debug, Default)]
pub struct Changes {
    /// Changes that were acknowledged: the values of the TTL in seconds, and the names of webhooks.
    pub(super) done: Mutex<(Vec<u64>, Vec<String>)>,
    /// TTLs that were set without an answer: any of them may have taken effect, at any time since.
    pub(super) in_doubt: Mutex<Vec<u64>>,
    /// Changes that were refused or not answered.
    pub refused: AtomicU64,
}

impl Changes {
    /// How many changes were acknowledged.
    pub fn done(&self) -> usize {
        let done = self.done.lock().unwrap_or_else(PoisonError::into_inner);
        done.0.len() + done.1.len()
    }
}
