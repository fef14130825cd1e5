//! What an input may cost: a parser whose work grows faster than its input is one that anybody can keep
//! busy.

use std::time::{Duration, Instant};

/// Far more than any input takes, even without optimisation.
const MOST: Duration = Duration::from_secs(3);

/// Runs `work`, and again if that took long: whether it took the processor's time as well, and not only
/// that of a busy machine.
///
/// # Panics
/// If it did.
pub(crate) fn bounded<T>(work: impl FnMut() -> T) -> T {
    bounded_by(MOST, work)
}

fn bounded_by<T>(most: Duration, mut work: impl FnMut() -> T) -> T {
    let begun = Instant::now();
    let done = work();
    if begun.elapsed() > most {
        let before = used();
        let begun = Instant::now();
        work();
        let cost = match (before, used()) {
            (Some(before), Some(after)) => after.saturating_sub(before),
            _ => begun.elapsed(),
        };
        assert!(cost <= most, "this input took {cost:?} of the processor's time");
    }
    done
}

/// The processor's time that this thread has had, where the system tells it.
fn used() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split(' ').next()?.parse().ok().map(Duration::from_nanos)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHORT: Duration = Duration::from_millis(20);

    #[test]
    fn waiting_costs_nothing() {
        let mut waits = [SHORT * 2].into_iter();
        let waited = bounded_by(SHORT, || waits.next().map(std::thread::sleep).is_some());
        assert!(waited && waits.next().is_none());
    }

    #[test]
    #[should_panic(expected = "of the processor's time")]
    fn work_without_end_is_noticed() {
        bounded_by(SHORT, || {
            let (begun, before) = (Instant::now(), used());
            let is_enough = || match (before, used()) {
                (Some(before), Some(now)) => now.saturating_sub(before) > SHORT * 2,
                _ => begun.elapsed() > SHORT * 2,
            };
            while !is_enough() {}
        });
    }
}
