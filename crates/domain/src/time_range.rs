//! The time range of a view.

use crate::bounds::{span_label, url_ends};
use crate::{Bounds, Interval, Timestamp, ZoneOffsets};
use chrono::{Datelike, Duration, NaiveDate, NaiveDateTime, NaiveTime};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A time range as readers name it; [`TimeRange::bounds`] resolves it to instants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum TimeRange {
    /// The last `count` units up to the end of the current one: `last 90 days`.
    Last(u16, Interval),
    /// The current unit, from its start to the end of the current day: `this month`.
    This(Interval),
    /// The unit before the current one: `previous month`.
    Previous(Interval),
    /// From one wall-clock time up to, but not including, another.
    Absolute(NaiveDateTime, NaiveDateTime),
}

/// The text is not a time range.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TimeRangeError {
    /// Not one of the forms.
    #[error(
        "range \"{0}\" is not known: use \"last N hours|days|weeks|months|years\", \"this month\", \"previous month\" (or another unit), or from and to"
    )]
    Unknown(String),
    /// It is not a date.
    #[error("\"{0}\" is not a date: use 2011-11-01 or 2011-11-01T09:30")]
    NotADate(String),
    /// One end is missing.
    #[error("a custom range needs both from and to")]
    OneEnd,
    /// It ends before it starts.
    #[error("the range ends ({1}) before it starts ({0})")]
    Reversed(String, String),
    /// It is longer than fifty years, or outside the years 1900 to 2200.
    #[error("the range must lie between the years 1900 and 2200 and be at most 50 years long")]
    TooFar,
}

/// The ranges that the picker offers, with their labels.
pub const PRESETS: [(&str, TimeRange); 10] = [
    ("Today", TimeRange::This(Interval::Day)),
    ("Last 7 days", TimeRange::Last(7, Interval::Day)),
    ("Last 30 days", TimeRange::Last(30, Interval::Day)),
    ("Last 90 days", TimeRange::Last(90, Interval::Day)),
    ("This month", TimeRange::This(Interval::Month)),
    ("Previous month", TimeRange::Previous(Interval::Month)),
    ("This quarter", TimeRange::This(Interval::Quarter)),
    ("Last 12 months", TimeRange::Last(12, Interval::Month)),
    ("This year", TimeRange::This(Interval::Year)),
    ("Last 2 years", TimeRange::Last(2, Interval::Year)),
];

const LONGEST: Duration = Duration::days(50 * 366);

impl TimeRange {
    /// Parses a relative range: `last 90 days`, `this month`, `previous week`. Hyphens count as
    /// spaces, for URLs.
    pub fn parse(text: &str) -> Result<Self, TimeRangeError> {
        let unknown = || TimeRangeError::Unknown(text.chars().take(80).collect());
        let words = text.trim().to_ascii_lowercase();
        let words: Vec<&str> = words.split([' ', '-', '+']).filter(|w| !w.is_empty()).collect();
        let unit = |word: &str| {
            Interval::parse(word.strip_suffix('s').unwrap_or(word))
                .filter(|unit| *unit != Interval::Minute)
        };
        match words[..] {
            ["today"] => Ok(Self::This(Interval::Day)),
            ["yesterday"] => Ok(Self::Previous(Interval::Day)),
            ["this", word] => unit(word).map(Self::This).ok_or_else(unknown),
            ["previous" | "last", word] => unit(word).map(Self::Previous).ok_or_else(unknown),
            ["last", count, word] => {
                let unit = unit(word).ok_or_else(unknown)?;
                let count: u16 = count.parse().map_err(|_| unknown())?;
                let too_far = i64::from(count) * unit.seconds() > LONGEST.num_seconds();
                match count {
                    0 => Err(unknown()),
                    _ if too_far => Err(TimeRangeError::TooFar),
                    _ => Ok(Self::Last(count, unit)),
                }
            }
            _ => Err(unknown()),
        }
    }

    /// Parses a custom range. An end given as a date includes that day; one with a time of day is
    /// exclusive.
    pub fn parse_custom(from: &str, to: &str) -> Result<Self, TimeRangeError> {
        if from.trim().is_empty() || to.trim().is_empty() {
            return Err(TimeRangeError::OneEnd);
        }
        let (start, _) = parse_wall(from)?;
        let (end, date_alone) = parse_wall(to)?;
        let reversed = || TimeRangeError::Reversed(from.trim().into(), to.trim().into());
        let end = if date_alone { end + Duration::days(1) } else { end };
        match end - start {
            length if length <= Duration::zero() => Err(reversed()),
            length if length > LONGEST => Err(TimeRangeError::TooFar),
            _ => Ok(Self::Absolute(start, end)),
        }
    }

    /// Checks that `text` could be an end of a custom range.
    pub fn check_end(text: &str) -> Result<(), TimeRangeError> {
        parse_wall(text).map(|_| ())
    }

    /// The range as written in a URL: `last-90-days`; `None` for a custom one, which has
    /// [`TimeRange::custom_ends`] instead.
    pub fn word(&self) -> Option<String> {
        match self {
            Self::Last(count, unit) => Some(format!("last-{count}-{}s", unit.word())),
            Self::This(Interval::Day) => Some("today".into()),
            Self::Previous(Interval::Day) => Some("yesterday".into()),
            Self::This(unit) => Some(format!("this-{}", unit.word())),
            Self::Previous(unit) => Some(format!("previous-{}", unit.word())),
            Self::Absolute(..) => None,
        }
    }

    /// `from` and `to` as written in a URL: dates alone if both are midnights.
    pub fn custom_ends(&self) -> Option<(String, String)> {
        let Self::Absolute(from, to) = self else {
            return None;
        };
        Some(url_ends(*from, *to))
    }

    /// The text for readers: `Last 90 days`, `1 – 30 Nov 2011`.
    pub fn label(&self) -> String {
        match self {
            Self::Last(1, unit) => format!("Last {}", unit.word()),
            Self::Last(count, unit) => format!("Last {count} {}s", unit.word()),
            Self::This(Interval::Day) => "Today".into(),
            Self::Previous(Interval::Day) => "Yesterday".into(),
            Self::This(unit) => format!("This {}", unit.word()),
            Self::Previous(unit) => format!("Previous {}", unit.word()),
            Self::Absolute(from, to) => span_label(*from, *to),
        }
    }

    /// The instants that the range means at `now`. Relative ranges end with the current day, or
    /// with the current hour or minute if `interval` or their own unit is as fine, so that views of
    /// the same day share entries.
    pub fn bounds(&self, now: Timestamp, interval: Option<Interval>, zone: &ZoneOffsets) -> Bounds {
        let now = zone.local(now);
        let end = |unit: Interval| {
            let grain = interval.map_or(unit, |i| i.min(unit)).min(Interval::Day);
            grain.step(grain.floor(now), 1)
        };
        let (from, to) = match *self {
            Self::Absolute(from, to) => (from, to),
            Self::Previous(unit) => (unit.step(unit.floor(now), -1), unit.floor(now)),
            Self::This(unit) => (unit.floor(now), end(unit)),
            // Months and longer are counted back from the end of today, not of the month.
            Self::Last(count, unit) => (unit.step(end(unit), -i32::from(count)), end(unit)),
        };
        Bounds { from: zone.instant(from), to: zone.instant(to) }
    }
}

/// Parses a date, or a date with a time of day, on the wall clock of `zone`.
pub fn parse_instant(text: &str, zone: &ZoneOffsets) -> Result<Timestamp, TimeRangeError> {
    parse_wall(text).map(|(at, _)| zone.instant(at))
}

/// The wall-clock time, and whether it was a date alone.
fn parse_wall(text: &str) -> Result<(NaiveDateTime, bool), TimeRangeError> {
    let text = text.trim();
    let known_year = |at: NaiveDateTime| (1900..=2200).contains(&at.year());
    let date =
        NaiveDate::parse_from_str(text, "%Y-%m-%d").map(|d| (d.and_time(NaiveTime::MIN), true));
    let parsed = date
        .or_else(|_| NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M").map(|at| (at, false)))
        .or_else(|_| NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S").map(|at| (at, false)))
        .map_err(|_| TimeRangeError::NotADate(text.chars().take(80).collect()))?;
    if known_year(parsed.0) { Ok(parsed) } else { Err(TimeRangeError::TooFar) }
}

impl fmt::Display for TimeRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.word(), self.custom_ends()) {
            (Some(word), _) => f.write_str(&word),
            (None, Some((from, to))) => write!(f, "{from}..{to}"),
            (None, None) => Ok(()),
        }
    }
}

impl TryFrom<String> for TimeRange {
    type Error = TimeRangeError;
    fn try_from(text: String) -> Result<Self, TimeRangeError> {
        match text.split_once("..") {
            Some((from, to)) => Self::parse_custom(from, to),
            None => Self::parse(&text),
        }
    }
}

impl From<TimeRange> for String {
    fn from(range: TimeRange) -> String {
        range.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        ZoneOffsets::utc().instant(NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap())
    }

    fn bounds(range: &str, now: &str) -> String {
        let zone = ZoneOffsets::utc();
        TimeRange::parse(range).unwrap().bounds(at(now), None, &zone).label(&zone)
    }

    #[test]
    fn relative_ranges_end_with_the_current_day() {
        let now = "2011-11-16 14:35";
        assert_eq!(bounds("last 90 days", now), "19 Aug – 16 Nov 2011");
        assert_eq!(bounds("last 24 hours", now), "15 Nov 2011 15:00 – 16 Nov 2011 15:00");
        assert_eq!(bounds("this month", now), "1 – 16 Nov 2011");
        assert_eq!(bounds("this quarter", now), "1 Oct – 16 Nov 2011");
        assert_eq!(bounds("this week", now), "14 – 16 Nov 2011");
        assert_eq!(bounds("today", now), "16 Nov 2011");
        assert_eq!(bounds("this hour", now), "16 Nov 2011 14:00 – 15:00");
        assert_eq!(bounds("previous-month", now), "1 – 31 Oct 2011");
        assert_eq!(bounds("last 12 months", now), "17 Nov 2010 – 16 Nov 2011");
        assert_eq!(bounds("yesterday", now), "15 Nov 2011");
    }

    #[test]
    fn with_finer_buckets_ranges_end_with_the_current_one() {
        let zone = ZoneOffsets::utc();
        let label = |range: &str| {
            let range = TimeRange::parse(range).unwrap();
            range.bounds(at("2011-11-16 14:35"), Some(Interval::Hour), &zone).label(&zone)
        };
        assert_eq!(label("today"), "16 Nov 2011 00:00 – 15:00");
        assert_eq!(label("this month"), "1 Nov 2011 00:00 – 16 Nov 2011 15:00");
        assert_eq!(label("yesterday"), "15 Nov 2011");
    }

    #[test]
    fn presets_survive_the_url() {
        for (label, range) in PRESETS {
            assert_eq!(TimeRange::parse(&range.word().unwrap()).unwrap(), range);
            assert_eq!(range.label(), label);
        }
    }

    #[test]
    fn seconds_are_part_of_a_range_its_address_and_its_label() {
        for (from, to, label) in [
            ("2011-11-01T09:30:15", "2011-11-01T09:31", "1 Nov 2011 09:30:15 – 09:31"),
            ("2011-11-01T00:00", "2011-11-02T00:00:30", "1 Nov 2011 00:00 – 2 Nov 2011 00:00:30"),
            (
                "2011-11-01T23:59:60",
                "2011-11-02T00:00:01",
                "1 Nov 2011 23:59:60 – 2 Nov 2011 00:00:01",
            ),
        ] {
            let range = TimeRange::parse_custom(from, to).unwrap();
            assert_eq!(range.custom_ends().unwrap(), (from.to_owned(), to.to_owned()));
            assert_eq!(TimeRange::try_from(range.to_string()), Ok(range));
            assert_eq!(range.label(), label);
        }
    }

    #[test]
    fn custom_end_date_is_included() {
        let range = TimeRange::parse_custom("2011-11-01", "2011-11-30").unwrap();
        assert_eq!(range.label(), "1 – 30 Nov 2011");
        assert_eq!(range.custom_ends(), Some(("2011-11-01".into(), "2011-11-30".into())));
        assert_eq!(
            range.bounds(at("2020-01-01 00:00"), None, &ZoneOffsets::utc()).seconds(),
            30 * 86_400
        );
    }

    #[test]
    fn nonsense_is_refused() {
        for bad in ["", "last", "last 0 days", "last 99999999 days", "next week"] {
            assert!(TimeRange::parse(bad).is_err(), "{bad}");
        }
        assert!(TimeRange::parse_custom("2011-11-02", "2011-11-01").is_err());
        assert!(TimeRange::parse_custom("2011-02-30", "2011-11-01").is_err());
        assert!(TimeRange::parse_custom("0001-01-01", "9999-01-01").is_err());
        assert!(TimeRange::parse_custom("2011-11-02", "").is_err());
    }
}
