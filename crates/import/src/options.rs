//! How an import is asked for.

use brisk_domain::Timestamp;
use std::path::PathBuf;

/// Whether timestamps are moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Shift {
    /// They stay.
    #[default]
    None,
    /// By whole weeks on the wall clock, so that the newest falls into the week before this
    /// instant.
    LatestIntoPastWeek(Timestamp),
}

/// How to import.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Whether timestamps are moved.
    pub shift: Shift,
    /// How many lines may be left out because they do not fit.
    pub max_rejected: u64,
    /// A CSV file that gets every line that does not fit, with its number and why; also when
    /// there are too many of them.
    pub rejected_to: Option<PathBuf>,
}
