//! [`LaneFigures`]: what a lane counts.

use std::sync::Arc;
use std::time::Duration;

/// The figures of a lane.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LaneFigures {
    /// Its name.
    pub lane: Arc<str>,
    /// Loads that may run at a time now.
    pub limit: usize,
    /// Loads that may ever run at a time.
    pub most: usize,
    /// Loads that run.
    pub running: usize,
    /// Loads that wait.
    pub waiting: usize,
    /// Loads that were refused because too many waited.
    pub refused_full: u64,
    /// Loads that were given up because they had waited too long.
    pub refused_late: u64,
    /// How long loads waited for the place that they were given.
    pub waits: Waits,
}

/// A histogram of durations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Waits {
    /// How many there were, by [`Waits::BOUNDS`]; the last class holds longer ones.
    pub classes: [u64; Waits::BOUNDS.len() + 1],
    /// All of them together.
    pub sum: Duration,
}

impl Waits {
    /// The longest duration of each class.
    pub const BOUNDS: [Duration; 5] = [
        Duration::from_millis(10),
        Duration::from_millis(100),
        Duration::from_secs(1),
        Duration::from_secs(10),
        Duration::from_secs(60),
    ];

    pub(crate) fn add(&mut self, wait: Duration) {
        let class = Self::BOUNDS.iter().position(|bound| wait <= *bound);
        self.classes[class.unwrap_or(Self::BOUNDS.len())] += 1;
        self.sum += wait;
    }
}
