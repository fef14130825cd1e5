//! [`Reports`]: the state of each listener.

use brisk_domain::{SourceName, Timestamp};
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How many of the latest tables are named.
const NAMED: usize = 10;

/// The state of a listener.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListenerReport {
    /// What it does.
    pub state: ListenerState,
    /// How many notifications have come since the process started.
    pub heard: u64,
    /// When the latest came, and of which tables.
    pub latest: Option<(Timestamp, Vec<String>)>,
    /// Why those notifications are not recorded yet.
    pub trouble: Option<String>,
    /// How often the connection was lost.
    pub lost: u64,
}

/// What a listener does.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum ListenerState {
    /// It has not begun.
    #[default]
    Beginning,
    /// No table has the triggers: there is nothing to listen to.
    Idle,
    /// It has listened since then.
    Listening(Timestamp),
    /// It has had no connection since then, and why. It tries again.
    Lost(Timestamp, String),
}

/// The state of all listeners.
#[derive(Debug, Default)]
pub struct Reports(Mutex<BTreeMap<SourceName, ListenerReport>>);

impl Reports {
    /// The state of the listener of `source`, if there is one.
    pub fn of(&self, source: &SourceName) -> Option<ListenerReport> {
        self.lock().get(source).cloned()
    }

    pub(super) fn change(&self, source: &SourceName, change: impl FnOnce(&mut ListenerReport)) {
        change(self.lock().entry(source.clone()).or_default());
    }

    pub(super) fn forget(&self, source: &SourceName) {
        self.lock().remove(source);
    }

    pub(super) fn heard(&self, source: &SourceName, at: Timestamp, tables: Vec<String>) {
        self.change(source, |report| {
            report.heard = report.heard.saturating_add(tables.len() as u64);
            report.latest = Some((at, tables.into_iter().take(NAMED).collect()));
        });
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<SourceName, ListenerReport>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
