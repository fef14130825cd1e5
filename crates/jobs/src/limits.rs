//! [`Limits`]: how many jobs at a time, and for how long everything takes.

use crate::BackOff;
use std::time::Duration;

/// The limits of one process's workers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Jobs at a time.
    pub at_a_time: usize,
    /// How often the queue is looked at, and whether running jobs have been cancelled.
    pub pace: Duration,
    /// For how long a process has a job without renewing its lease, which it does after a third of that.
    /// It has to be much longer than the difference between the clocks of the replicas.
    pub lease: Duration,
    /// How long running jobs have to end when the process stops; then they are handed back.
    pub grace: Duration,
    /// When a job that has failed is tried again.
    pub back_off: BackOff,
    /// How long jobs that have ended are kept.
    pub kept: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            at_a_time: 2,
            pace: Duration::from_secs(1),
            lease: Duration::from_secs(60),
            grace: Duration::from_secs(10),
            back_off: BackOff::default(),
            kept: Duration::from_secs(30 * 86_400),
        }
    }
}

/// How long the store may take to answer: one that is cut off never does.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);
