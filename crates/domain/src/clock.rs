//! Time as a value: instants, and the clock that is passed in wherever "now" matters.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

/// An instant: microseconds since 1970-01-01T00:00:00Z.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// From whole seconds since the epoch (saturating).
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1_000_000))
    }

    /// Whole seconds since the epoch, rounded down.
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// This instant plus `duration` (saturating).
    #[must_use]
    pub fn after(self, length: Duration) -> Self {
        let length = i64::try_from(length.as_micros()).unwrap_or(i64::MAX);
        Self(self.0.saturating_add(length))
    }

    /// The time since `earlier`; zero if that is later.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(self.0.saturating_sub(earlier.0).max(0).unsigned_abs())
    }
}

/// Where "now" comes from. Only the server's implementation reads the system clock.
pub trait Clock: Send + Sync + 'static {
    /// The current instant.
    fn now(&self) -> Timestamp;

    /// Completes when the clock reaches `at`; at once if that has passed.
    fn until(&self, at: Timestamp) -> Wait<'_>;
}

/// The future that [`Clock::until`] returns.
pub type Wait<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// A clock that stands still until it is advanced, for tests and replays. Advancing it wakes the
/// tasks that wait for it.
#[derive(Debug, Default)]
pub struct ManualClock {
    now: AtomicI64,
    sleepers: Mutex<BTreeMap<(Timestamp, u64), Waker>>,
    /// How many waits have been started; distinguishes those for the same instant.
    count: AtomicU64,
}

impl ManualClock {
    /// A clock that shows `now`.
    pub const fn at(now: Timestamp) -> Self {
        let now = AtomicI64::new(now.0);
        Self { now, sleepers: Mutex::new(BTreeMap::new()), count: AtomicU64::new(0) }
    }

    /// Moves the clock forward by `seconds`.
    pub fn advance(&self, seconds: i64) {
        let mut sleepers = self.sleepers();
        self.now.fetch_add(Timestamp::from_seconds(seconds).0, Ordering::SeqCst);
        let later = sleepers.split_off(&(self.now(), u64::MAX));
        let due = std::mem::replace(&mut *sleepers, later);
        drop(sleepers);
        due.into_values().for_each(Waker::wake);
    }

    /// The earliest instant that a task waits for.
    pub fn next_wake(&self) -> Option<Timestamp> {
        self.sleepers().first_key_value().map(|((at, _), _)| *at)
    }

    fn sleepers(&self) -> MutexGuard<'_, BTreeMap<(Timestamp, u64), Waker>> {
        self.sleepers.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.now.load(Ordering::SeqCst))
    }

    fn until(&self, at: Timestamp) -> Wait<'_> {
        Box::pin(Sleeper { clock: self, key: (at, self.count.fetch_add(1, Ordering::SeqCst)) })
    }
}

/// A task that waits for a [`ManualClock`].
struct Sleeper<'a> {
    clock: &'a ManualClock,
    key: (Timestamp, u64),
}

impl Future for Sleeper<'_> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        // Checked under the lock that `advance` takes, so no wake-up is missed.
        let mut sleepers = self.clock.sleepers();
        if self.clock.now() >= self.key.0 {
            return Poll::Ready(());
        }
        sleepers.insert(self.key, context.waker().clone());
        Poll::Pending
    }
}

impl Drop for Sleeper<'_> {
    fn drop(&mut self) {
        self.clock.sleepers().remove(&self.key);
    }
}

impl<C: Clock + ?Sized> Clock for std::sync::Arc<C> {
    fn now(&self) -> Timestamp {
        (**self).now()
    }

    fn until(&self, at: Timestamp) -> Wait<'_> {
        (**self).until(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn advancing_a_manual_clock_wakes_waiting_tasks() {
        let clock = ManualClock::at(Timestamp::from_seconds(10));
        let mut context = Context::from_waker(Waker::noop());
        let at = |seconds| clock.until(Timestamp::from_seconds(seconds));
        assert!(at(10).as_mut().poll(&mut context).is_ready());
        let (mut one, mut other) = (at(12), at(11));
        assert!(one.as_mut().poll(&mut context).is_pending());
        assert!(other.as_mut().poll(&mut context).is_pending());
        assert_eq!(clock.next_wake(), Some(Timestamp::from_seconds(11)));
        clock.advance(1);
        assert!(other.as_mut().poll(&mut context).is_ready());
        assert_eq!(clock.next_wake(), Some(Timestamp::from_seconds(12)));
        drop(one);
        assert_eq!(clock.next_wake(), None, "who has gone waits for nothing");
    }
}
