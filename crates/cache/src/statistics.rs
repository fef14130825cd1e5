//! Honest figures: what was asked, what was found, what it cost.

use crate::Trigger;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// The figures of one label and trigger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Figures {
    /// Lookups answered fresh.
    pub hits: u64,
    /// Lookups answered stale.
    pub stale: u64,
    /// Lookups with no usable value.
    pub misses: u64,
    /// Loads that joined one under way.
    pub joins: u64,
    /// Loads that ran.
    pub loads: u64,
    /// Loads that failed.
    pub errors: u64,
    /// Values too large to store.
    pub too_large: u64,
    /// Time spent loading.
    pub load_time: Duration,
    /// Load time that hits and stale answers made unnecessary.
    pub saved_time: Duration,
}

/// Figures by label and trigger.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Statistics(pub BTreeMap<(Arc<str>, Trigger), Figures>);

impl Statistics {
    /// The figures of all labels for readers' triggers: warming is not among them.
    pub fn of_readers(&self) -> Figures {
        let readers = self.0.iter().filter(|((_, trigger), _)| *trigger != Trigger::Warm);
        readers.fold(Figures::default(), |sum, (_, f)| Figures {
            hits: sum.hits + f.hits,
            stale: sum.stale + f.stale,
            misses: sum.misses + f.misses,
            joins: sum.joins + f.joins,
            loads: sum.loads + f.loads,
            errors: sum.errors + f.errors,
            too_large: sum.too_large + f.too_large,
            load_time: sum.load_time + f.load_time,
            saved_time: sum.saved_time + f.saved_time,
        })
    }
}

#[derive(Debug, Default)]
pub(crate) struct Counters(Mutex<Statistics>);

impl Counters {
    pub(crate) fn count(&self, label: &Arc<str>, trigger: Trigger, add: impl FnOnce(&mut Figures)) {
        let mut statistics = self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        add(statistics.0.entry((Arc::clone(label), trigger)).or_default());
    }

    pub(crate) fn read(&self) -> Statistics {
        self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).clone()
    }
}
