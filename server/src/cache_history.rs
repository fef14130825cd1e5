//! The cache's figures over the last 24 hours, sampled: what counters alone cannot show.

use brisk_cache::Figures;
use brisk_domain::Timestamp;
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

/// The time between samples.
pub const EVERY: Duration = Duration::from_secs(300);
/// How far back they go.
const KEPT: Duration = Duration::from_secs(86_400);

/// What readers' lookups found until `at`, since the process began.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sample {
    /// When the counters were read.
    pub at: Timestamp,
    /// The counters.
    pub readers: Figures,
}

/// Samples of the last 24 hours, oldest first.
#[derive(Debug, Default)]
pub struct CacheHistory(Mutex<VecDeque<Sample>>);

impl CacheHistory {
    /// Adds a sample, and forgets those that are too old. Of two within half an interval the later one
    /// stays, so that opening the page often does not fill the memory.
    pub fn add(&self, sample: Sample) {
        let mut samples = self.lock();
        let half = i64::try_from(EVERY.as_micros() / 2).unwrap_or(i64::MAX);
        let count = samples.len();
        if count >= 2 && sample.at.0 - samples[count - 2].at.0 < half {
            samples.pop_back();
        }
        // The first stays: the day is counted from it.
        if samples.back().is_some_and(|latest| latest.at >= sample.at) {
            return;
        }
        samples.push_back(sample);
        let oldest = sample.at.0 - i64::try_from(KEPT.as_micros()).unwrap_or(i64::MAX);
        while samples.len() > 2 && samples[1].at.0 <= oldest {
            samples.pop_front();
        }
    }

    /// The samples, oldest first.
    pub fn samples(&self) -> Vec<Sample> {
        self.lock().iter().copied().collect()
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Sample>> {
        self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

/// What was counted between two samples.
pub fn between(earlier: &Figures, later: &Figures) -> Figures {
    Figures {
        hits: later.hits.saturating_sub(earlier.hits),
        stale: later.stale.saturating_sub(earlier.stale),
        previous: later.previous.saturating_sub(earlier.previous),
        unverified: later.unverified.saturating_sub(earlier.unverified),
        misses: later.misses.saturating_sub(earlier.misses),
        joins: later.joins.saturating_sub(earlier.joins),
        loads: later.loads.saturating_sub(earlier.loads),
        errors: later.errors.saturating_sub(earlier.errors),
        too_large: later.too_large.saturating_sub(earlier.too_large),
        load_time: later.load_time.saturating_sub(earlier.load_time),
        saved_time: later.saved_time.saturating_sub(earlier.saved_time),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(minute: i64, hits: u64) -> Sample {
        let readers = Figures { hits, ..Figures::default() };
        Sample { at: Timestamp::from_seconds(minute * 60), readers }
    }

    #[test]
    fn a_day_is_kept_and_what_comes_too_often_replaces_what_came_before_it() {
        let history = CacheHistory::default();
        (0..=48 * 12).for_each(|n| history.add(sample(n * 5, 0)));
        let samples = history.samples();
        let reach = samples[samples.len() - 1].at.0 - samples[0].at.0;
        assert_eq!(reach, 86_400_000_000, "{} samples", samples.len());
        for seconds in 0..100 {
            history
                .add(Sample { at: Timestamp::from_seconds(48 * 3_600 + seconds), ..sample(0, 9) });
        }
        let latest = history.samples();
        assert_eq!(latest.len(), samples.len() + 1);
        assert_eq!(latest[latest.len() - 1].readers.hits, 9, "the latest is always there");
    }

    #[test]
    fn what_was_counted_between_two_samples_is_their_difference() {
        let difference = between(&sample(0, 3).readers, &sample(5, 10).readers);
        assert_eq!(difference, Figures { hits: 7, ..Figures::default() });
    }
}
