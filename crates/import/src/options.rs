//! The options of an import.

use brisk_domain::Timestamp;
use std::path::PathBuf;

/// Whether timestamps are shifted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Shift {
    /// They stay as they are.
    #[default]
    None,
    /// By whole weeks on the wall clock, so that the newest falls into the week before this
    /// instant.
    LatestIntoPastWeek(Timestamp),
}

/// The options of an import.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Whether timestamps are shifted.
    pub shift: Shift,
    /// The most lines that may be rejected.
    pub max_rejected: u64,
    /// A CSV file for rejected lines, each with its number and the reason; written even if there
    /// are too many.
    pub rejected_to: Option<PathBuf>,
    /// Reads and converts the whole file, and leaves the database alone.
    pub dry_run: bool,
}
