//! A pair of instants, and how it is written.

use crate::{Timestamp, ZoneOffsets, date_words};
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

    /// Whether there is no instant in it: the clock skips the day, or the calendar lacks it.
    pub const fn is_empty(self) -> bool {
        self.to.0 <= self.from.0
    }

    /// The range as readers see it, on the wall clock of `zone`.
    pub fn label(self, zone: &ZoneOffsets) -> String {
        if self.is_empty() {
            return "skipped by the clock".into();
        }
        let (from, to) = (zone.local(self.from), zone.local(self.to));
        let clock = |local, at| zone.told_apart(date_words::exact_clock(local), at);
        label_of((from, to), (clock(from, self.from), clock(to, self.to)))
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
        (date_words::iso(from.date()), date_words::iso(last.date()))
    } else {
        let end = |at: NaiveDateTime| {
            format!("{}T{}", date_words::iso(at.date()), date_words::exact_clock(at))
        };
        (end(from), end(to))
    }
}

/// A wall-clock range for readers.
pub(crate) fn span_label(from: NaiveDateTime, to: NaiveDateTime) -> String {
    label_of((from, to), (date_words::exact_clock(from), date_words::exact_clock(to)))
}

/// The same, with the times of day of its ends as they are to be written.
fn label_of((from, to): (NaiveDateTime, NaiveDateTime), clocks: (String, String)) -> String {
    let short = date_words::short;
    let (first, until) = (from.date(), to.date());
    if from.time() != NaiveTime::MIN || to.time() != NaiveTime::MIN {
        let end = match first == until {
            true => clocks.1,
            false => format!("{} {}", short(until), clocks.1),
        };
        return format!("{} {} – {end}", short(first), clocks.0);
    }
    let last = (to - Duration::days(1)).date();
    match () {
        () if first == last => short(first),
        () if (first.year(), first.month()) == (last.year(), last.month()) => {
            format!("{} – {}", first.day(), short(last))
        }
        () if first.year() == last.year() => {
            format!("{} – {}", date_words::day_and_month(first), short(last))
        }
        () => format!("{} – {}", short(first), short(last)),
    }
}
