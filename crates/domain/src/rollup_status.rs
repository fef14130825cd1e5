//! The health of a rollup, for operators.

use crate::{Interval, RollupName, RollupRun, SourceName, Timestamp};
use std::fmt;
use std::time::Duration;

/// The health of a rollup.
#[derive(Debug, Clone, PartialEq)]
pub struct RollupStatus {
    /// Its name.
    pub name: RollupName,
    /// The source whose tables it reads.
    pub source: SourceName,
    /// The width of its buckets.
    pub grain: Interval,
    /// The longest time between two refreshes; `None` if only an invalidation of its tables causes
    /// one.
    pub refresh: Option<Duration>,
    /// Its state.
    pub state: RollupState,
    /// The last successful refresh.
    pub last: Option<LastRefresh>,
    /// Recent refreshes, newest first, as far as they were recorded.
    pub runs: Vec<RollupRun>,
}

/// A successful refresh, as recorded in the rollup's own database.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LastRefresh {
    /// When it was.
    pub at: Timestamp,
    /// Rows in the table since then.
    pub rows: u64,
    /// How long it took.
    pub seconds: f64,
}

/// The state of a rollup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RollupState {
    /// Its table matches its definition, and the last refresh succeeded.
    UpToDate,
    /// It has no table yet, and nothing has failed.
    NotBuilt,
    /// Its table was built from an older definition.
    Changed,
    /// The last refresh failed.
    Failed {
        /// Why.
        why: String,
        /// Whether the table of an earlier refresh is still there.
        has_table: bool,
    },
    /// Its definition is invalid.
    Broken(String),
    /// Its database did not answer.
    Unknown(String),
}

impl RollupState {
    /// A short label.
    pub fn word(&self) -> &'static str {
        match self {
            Self::UpToDate => "up to date",
            Self::NotBuilt => "not built yet",
            Self::Changed => "outdated",
            Self::Failed { has_table: false, .. } => "failed",
            Self::Failed { has_table: true, .. } => "last refresh failed",
            Self::Broken(_) => "cannot be refreshed",
            Self::Unknown(_) => "unknown",
        }
    }

    /// The details, if there are any.
    pub fn why(&self) -> Option<&str> {
        match self {
            Self::UpToDate | Self::NotBuilt => None,
            Self::Changed => Some("its definition has changed: the next refresh rebuilds it"),
            Self::Failed { why, .. } | Self::Broken(why) | Self::Unknown(why) => Some(why),
        }
    }
}

/// The label and the details on one line.
impl fmt::Display for RollupState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.why() {
            Some(why) => write!(f, "{}: {why}", self.word()),
            None => f.write_str(self.word()),
        }
    }
}
