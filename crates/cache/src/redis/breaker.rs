//! The circuit breaker: after a few failures in a row, no operation waits for Redis until it
//! answers a probe.
//!
//! Operations in flight together fail together, a thousand of them in one slow moment of Redis or
//! of this machine: that counts as one failure.

use super::trouble::Trouble;
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// Failures in a row that open the breaker.
const FAILURES: u32 = 3;
/// The pause before the first probe.
const PAUSE: Duration = Duration::from_millis(100);
/// The longest pause between probes.
pub(crate) const LONGEST_PAUSE: Duration = Duration::from_secs(2);

#[derive(Debug, Default)]
pub(crate) struct Breaker(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    failures: u32,
    /// When the last failure was counted.
    counted: Option<Instant>,
    open: Option<Open>,
}

/// How long the breaker has been open, and why.
#[derive(Debug, Clone)]
pub(crate) struct Open {
    pub(crate) since: Instant,
    pub(crate) why: Trouble,
}

impl Breaker {
    /// Whether an operation may be tried.
    pub(crate) fn admit(&self) -> Result<(), Trouble> {
        if self.lock().open.is_some() { Err(Trouble::Open) } else { Ok(()) }
    }

    pub(crate) fn trouble(&self) -> Option<Open> {
        self.lock().open.clone()
    }

    pub(crate) fn succeeded(&self) {
        self.lock().failures = 0;
    }

    /// Counts the failure of an operation sent at `sent`. If that opens the breaker, returns the
    /// pause before the first probe.
    pub(crate) fn failed(&self, why: &Trouble, sent: Instant) -> Option<Duration> {
        let mut state = self.lock();
        if state.counted.is_some_and(|counted| sent < counted) {
            return None;
        }
        state.counted = Some(Instant::now());
        state.failures += 1;
        if state.open.is_some() || state.failures < FAILURES {
            return None;
        }
        tracing::warn!(%why, "Redis is in trouble: the cache serves from this process's memory");
        state.open = Some(Open { since: Instant::now(), why: why.clone() });
        Some(PAUSE)
    }

    pub(crate) fn succeeded_probe(&self) {
        let mut state = self.lock();
        state.failures = 0;
        if let Some(open) = state.open.take() {
            let seconds = open.since.elapsed().as_secs_f64();
            tracing::info!(seconds, "Redis answers again");
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(breaker: &Breaker) -> Option<Duration> {
        breaker.failed(&Trouble::Timeout, Instant::now())
    }

    #[test]
    fn three_failures_in_a_row_open_it_and_a_probe_closes_it() {
        let breaker = Breaker::default();
        for _ in 0..2 {
            assert_eq!(failed(&breaker), None);
        }
        breaker.succeeded();
        for _ in 0..2 {
            assert_eq!(failed(&breaker), None);
        }
        assert!(breaker.admit().is_ok());
        assert!(failed(&breaker).is_some());
        assert_eq!(breaker.admit(), Err(Trouble::Open));
        assert_eq!(failed(&breaker), None, "one probe is enough");
        breaker.succeeded_probe();
        assert!(breaker.admit().is_ok() && breaker.trouble().is_none());
    }

    #[test]
    fn operations_in_flight_together_count_as_one_failure() {
        let (breaker, sent) = (Breaker::default(), Instant::now());
        for _ in 0..1_000 {
            assert_eq!(breaker.failed(&Trouble::Timeout, sent), None);
        }
        assert_eq!(failed(&breaker), None);
        assert!(failed(&breaker).is_some(), "the third that began after the previous one failed");
    }
}
