//! A pair of instants, and how it is written.

use crate::{Timestamp, ZoneOffsets};
use chrono::{Datelike, Duration, NaiveDateTime, NaiveTime};
use serde::{Deserialize, Serialize};

/// A half-open range of instants: `from` is included, `to` is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Bounds {
    /// The first instant included.
    pub from: Timestamp,
    /// The first instant after the range.
    pub to: Timestamp,
}

impl Bounds {
    /// The length in seconds.
    pub const fn seconds(self) -> i64 {
        self.to.seconds() - self.from.seconds()
    }

    /// The range for readers, on the wall clock of `zone`.
    pub fn label(self, zone: &ZoneOffsets) -> String {
        span_label(zone.local(self.from), zone.local(self.to))
    }

    /// `from` and `to` as written in a URL.
    pub fn url_ends(self, zone: &ZoneOffsets) -> (String, String) {
        url_ends(zone.local(self.from), zone.local(self.to))
    }
}

/// The ends of a wall-clock range as written in a URL: dates alone if both are midnights.
pub(crate) fn url_ends(from: NaiveDateTime, to: NaiveDateTime) -> (String, String) {
    if from.time() == NaiveTime::MIN && to.time() == NaiveTime::MIN {
        let last = to - Duration::days(1);
        (from.format("%Y-%m-%d").to_string(), last.format("%Y-%m-%d").to_string())
    } else {
        let form = "%Y-%m-%dT%H:%M";
        (from.format(form).to_string(), to.format(form).to_string())
    }
}

/// A wall-clock range for readers.
pub(crate) fn span_label(from: NaiveDateTime, to: NaiveDateTime) -> String {
    if from.time() != NaiveTime::MIN || to.time() != NaiveTime::MIN {
        let end = if from.date() == to.date() { "%H:%M" } else { "%-d %b %Y %H:%M" };
        return format!("{} – {}", from.format("%-d %b %Y %H:%M"), to.format(end));
    }
    let last = (to - Duration::days(1)).date();
    let first = from.date();
    let full = "%-d %b %Y";
    match () {
        () if first == last => first.format(full).to_string(),
        () if (first.year(), first.month()) == (last.year(), last.month()) => {
            format!("{} – {}", first.format("%-d"), last.format(full))
        }
        () if first.year() == last.year() => {
            format!("{} – {}", first.format("%-d %b"), last.format(full))
        }
        () => format!("{} – {}", first.format(full), last.format(full)),
    }
}
