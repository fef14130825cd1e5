//! How much is tried, by the environment's variables.

use std::path::PathBuf;
use std::time::Duration;

/// How many seconds each kind of input is tried for. Without it, a fixed number of inputs is tried.
pub const SECONDS: &str = "BRISK_MUTATION_SECONDS";
/// The seed. Without it, a long run has a random one, a short run always the same.
pub const SEED: &str = "BRISK_MUTATION_SEED";
/// A file with the only input to try: one that a failure has left.
pub const INPUT: &str = "BRISK_MUTATION_INPUT";

/// How much is tried.
pub(crate) struct Settings {
    pub(crate) length: Option<Duration>,
    pub(crate) seed: u64,
    pub(crate) only: Option<PathBuf>,
}

impl Settings {
    pub(crate) fn of_environment() -> Self {
        let number = |name| std::env::var(name).ok().and_then(|text| text.parse().ok());
        let length = number(SECONDS).map(Duration::from_secs);
        let usual = || length.map_or(2011, |_| fastrand::u64(..));
        let only = std::env::var_os(INPUT).map(PathBuf::from);
        Self { length, seed: number(SEED).unwrap_or_else(usual), only }
    }
}
