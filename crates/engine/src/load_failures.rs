//! [`LoadFailures`]: counts of failed loads, by source and kind.

use brisk_domain::{FailureKind, SourceName};
use brisk_source::SourceError;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard};

/// Counts failed loads.
#[derive(Debug, Default)]
pub struct LoadFailures(Mutex<BTreeMap<(SourceName, &'static str), u64>>);

impl LoadFailures {
    pub(crate) fn count(&self, source: &SourceName, error: &SourceError) {
        *self.lock().entry((source.clone(), word(kind(error)))).or_default() += 1;
    }

    /// The counts, by source and kind.
    pub fn counted(&self) -> BTreeMap<(SourceName, &'static str), u64> {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<(SourceName, &'static str), u64>> {
        self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

/// Which kind of failure it is: whose error.
pub(crate) fn kind(error: &SourceError) -> FailureKind {
    match error {
        SourceError::Timeout { .. } => FailureKind::Timeout,
        SourceError::TooManyRows { .. } | SourceError::TooLarge { .. } => FailureKind::TooLarge,
        SourceError::Unavailable(_) => FailureKind::Unavailable,
        SourceError::Value { value: Some(_), .. } => FailureKind::Value,
        _ => FailureKind::Refused,
    }
}

fn word(kind: FailureKind) -> &'static str {
    match kind {
        FailureKind::Definition => "definition",
        FailureKind::Forbidden => "forbidden",
        FailureKind::Value => "value",
        FailureKind::Refused => "refused",
        FailureKind::TooLarge => "too_large",
        FailureKind::Unavailable => "unavailable",
        FailureKind::Busy => "busy",
        FailureKind::Timeout => "timeout",
        FailureKind::Interrupted => "interrupted",
    }
}
