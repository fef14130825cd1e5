//! [`Pulse`]: whether the process's other threads still run.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::time::sleep;

/// How often the process's other threads report that they run, and after how long a silence they count
/// as stalled.
const BEAT: Duration = Duration::from_secs(1);
const STALLED: Duration = Duration::from_secs(30);

/// When the process's other threads last reported.
#[derive(Debug, Clone)]
pub(super) struct Pulse {
    begun: Instant,
    last: Arc<AtomicU64>,
}

impl Pulse {
    /// With a report of this moment.
    pub(super) fn new() -> Self {
        Self { begun: Instant::now(), last: Arc::default() }
    }

    /// Keeps reporting, as long as tasks run where this does.
    pub(super) async fn beat(self) {
        loop {
            let since = self.begun.elapsed().as_millis();
            self.last.store(u64::try_from(since).unwrap_or(u64::MAX), Ordering::Relaxed);
            sleep(BEAT).await;
        }
    }

    /// Whether they have been silent for long.
    pub(super) fn is_stalled(&self) -> bool {
        let last = Duration::from_millis(self.last.load(Ordering::Relaxed));
        self.begun.elapsed().saturating_sub(last) > STALLED
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_that_does_nothing_any_more_is_stalled() {
        let pulse = Pulse::new();
        assert!(!pulse.is_stalled());
        let long_ago = Instant::now().checked_sub(STALLED * 2);
        assert!(Pulse { begun: long_ago.unwrap(), ..pulse }.is_stalled());
    }
}
