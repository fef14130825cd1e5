//! How an open page is refreshed, as encoded in the URL.

use crate::parameter;
use serde::{Deserialize, Serialize};

/// How an open page is refreshed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum Pace {
    /// When its data changes or expires.
    #[default]
    Live,
    /// When its data changes, and at this interval, in seconds.
    Every(u32),
    /// Only when the reader asks.
    ByHand,
}

impl Pace {
    /// What readers can choose: seconds, and the label.
    pub const CHOICES: [(u32, &str); 6] = [
        (10, "Every 10 seconds"),
        (60, "Every minute"),
        (300, "Every 5 minutes"),
        (900, "Every 15 minutes"),
        (3_600, "Every hour"),
        (86_400, "Every day"),
    ];
    const BY_HAND: &str = "off";
    /// The longest interval, well within the limits of browser and server timers.
    const LONGEST: u32 = 7 * 86_400;

    /// Reads a page's parameters; an invalid value is ignored.
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

    /// The parameter's value; `None` for the default.
    pub fn word(self) -> Option<String> {
        match self {
            Self::Live => None,
            Self::Every(seconds) => Some(seconds.to_string()),
            Self::ByHand => Some(Self::BY_HAND.to_owned()),
        }
    }

    /// The same, but with at least `least` seconds between refreshes.
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
    fn a_pace_round_trips_and_nonsense_is_live() {
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
