//! A cached value with its times, and the verdict of a lookup on it.

use crate::key::EntryKey;
use crate::policy::Policy;
use brisk_domain::Timestamp;
use std::time::Duration;

/// A cached value.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry<V> {
    /// The value.
    pub value: V,
    /// When its load began: it shows the data as of that moment.
    pub stored_at: Timestamp,
    /// How long its load took.
    pub load_time: Duration,
    /// Until when it is fresh.
    pub fresh_until: Timestamp,
    /// Until when it may be shown.
    pub usable_until: Timestamp,
    /// The key it is stored under.
    pub key: EntryKey,
}

/// How current a found entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// Current.
    Fresh,
    /// Current, and close to expiry: refresh it now, so that readers never miss it.
    Due,
    /// Past its TTL, within the stale window.
    Stale,
    /// From before an invalidation.
    Previous,
    /// In this process's memory, at any age within its stale window, while the shared tier could
    /// not confirm that it is current.
    Unverified,
}

/// An entry that may be shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit<V> {
    /// The entry.
    pub entry: Entry<V>,
    /// How current it is.
    pub state: State,
    /// Whether to reload it in the background: it is due, or past its TTL.
    pub refresh: bool,
}

impl<V> Entry<V> {
    /// An entry whose load began at `begun`. Its TTL is multiplied by `spread`.
    pub(crate) fn new(
        value: V,
        key: EntryKey,
        begun: Timestamp,
        load_time: Duration,
        policy: &Policy,
        spread: f64,
    ) -> Self {
        let fresh_until = after(begun, scaled(policy.ttl, spread));
        let usable_until = after(fresh_until, policy.stale);
        Self { value, stored_at: begun, load_time, fresh_until, usable_until, key }
    }

    /// The entry with its times shortened to `policy`, if that is shorter than the one it was stored
    /// under. Never extended: in the shared tier the entry may already be gone.
    pub(crate) fn within(self, policy: &Policy, jitter: f64) -> Self {
        let longest = after(self.stored_at, scaled(policy.ttl, 1.0 + jitter));
        let fresh_until = self.fresh_until.min(longest);
        let usable_until = self.usable_until.min(after(fresh_until, policy.stale));
        Self { fresh_until, usable_until, ..self }
    }

    /// Whether to refresh it early: the closer its expiry and the longer its load takes, the
    /// likelier, so that one of many readers does so in time. `early` scales the load time.
    ///
    /// The formula is that of Vattani, Chierichetti and Lowenstein, "Optimal Probabilistic Cache
    /// Stampede Prevention" (VLDB 2015), with two bounds. From `early` load times before its
    /// expiry, or a hundredth of its TTL if that is longer, it is always due: single flight keeps
    /// that from becoming a stampede, and an entry that is read steadily never goes stale, not even
    /// by bad luck or with loads that take no time. In the first half of its TTL it is never due:
    /// otherwise a slow load would be followed by the next one at once.
    pub(crate) fn is_due(&self, now: Timestamp, early: f64) -> bool {
        let ttl = self.fresh_until.0.saturating_sub(self.stored_at.0);
        let ttl = Duration::from_micros(u64::try_from(ttl).unwrap_or(0));
        let draw: f64 = rand::random::<f64>().max(f64::MIN_POSITIVE);
        let lead = scaled(self.load_time, early * (-draw.ln()).max(1.0));
        let lead = lead.max(scaled(ttl, early * LEAST_LEAD)).min(ttl / 2);
        after(now, lead) >= self.fresh_until
    }
}

/// The fraction of its TTL that a load is assumed to take at least.
const LEAST_LEAD: f64 = 0.01;

/// `length` times `factor`, saturating.
fn scaled(length: Duration, factor: f64) -> Duration {
    let seconds = length.as_secs_f64() * factor.max(0.0);
    Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX)
}

/// `length` after `at`.
pub(crate) fn after(at: Timestamp, length: Duration) -> Timestamp {
    Timestamp(at.0.saturating_add(i64::try_from(length.as_micros()).unwrap_or(i64::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::Fingerprint;

    fn entry(ttl: Duration, load_time: Duration) -> Entry<()> {
        let policy = Policy { ttl, ..Policy::default() };
        let key = EntryKey::of(&Fingerprint::of(["a"]), ["g"]);
        Entry::new((), key, Timestamp::from_seconds(1_000), load_time, &policy, 1.0)
    }

    #[test]
    fn an_entry_is_always_due_before_it_expires_and_never_in_its_first_half() {
        let second = Duration::from_secs(1);
        for (load_time, surely) in [(Duration::ZERO, 6), (second * 10, 20), (second * 100, 150)] {
            let entry = entry(second * 300, load_time);
            for _ in 0..1_000 {
                assert!(entry.is_due(Timestamp::from_seconds(1_300 - surely), 2.0));
                assert!(!entry.is_due(Timestamp::from_seconds(1_149), 2.0));
            }
        }
        assert!(!entry(second * 300, second * 100).is_due(Timestamp::from_seconds(1_299), 0.0));
    }

    #[test]
    fn an_entry_is_fresh_no_longer_than_the_policy_of_whoever_asks() {
        let second = Duration::from_secs(1);
        let stored = entry(second * 300, second);
        let of =
            |ttl, stale| Policy { ttl: second * ttl, stale: second * stale, ..Policy::default() };
        let times = |policy: &Policy| {
            let entry = stored.clone().within(policy, 0.1);
            (entry.fresh_until.0 / 1_000_000, entry.usable_until.0 / 1_000_000)
        };
        assert_eq!(times(&of(300, 3_600)), (1_300, 4_900));
        assert_eq!(times(&of(100, 3_600)), (1_110, 4_710));
        assert_eq!(times(&of(100, 10)), (1_110, 1_120));
        assert_eq!(times(&of(900, 9_000)), (1_300, 4_900), "a longer one holds for the next");
    }

    #[test]
    fn no_length_is_too_long_and_no_factor_too_odd() {
        let forever = entry(Duration::MAX, Duration::MAX);
        assert_eq!(forever.fresh_until, Timestamp(i64::MAX));
        for early in [f64::NAN, f64::INFINITY, -1.0, 0.0, 1e300] {
            forever.is_due(Timestamp(i64::MIN), early);
        }
        assert_eq!(scaled(Duration::MAX, 1.1), Duration::MAX);
        assert_eq!(scaled(Duration::from_secs(300), f64::NAN), Duration::ZERO);
        assert_eq!(scaled(Duration::from_secs(300), 1.1), Duration::from_secs(330));
    }
}
