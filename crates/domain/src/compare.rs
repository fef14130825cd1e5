//! The comparison period of a panel.

use crate::{Bounds, Interval, ZoneOffsets};
use serde::{Deserialize, Serialize};

/// The comparison period of a panel: the same statement over shifted bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Compare {
    /// The range of the same length that ends where this one starts.
    PreviousPeriod,
    /// The same dates one year earlier.
    PreviousYear,
}

impl Compare {
    /// The keywords in dashboard files, in the order shown to users.
    pub const WORDS: [(&'static str, Self); 2] =
        [("previous period", Self::PreviousPeriod), ("previous year", Self::PreviousYear)];

    /// Parses the keyword of a dashboard file.
    pub fn parse(text: &str) -> Option<Self> {
        Self::WORDS.iter().find(|(word, _)| *word == text).map(|(_, compare)| *compare)
    }

    /// The text for readers.
    pub fn label(self) -> &'static str {
        match self {
            Self::PreviousPeriod => "previous period",
            Self::PreviousYear => "previous year",
        }
    }
}

impl Bounds {
    /// The bounds of the comparison period. Whole days stay whole days through daylight-saving
    /// changes.
    pub fn compared(self, compare: Compare, zone: &ZoneOffsets) -> Self {
        let (from, to) = (zone.local(self.from), zone.local(self.to));
        let (from, to) = match compare {
            Compare::PreviousPeriod => (from - (to - from), from),
            Compare::PreviousYear => (Interval::Year.step(from, -1), Interval::Year.step(to, -1)),
        };
        Self { from: zone.instant(from), to: zone.instant(to) }
    }
}
