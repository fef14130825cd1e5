//! [`Compare`]: the keywords of dashboard files.

use serde::{Deserialize, Serialize};

/// What a panel is compared with: the same statement over earlier bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Compare {
    /// The period before: the month before a month, the 7 days before 7 days.
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
