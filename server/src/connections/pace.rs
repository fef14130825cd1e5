//! [`Pace`]: whether a client takes what is sent to it fast enough. Pure.
//!
//! Only the time counts in which something waits for the client: a page that follows its data is sent
//! little, and is never slow.

use std::time::Duration;
use tokio::time::Instant;

/// How fast a client takes what is sent to it.
#[derive(Debug)]
pub(super) struct Pace {
    rule: Rule,
    /// Since when the client has taken nothing of what is to be sent.
    waiting: Option<Instant>,
    /// How much of the present window something has waited; without the time since `waiting`.
    waited: Duration,
    /// Bytes that were taken meanwhile.
    taken: u64,
    is_slow: bool,
}

/// How fast a client has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rule {
    /// Bytes a second, on average over a window.
    pub(super) least: u64,
    /// How much waiting is a window.
    pub(super) window: Duration,
}

impl Pace {
    pub(super) fn new(rule: Rule) -> Self {
        Self { rule, waiting: None, waited: Duration::ZERO, taken: 0, is_slow: false }
    }

    /// Notes that there is more than the client takes for now.
    pub(super) fn wait(&mut self, now: Instant) {
        self.waiting = self.waiting.or(Some(now));
    }

    /// Notes that the client has taken so many bytes.
    pub(super) fn took(&mut self, bytes: usize, now: Instant) {
        let Some(since) = self.waiting.take() else { return };
        self.waited += now.saturating_duration_since(since);
        self.taken += bytes as u64;
        if self.waited >= self.rule.window {
            let least = self.rule.least as f64 * self.waited.as_secs_f64();
            self.is_slow |= (self.taken as f64) < least;
            (self.waited, self.taken) = (Duration::ZERO, 0);
        }
    }

    /// Since when it has taken nothing of what is to be sent.
    pub(super) fn waiting_since(&self) -> Option<Instant> {
        self.waiting
    }

    /// Whether it was too slow in some window.
    pub(super) fn is_slow(&self) -> bool {
        self.is_slow
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pace(least: u64) -> (Pace, Instant) {
        let window = Duration::from_secs(30);
        (Pace::new(Rule { least, window }), Instant::now())
    }

    /// A client that takes so many bytes every second.
    fn is_slow_after(bytes: usize, seconds: u32) -> bool {
        let (mut pace, mut now) = pace(4_096);
        for _ in 0..seconds {
            pace.wait(now);
            now += Duration::from_secs(1);
            pace.took(bytes, now);
        }
        pace.is_slow()
    }

    #[test]
    fn a_client_is_slow_that_takes_too_little_on_average_over_a_window() {
        assert!(!is_slow_after(1, 29), "not before the window is over");
        assert!(is_slow_after(4_000, 30));
        assert!(!is_slow_after(4_200, 300));
    }

    #[test]
    fn a_client_that_takes_64_kib_in_30_s_is_slow() {
        let (mut pace, now) = pace(4_096);
        pace.wait(now);
        pace.took(64 << 10, now + Duration::from_secs(30));
        assert!(pace.is_slow());
    }

    #[test]
    fn time_in_which_nothing_waits_does_not_count() {
        let (mut pace, mut now) = pace(4_096);
        for _ in 0..1_000 {
            pace.wait(now);
            pace.took(100, now);
            now += Duration::from_secs(20);
            pace.took(100, now);
        }
        assert!(!pace.is_slow() && pace.waiting_since().is_none());
    }

    #[test]
    fn a_rule_of_nothing_is_none() {
        let (mut pace, now) = pace(0);
        pace.wait(now);
        pace.took(0, now + Duration::from_secs(60));
        assert!(!pace.is_slow());
    }
}
