//! [`Outcome`]: what became of a message.

use crate::text;
use std::fmt;
use std::time::Duration;

/// What became of a message to one recipient. [`Unknown`](Self::Unknown) is not a failure with a guess: it is
/// said where the receiver may have taken the message, and only there.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub enum Outcome {
    /// The receiver has taken it.
    Accepted,
    /// The receiver does not want it, and will not want it later either.
    Refused(Words),
    /// The receiver has certainly not taken it: it may be sent again.
    NotSent {
        /// Why not.
        why: Words,
        /// How long the receiver wants to be left alone.
        after: Option<Duration>,
    },
    /// All of it was sent, and the answer was lost. Sent at most once, it is not sent again; at least once, it is.
    Unknown(Words),
}

impl Outcome {
    pub(crate) fn refused(why: impl fmt::Display) -> Self {
        Self::Refused(Words::new(why))
    }

    pub(crate) fn not_sent(why: impl fmt::Display) -> Self {
        Self::NotSent { why: Words::new(why), after: None }
    }

    pub(crate) fn unknown(why: impl fmt::Display) -> Self {
        Self::Unknown(Words::new(why))
    }

    /// Whether sending it again can lead to two messages.
    pub fn may_have_arrived(&self) -> bool {
        matches!(self, Self::Accepted | Self::Unknown(_))
    }
}

/// What a receiver said, or what was in the way: one line of at most 300 characters, for a log and a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words(String);

impl Words {
    const LONGEST: usize = 300;

    pub(crate) fn new(text: impl fmt::Display) -> Self {
        Self(text::line(&text.to_string(), Self::LONGEST))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_server_says_is_one_short_line() {
        let said = Words::new(format!("550 no\r\n\x1b[31m{}", "x".repeat(5000)));
        assert!(said.as_str().starts_with("550 no [31mxxx") && said.as_str().ends_with("xx…"));
        assert_eq!(said.as_str().chars().count(), 300);
    }
}
