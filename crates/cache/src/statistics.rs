//! Honest figures: lookups, what they found, and what loading cost.

use crate::entry::{Hit, State};
use crate::load_times::{LoadTimes, RecentLoads};
use crate::policy::Trigger;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

/// The figures for one label and trigger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Figures {
    /// Lookups answered with a current value.
    pub hits: u64,
    /// Lookups answered stale.
    pub stale: u64,
    /// Lookups answered with the value from before an invalidation; they are misses as well.
    pub previous: u64,
    /// Lookups answered from memory while the shared tier could not be asked.
    pub unverified: u64,
    /// Lookups with no usable value, or with a previous one.
    pub misses: u64,
    /// Loads that joined one in progress, here or in another process.
    pub joins: u64,
    /// Loads that ran.
    pub loads: u64,
    /// Loads that failed.
    pub errors: u64,
    /// Values too large to store.
    pub too_large: u64,
    /// Time spent loading.
    pub load_time: Duration,
    /// Load time that hits and stale answers saved.
    pub saved_time: Duration,
}

impl Figures {
    pub(crate) fn looked_up<V>(&mut self, hit: Option<&Hit<V>>) {
        let Some(hit) = hit else {
            self.misses += 1;
            return;
        };
        match hit.state {
            State::Fresh | State::Due => self.hits += 1,
            State::Stale => self.stale += 1,
            State::Unverified => self.unverified += 1,
            State::Previous => {
                self.previous += 1;
                self.misses += 1;
                return;
            }
        }
        self.saved_time += hit.entry.load_time;
    }

    /// Both together.
    #[must_use]
    pub fn plus(self, other: &Self) -> Self {
        Self {
            hits: self.hits + other.hits,
            stale: self.stale + other.stale,
            previous: self.previous + other.previous,
            unverified: self.unverified + other.unverified,
            misses: self.misses + other.misses,
            joins: self.joins + other.joins,
            loads: self.loads + other.loads,
            errors: self.errors + other.errors,
            too_large: self.too_large + other.too_large,
            load_time: self.load_time + other.load_time,
            saved_time: self.saved_time + other.saved_time,
        }
    }
}

/// Traffic between the tiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tiers {
    /// Waits for the shared tier.
    pub round_trips: u64,
    /// Entries read from the shared tier.
    pub shared_hits: u64,
    /// Their bytes.
    pub shared_bytes: u64,
    /// Entries stored in the shared tier.
    pub stored: u64,
    /// Their bytes.
    pub stored_bytes: u64,
    /// Entries that could not be stored there.
    pub not_stored: u64,
    /// Bytes found there that were no entries.
    pub garbage: u64,
}

/// All counters.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Statistics {
    /// By label and trigger.
    pub of: BTreeMap<(Arc<str>, Trigger), Figures>,
    /// Traffic between the tiers.
    pub tiers: Tiers,
    /// Batches that were looked up, of however many entries.
    pub batches: u64,
}

impl Statistics {
    /// The figures of all labels for readers' triggers, without warming.
    pub fn of_readers(&self) -> Figures {
        let readers = self.of.iter().filter(|((_, trigger), _)| *trigger != Trigger::Warm);
        readers.fold(Figures::default(), |sum, (_, figures)| sum.plus(figures))
    }

    /// The figures of all labels and triggers.
    pub fn of_all(&self) -> Figures {
        self.of.values().fold(Figures::default(), Figures::plus)
    }
}

/// How many labels are counted separately; any more are counted together under this name, so that
/// labels cannot fill the memory.
const MAX_LABELS: usize = 10_000;
const OTHERS: &str = "(others)";

#[derive(Debug, Default)]
pub(crate) struct Counters {
    of: Mutex<BTreeMap<(Arc<str>, Trigger), Figures>>,
    tiers: Mutex<Tiers>,
    batches: AtomicU64,
    recent_loads: RecentLoads,
}

impl Counters {
    /// Counts a load that ran.
    pub(crate) fn loaded(&self, label: &Arc<str>, trigger: Trigger, took: Duration, failed: bool) {
        self.count(label, trigger, |figures| {
            figures.loads += 1;
            figures.load_time += took;
            figures.errors += u64::from(failed);
        });
        self.recent_loads.remember(label, took, MAX_LABELS);
    }

    /// Percentiles of the latest loads of `label`.
    pub(crate) fn load_times(&self, label: &str) -> Option<LoadTimes> {
        self.recent_loads.of(label)
    }

    pub(crate) fn count(&self, label: &Arc<str>, trigger: Trigger, add: impl FnOnce(&mut Figures)) {
        let mut of = lock(&self.of);
        let key = (Arc::clone(label), trigger);
        if let Some(figures) = of.get_mut(&key) {
            add(figures);
        } else if of.len() < MAX_LABELS {
            add(of.entry(key).or_default());
        } else {
            add(of.entry((OTHERS.into(), trigger)).or_default());
        }
    }

    pub(crate) fn tier(&self, add: impl FnOnce(&mut Tiers)) {
        add(&mut lock(&self.tiers));
    }

    /// Counts a batch that was looked up.
    pub(crate) fn batch(&self) {
        self.batches.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn batches(&self) -> u64 {
        self.batches.load(Ordering::Relaxed)
    }

    pub(crate) fn by_label(&self) -> BTreeMap<(Arc<str>, Trigger), Figures> {
        lock(&self.of).clone()
    }

    /// The mean time of the completed loads of `label`, for all triggers.
    pub(crate) fn usual_load(&self, label: &str) -> Option<Duration> {
        let of = lock(&self.of);
        let first = (Arc::from(label), Trigger::View);
        let own = of.range(first..).take_while(|((known, _), _)| &**known == label);
        let (loads, time) = own.fold((0, Duration::ZERO), |(loads, time), (_, figures)| {
            (loads + figures.loads, time + figures.load_time)
        });
        (loads > 0).then(|| time / u32::try_from(loads).unwrap_or(u32::MAX))
    }

    pub(crate) fn tiers(&self) -> Tiers {
        *lock(&self.tiers)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}
