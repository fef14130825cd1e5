//! A cached value with its times, and what a lookup says of it.

use crate::{EntryKey, Policy};
use brisk_domain::Timestamp;
use std::time::Duration;

/// A cached value.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry<V> {
    /// The value.
    pub value: V,
    /// When its load began: it shows the data as of then.
    pub stored_at: Timestamp,
    /// How long its load took.
    pub load_time: Duration,
    /// Until when it is fresh.
    pub fresh_until: Timestamp,
    /// Until when it may be shown.
    pub usable_until: Timestamp,
    /// What identifies it.
    pub key: EntryKey,
}

/// How current a found entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// Current.
    Fresh,
    /// Current, and near its end: refresh it now, so that readers never miss it.
    Due,
    /// Past its TTL, within the stale window.
    Stale,
    /// From before an invalidation.
    Previous,
    /// Within its TTL as far as this process knows; the shared tier could not be asked whether
    /// it was invalidated.
    Unverified,
}

/// An entry that may be shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit<V> {
    /// The entry.
    pub entry: Entry<V>,
    /// How current it is.
    pub state: State,
}

impl<V> Entry<V> {
    /// An entry whose load began at `begun`. Its TTL is spread by `spread` (1 is the policy's).
    pub(crate) fn new(
        value: V,
        key: EntryKey,
        begun: Timestamp,
        load_time: Duration,
        policy: &Policy,
        spread: f64,
    ) -> Self {
        let fresh_until = after(begun, policy.ttl.mul_f64(spread.max(0.0)));
        let usable_until = after(fresh_until, policy.stale);
        Self { value, stored_at: begun, load_time, fresh_until, usable_until, key }
    }

    /// Whether to refresh it before it ends: the sooner its end, and the longer its load takes,
    /// the likelier; so that of many readers one does, in time. `early` scales the load time.
    ///
    /// The formula is that of Vattani, Chierichetti and Lowenstein, "Optimal Probabilistic Cache
    /// Stampede Prevention" (VLDB 2015).
    pub(crate) fn is_due(&self, now: Timestamp, early: f64) -> bool {
        let draw: f64 = rand::random::<f64>().max(f64::MIN_POSITIVE);
        let lead = self.load_time.mul_f64((early * -draw.ln()).clamp(0.0, 1e9));
        after(now, lead) >= self.fresh_until
    }
}

/// `length` after `at`.
pub(crate) fn after(at: Timestamp, length: Duration) -> Timestamp {
    Timestamp(at.0.saturating_add(i64::try_from(length.as_micros()).unwrap_or(i64::MAX)))
}
