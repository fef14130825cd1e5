//! How much to run.

use std::path::PathBuf;
use std::time::Duration;

/// Replicas.
pub const REPLICAS: usize = 2;

/// How much to run.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The program under test.
    pub program: PathBuf,
    /// How long components are disturbed.
    pub length: Duration,
    /// Reproduces the schedule of disturbances and what the load chooses.
    pub seed: u64,
}
