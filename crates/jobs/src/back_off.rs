//! [`BackOff`]: when a job that has failed is tried again.

use std::sync::Arc;
use std::time::Duration;

/// Where chance comes from: a number from 0 to 1.
pub type Random = Arc<dyn Fn() -> f64 + Send + Sync>;

/// Exponential back-off with full jitter: after the first failure within `first`, after each further one
/// within twice as long, up to `longest`. The moment is drawn from all of that time, so that jobs that
/// failed together, because a server was away, do not come back together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BackOff {
    /// The longest wait after the first failure.
    pub first: Duration,
    /// The longest wait.
    pub longest: Duration,
}

impl Default for BackOff {
    fn default() -> Self {
        Self { first: Duration::from_secs(10), longest: Duration::from_secs(3_600) }
    }
}

impl BackOff {
    /// How long to wait after `failures` (at least one) if `random`, from 0 to 1, was drawn.
    pub fn wait(&self, failures: u32, random: f64) -> Duration {
        let doubled = 1_u32.checked_shl(failures.saturating_sub(1)).unwrap_or(u32::MAX);
        let within = self.first.saturating_mul(doubled).min(self.longest);
        let share = if random.is_finite() { random.clamp(0.0, 1.0) } else { 1.0 };
        within.mul_f64(share)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_doubles_up_to_the_longest_and_all_of_it_is_drawn_from() {
        let back_off = BackOff { first: Duration::from_secs(10), longest: Duration::from_secs(60) };
        let seconds = |failures, random| back_off.wait(failures, random).as_secs_f64();
        let longest: Vec<f64> = (1..6).map(|failures| seconds(failures, 1.0)).collect();
        assert_eq!(longest, [10.0, 20.0, 40.0, 60.0, 60.0]);
        assert_eq!([seconds(2, 0.0), seconds(2, 0.25), seconds(9, 0.5)], [0.0, 5.0, 30.0]);
        // Whatever was counted or drawn, it is bounded.
        for failures in [0, 1, 31, 32, 33, 1_000, u32::MAX] {
            for random in [-1.0, 0.5, 2.0, f64::NAN, f64::INFINITY] {
                assert!(seconds(failures, random) <= 60.0, "{failures} {random}");
            }
        }
    }
}
