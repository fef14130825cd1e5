//! How a rollup does, for those who look after it.

use crate::{Interval, RollupName, RollupRun, SourceName, Timestamp};
use std::fmt;
use std::time::Duration;

/// How a rollup does.
#[derive(Debug, Clone, PartialEq)]
pub struct RollupStatus {
    /// Its name.
    pub name: RollupName,
    /// The source whose tables it reads.
    pub source: SourceName,
    /// The width of its buckets.
    pub grain: Interval,
    /// It is refreshed at the latest so long after the last time; where there is nothing, only
    /// when its tables are invalidated.
    pub refresh: Option<Duration>,
    /// How it is.
    pub state: RollupState,
    /// The last refresh that went well.
    pub last: Option<LastRefresh>,
    /// What refreshes did lately, newest first, as far as it was written down.
    pub runs: Vec<RollupRun>,
}

/// A refresh that went well, as the table's database remembers it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LastRefresh {
    /// When it was.
    pub at: Timestamp,
    /// Rows of the table since then.
    pub rows: u64,
    /// How long it took.
    pub seconds: f64,
}

/// How a rollup is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RollupState {
    /// Its table is of its definition, and the last refresh succeeded.
    Good,
    /// There is no table yet, and nothing went wrong.
    NotBuilt,
    /// Its table is of an older definition.
    Changed,
    /// It could not be refreshed; whether there is a table from before.
    Failed {
        /// Why.
        why: String,
        /// Whether there is a table from before.
        has_table: bool,
    },
    /// Its declaration is wrong.
    Broken(String),
    /// Its database does not say.
    Unknown(String),
}

impl RollupState {
    /// One or two words.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Good => "up to date",
            Self::NotBuilt => "not built yet",
            Self::Changed => "outdated",
            Self::Failed { has_table: false, .. } => "failed",
            Self::Failed { has_table: true, .. } => "last refresh failed",
            Self::Broken(_) => "cannot be refreshed",
            Self::Unknown(_) => "unknown",
        }
    }

    /// What is to be said besides.
    pub fn why(&self) -> Option<&str> {
        match self {
            Self::Good | Self::NotBuilt => None,
            Self::Changed => Some("its definition has changed: the next refresh rebuilds it"),
            Self::Failed { why, .. } | Self::Broken(why) | Self::Unknown(why) => Some(why),
        }
    }
}

/// All of it on one line.
impl fmt::Display for RollupState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.why() {
            Some(why) => write!(f, "{}: {why}", self.word()),
            None => f.write_str(self.word()),
        }
    }
}
