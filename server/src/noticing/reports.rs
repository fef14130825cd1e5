//! [`Reports`]: how each listener fares.

use brisk_domain::{SourceName, Timestamp};
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How many of the latest tables are named.
const NAMED: usize = 10;

/// How a listener fares.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListenerReport {
    /// What it does.
    pub state: ListenerState,
    /// How many notifications it has heard since the process started.
    pub heard: u64,
    /// When it heard the latest, and of which tables.
    pub latest: Option<(Timestamp, Vec<String>)>,
    /// Why what it has heard is not recorded yet.
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
    /// It listens, since then.
    Listening(Timestamp),
    /// It has no connection since then, and why. It tries again.
    Lost(Timestamp, String),
}

/// How the listeners fare.
#[derive(Debug, Default)]
pub struct Reports(Mutex<BTreeMap<SourceName, ListenerReport>>);

impl Reports {
    /// How the listener of `source` fares; none where there is none.
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
