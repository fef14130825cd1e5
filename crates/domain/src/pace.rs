//! How an open page follows its data, as it stands in the URL.

use crate::parameter;
use serde::{Deserialize, Serialize};

/// How an open page follows its data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum Pace {
    /// As soon as it changes, and when its time is over.
    #[default]
    Live,
    /// As soon as it changes, and every so many seconds.
    Every(u32),
    /// When the reader asks.
    ByHand,
}

impl Pace {
    /// What readers can choose, in seconds, with the words for it.
    pub const CHOICES: [(u32, &str); 6] = [
        (10, "Every 10 seconds"),
        (60, "Every minute"),
        (300, "Every 5 minutes"),
        (900, "Every 15 minutes"),
        (3_600, "Every hour"),
        (86_400, "Every day"),
    ];
    const BY_HAND: &str = "off";
    /// The longest: timers of browsers and servers end somewhere.
    const LONGEST: u32 = 7 * 86_400;

    /// Reads a page's parameters; what makes no sense is as if it were not there.
    pub fn from_pairs(pairs: &[(String, String)]) -> Self {
        let last = pairs.iter().rev().find(|(name, _)| name == parameter::REFRESH);
        match last.map(|(_, value)| value.as_str()) {
            Some(Self::BY_HAND) => Self::ByHand,
            Some(seconds) => match seconds.parse() {
                Ok(seconds @ 1..=Self::LONGEST) => Self::Every(seconds),
                _ => Self::Live,
            },
            None => Self::Live,
        }
    }

    /// The parameter's value; none where the URL says nothing.
    pub fn word(self) -> Option<String> {
        match self {
            Self::Live => None,
            Self::Every(seconds) => Some(seconds.to_string()),
            Self::ByHand => Some(Self::BY_HAND.to_owned()),
        }
    }

    /// The same, but not more often than every `least` seconds.
    #[must_use]
    pub fn at_least(self, least: u32) -> Self {
        match self {
            Self::Every(seconds) => Self::Every(seconds.max(least)),
            other => other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(value: &str) -> Pace {
        Pace::from_pairs(&[("refresh".to_owned(), value.to_owned())])
    }

    #[test]
    fn a_pace_reads_back_what_it_writes_and_nonsense_is_live() {
        assert_eq!(Pace::from_pairs(&[]), Pace::Live);
        for pace in [Pace::Every(1), Pace::Every(300), Pace::ByHand] {
            assert_eq!(of(&pace.word().unwrap()), pace);
        }
        for nonsense in ["", "0", "-1", "1e3", "99999999999", "soon", "604801"] {
            assert_eq!(of(nonsense), Pace::Live, "{nonsense}");
        }
        assert_eq!(Pace::Every(10).at_least(300), Pace::Every(300));
        assert_eq!(Pace::ByHand.at_least(300), Pace::ByHand);
    }
}
