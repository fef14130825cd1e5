//! [`LoadTimes`]: percentiles of the latest loads of each label.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

/// How many loads of a label are remembered: enough for a 95th percentile of the recent past.
const REMEMBERED: usize = 128;

/// Percentiles of the latest loads of one label.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LoadTimes {
    /// Half of them took no longer.
    pub median: Duration,
    /// 95 of 100 took no longer.
    pub p95: Duration,
    /// How many loads these are of.
    pub loads: usize,
}

/// The latest loads in microseconds, oldest first, by label.
#[derive(Debug, Default)]
pub(crate) struct RecentLoads(Mutex<BTreeMap<Arc<str>, VecDeque<u32>>>);

impl RecentLoads {
    /// Remembers a load, unless there are `most_labels` others already.
    pub(crate) fn remember(&self, label: &Arc<str>, took: Duration, most_labels: usize) {
        let mut of = self.lock();
        if of.len() >= most_labels && !of.contains_key(label) {
            return;
        }
        let recent = of.entry(Arc::clone(label)).or_default();
        if recent.len() == REMEMBERED {
            recent.pop_front();
        }
        recent.push_back(u32::try_from(took.as_micros()).unwrap_or(u32::MAX));
    }

    /// The percentiles of `label`, if it was ever loaded.
    pub(crate) fn of(&self, label: &str) -> Option<LoadTimes> {
        let mut sorted: Vec<u32> = self.lock().get(label)?.iter().copied().collect();
        sorted.sort_unstable();
        let at = |percent: usize| {
            // The nearest rank: the smallest value that at least `percent` % of them do not exceed.
            let rank = (sorted.len() * percent).div_ceil(100).max(1);
            sorted.get(rank - 1).map(|micros| Duration::from_micros(u64::from(*micros)))
        };
        Some(LoadTimes { median: at(50)?, p95: at(95)?, loads: sorted.len() })
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Arc<str>, VecDeque<u32>>> {
        self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_of_the_latest_loads_by_nearest_rank() {
        let (recent, label) = (RecentLoads::default(), Arc::from("sales/revenue"));
        assert_eq!(recent.of("sales/revenue"), None);
        let remember = |micros| recent.remember(&label, Duration::from_micros(micros), 1);
        remember(7);
        let only = Duration::from_micros(7);
        assert_eq!(
            recent.of("sales/revenue"),
            Some(LoadTimes { median: only, p95: only, loads: 1 })
        );
        // The first is forgotten, with what came before the last 128.
        (1..=200).for_each(remember);
        let (median, p95) = (Duration::from_micros(136), Duration::from_micros(194));
        assert_eq!(recent.of("sales/revenue"), Some(LoadTimes { median, p95, loads: 128 }));
    }

    #[test]
    fn labels_cannot_fill_the_memory() {
        let recent = RecentLoads::default();
        let took = Duration::from_millis(1);
        recent.remember(&Arc::from("a"), took, 1);
        recent.remember(&Arc::from("b"), took, 1);
        assert!(recent.of("a").is_some() && recent.of("b").is_none());
    }
}
