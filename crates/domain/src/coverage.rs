//! Which time buckets are whole: within the range that a statement reads, and before the end of the
//! data.

use crate::{Bounds, Interval, Timestamp, Values, ZoneOffsets, written_bucket};
use serde::{Deserialize, Serialize};

/// How much of a time bucket the rows cover.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Completeness {
    /// All of it.
    Whole,
    /// A part: the range begins or ends within it, or the data end within it.
    Part,
    /// It begins where the data end, or later.
    Ahead,
}

/// What a panel shows of buckets that are not whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Edges {
    /// They are shown, marked as parts.
    #[default]
    Mark,
    /// They are left out, everywhere.
    Trim,
    /// All buckets are whole: rows are readings or records of their own, whatever the clock says.
    Whole,
}

impl Edges {
    /// The keywords in dashboard files.
    pub const WORDS: [(&'static str, Self); 3] =
        [("mark", Self::Mark), ("trim", Self::Trim), ("whole", Self::Whole)];
}

/// The span of time that a statement reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reach {
    /// The first instant, if the statement names one.
    pub from: Option<Timestamp>,
    /// The first instant after, if the statement names one.
    pub to: Option<Timestamp>,
    /// The end of the data: nothing is known from this instant on.
    pub data_end: Timestamp,
}

/// Which buckets of a frame are whole. All instants are starts of buckets, so that it stays the same
/// while the data's end moves within a bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Coverage {
    /// The first bucket that the range does not cut.
    pub whole_from: Timestamp,
    /// The first bucket after these that is not whole.
    pub whole_to: Timestamp,
    /// The first bucket for which there are no data yet.
    pub ahead_from: Timestamp,
    /// Whether the data end within the range: then the last bucket is under way, otherwise it is
    /// cut off.
    pub is_under_way: bool,
    /// The frame's column that holds the starts of buckets, if any.
    pub column: Option<usize>,
    /// The buckets' width.
    pub interval: Interval,
    /// Whether that column names buckets on UTC's clock, as text or numbers.
    pub is_in_utc: bool,
    /// Whether buckets that are not whole are left out.
    pub is_trimmed: bool,
    /// How many were left out.
    pub left_out: usize,
}

impl Coverage {
    /// The coverage of buckets of width `interval` by what a statement reads.
    pub fn of(reach: Reach, interval: Interval, zone: &ZoneOffsets) -> Self {
        let whole_from =
            reach.from.map_or(Timestamp(i64::MIN), |from| first_from(from, interval, zone));
        let last = reach.to.map_or(reach.data_end, |to| to.min(reach.data_end));
        Self {
            whole_from,
            whole_to: interval.start(last, zone),
            ahead_from: first_from(reach.data_end, interval, zone),
            is_under_way: reach.to.is_none_or(|to| reach.data_end < to),
            column: None,
            interval,
            is_in_utc: false,
            is_trimmed: false,
            left_out: 0,
        }
    }

    /// The start of the bucket in cell `row` of its column, whose cells are `values`: an instant, or the one
    /// that a text or a number names on the clock of `zone` (or of UTC).
    pub fn start(&self, values: &Values, row: usize, zone: &ZoneOffsets) -> Option<Timestamp> {
        match (values.is_time(), self.is_in_utc) {
            (true, _) => values.placed(row, zone),
            (false, false) => written_bucket::start(values, row, zone),
            (false, true) => written_bucket::start(values, row, &ZoneOffsets::utc()),
        }
    }

    /// How much of the bucket that starts at `start` is covered.
    pub fn completeness(&self, start: Timestamp) -> Completeness {
        if start >= self.ahead_from {
            Completeness::Ahead
        } else if start < self.whole_from || start >= self.whole_to {
            Completeness::Part
        } else {
            Completeness::Whole
        }
    }

    /// Whether the bucket that starts at `start` is shown at all, not left out.
    pub fn has_place(&self, start: Timestamp) -> bool {
        !self.is_trimmed || self.is_whole(start)
    }

    /// Whether the bucket that starts at `start` is covered in full.
    pub fn is_whole(&self, start: Timestamp) -> bool {
        self.completeness(start) == Completeness::Whole
    }
}

impl Reach {
    /// The same reach without the range, for a column that the range does not limit.
    #[must_use]
    pub fn without_range(self) -> Self {
        Self { from: None, to: None, ..self }
    }

    /// Whether a bucket that starts at `start` has any part within the range.
    pub fn touches(&self, start: Timestamp, interval: Interval, zone: &ZoneOffsets) -> bool {
        let Bounds { from, to } = Bounds {
            from: self.from.unwrap_or(Timestamp(i64::MIN)),
            to: self.to.unwrap_or(Timestamp(i64::MAX)),
        };
        start < to && (start >= from || interval.next(start, zone) > from)
    }
}

/// The first bucket that starts at `at` or later.
fn first_from(at: Timestamp, interval: Interval, zone: &ZoneOffsets) -> Timestamp {
    let start = interval.start(at, zone);
    if start == at { start } else { interval.next(start, zone) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::NaiveDateTime;

    /// Berlin in 2026: summer time from 29 March to 25 October, changes at 01:00 UTC.
    fn berlin() -> ZoneOffsets {
        ZoneOffsets { first: 3600, changes: vec![(1_774_746_000, 7200), (1_792_890_000, 3600)] }
    }

    fn at(text: &str) -> Timestamp {
        let long = if text.len() == 10 { format!("{text} 00:00") } else { text.to_owned() };
        berlin().instant(NaiveDateTime::parse_from_str(&long, "%Y-%m-%d %H:%M").unwrap())
    }

    /// What the buckets that start at `starts` are: W, P or A.
    fn letters(
        (from, to): (&str, &str),
        data_end: &str,
        interval: Interval,
        starts: &[&str],
    ) -> String {
        let end = |text: &str| (!text.is_empty()).then(|| at(text));
        let reach = Reach { from: end(from), to: end(to), data_end: at(data_end) };
        let coverage = Coverage::of(reach, interval, &berlin());
        let letter = |start: &&str| match coverage.completeness(at(start)) {
            Completeness::Whole => 'W',
            Completeness::Part => 'P',
            Completeness::Ahead => 'A',
        };
        starts.iter().map(letter).collect()
    }

    const MONTHS: [&str; 4] = ["2026-08-01", "2026-09-01", "2026-10-01", "2026-11-01"];

    #[test]
    fn the_range_cuts_its_first_and_last_bucket() {
        let over = |range, end| letters(range, end, Interval::Month, &MONTHS);
        assert_eq!(over(("2026-08-19", "2026-11-04"), "2027-01-01"), "PWWP");
        assert_eq!(over(("2026-08-01", "2026-12-01"), "2027-01-01"), "WWWW");
        assert_eq!(over(("2026-08-01 00:01", "2026-11-30 23:59"), "2027-01-01"), "PWWP");
        assert_eq!(over(("2026-11-03", "2026-11-10"), "2027-01-01")[3..], *"P", "within one");
    }

    #[test]
    fn the_data_end_cuts_a_bucket_and_nothing_is_known_of_those_behind_it() {
        let over = |end| letters(("2026-08-01", "2026-12-01"), end, Interval::Month, &MONTHS);
        assert_eq!(over("2026-10-12 13:00"), "WWPA");
        assert_eq!(over("2026-10-01"), "WWAA", "exactly at the start of one");
        assert_eq!(over("2026-12-01"), "WWWW");
        let under_way = |to, end| {
            let reach = Reach { from: None, to: Some(at(to)), data_end: at(end) };
            Coverage::of(reach, Interval::Day, &berlin()).is_under_way
        };
        assert!(under_way("2026-10-13", "2026-10-12 13:00"));
        assert!(!under_way("2026-10-12 12:00", "2026-10-12 13:00"));
    }

    #[test]
    fn a_statement_without_the_range_is_cut_by_the_data_alone() {
        let over = |range| letters(range, "2026-11-16", Interval::Month, &MONTHS);
        assert_eq!(over(("", "")), "WWWP");
        assert_eq!(over(("", "2026-10-16")), "WWPP", "all up to the range's end");
    }

    #[test]
    fn weeks_begin_on_mondays_and_days_at_the_zones_midnight() {
        // 19 August 2026 is a Wednesday.
        let weeks = ["2026-08-17", "2026-08-24", "2026-08-31"];
        let over = |from| letters((from, "2026-09-07"), "2027-01-01", Interval::Week, &weeks);
        assert_eq!(over("2026-08-19"), "PWW");
        assert_eq!(over("2026-08-17"), "WWW");
        // The day of 25 hours is whole only at its own midnight, 25 hours after its start.
        let days = ["2026-10-24", "2026-10-25", "2026-10-26"];
        let over = |end| letters(("", ""), end, Interval::Day, &days);
        assert_eq!(over("2026-10-25 23:00"), "WPA");
        assert_eq!(over("2026-10-26"), "WWA");
        let hours = ["2026-10-25 22:00", "2026-10-25 23:00"];
        assert_eq!(letters(("", ""), "2026-10-25 23:30", Interval::Hour, &hours), "WP");
    }

    #[test]
    fn it_stays_the_same_while_the_data_end_moves_within_a_bucket() {
        let coverage = |end| {
            let reach = Reach { from: Some(at("2026-08-19")), to: None, data_end: at(end) };
            Coverage::of(reach, Interval::Week, &berlin())
        };
        assert_eq!(coverage("2026-11-16 00:01"), coverage("2026-11-22 23:59"));
        assert_ne!(coverage("2026-11-16 00:00"), coverage("2026-11-16 00:01"));
    }

    #[test]
    fn a_bucket_touches_the_range_that_it_overlaps() {
        let reach = Reach {
            from: Some(at("2026-08-19")),
            to: Some(at("2026-09-07")),
            data_end: at("2027-01-01"),
        };
        let touches = |start| reach.touches(at(start), Interval::Week, &berlin());
        assert!(touches("2026-08-17") && touches("2026-08-31"));
        assert!(!touches("2026-08-10") && !touches("2026-09-07"));
        assert!(reach.without_range().touches(at("2020-01-06"), Interval::Week, &berlin()));
    }
}
