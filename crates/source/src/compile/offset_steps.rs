//! A zone's offsets as a step function of the instant, to be written in as little SQL as possible.
//! Pure.
//!
//! Zones have hundreds of changes, and the instant may be a long expression: a database with a
//! function that searches a list repeats it only once.

use super::segments::{Segments, Stretch};
use brisk_domain::{Bounds, Interval, Timestamp, ZoneOffsets};
use std::fmt::Write as _;

/// Values, each from its second on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OffsetSteps {
    first: i64,
    rest: Vec<(i64, i64)>,
}

/// Before every time that a database has, in seconds.
const BEFORE_ALL: i64 = -1_000_000_000_000;
/// Up to this many steps are compared one after another, which is shorter than a binary search.
const LINEAR: usize = 12;

impl OffsetSteps {
    /// The zone's offset at each instant.
    pub(crate) fn offsets(zone: &ZoneOffsets) -> Self {
        let changes = zone.changes.iter().map(|(at, offset)| (*at, i64::from(*offset)));
        Self::of(i64::from(zone.first), changes)
    }

    /// For each instant, the offset at the start of its bucket. It differs from the instant's own
    /// from a change of the offset until the end of the bucket that the change falls into.
    pub(crate) fn at_bucket_starts(interval: Interval, zone: &ZoneOffsets) -> Self {
        let Segments { first, rest } = Segments::starts(interval, zone);
        let offset = |at: i64, stretch| match stretch {
            Stretch::Offset(offset) => i64::from(offset),
            Stretch::Start(start) => {
                let wall = interval.floor(zone.local(Timestamp::from_seconds(at)));
                wall.and_utc().timestamp() - start
            }
        };
        Self::of(offset(0, first), rest.into_iter().map(|(at, s)| (at, offset(at, s))))
    }

    /// For each instant, the last change of the clock within a bucket of that width, before which no bucket that it
    /// begins may start; `None` if there is none.
    pub(crate) fn cuts(interval: Interval, zone: &ZoneOffsets) -> Option<Self> {
        let begins_within = |(at, offset): &&(i64, i32)| {
            (at + i64::from(*offset)).rem_euclid(interval.seconds()) != 0
        };
        let is_fine = matches!(interval, Interval::Minute | Interval::Hour);
        let changes = zone.changes.iter().filter(begins_within).filter(|_| is_fine);
        let cuts = Self::of(BEFORE_ALL, changes.map(|(at, _)| (*at, *at)));
        (cuts.len() > 0).then_some(cuts)
    }

    /// For stretches over wall-clock times that give instants: the offset at each time, and the instant at
    /// which the clock was last put forward, which is the least that the time can mean. `None` if that does
    /// not describe them.
    pub(crate) fn of_wall_times(segments: &Segments) -> Option<(Self, Self)> {
        let Stretch::Offset(first) = segments.first else { return None };
        let (mut offsets, mut changes) = (Vec::new(), Vec::new());
        let mut rest = segments.rest.iter();
        while let Some((from, stretch)) = rest.next() {
            match *stretch {
                Stretch::Offset(offset) => offsets.push((*from, i64::from(offset))),
                Stretch::Start(instant) => match rest.next() {
                    // From then on the clock shows the times after the skipped ones.
                    Some((until, Stretch::Offset(offset)))
                        if until - i64::from(*offset) == instant =>
                    {
                        offsets.push((*from, i64::from(*offset)));
                        changes.push((*from, instant));
                    }
                    _ => return None,
                },
            }
        }
        Some((
            Self::of(i64::from(first), offsets.into_iter()),
            Self::of(BEFORE_ALL, changes.into_iter()),
        ))
    }

    fn of(first: i64, steps: impl Iterator<Item = (i64, i64)>) -> Self {
        let mut last = first;
        let rest = steps.filter(|(_, value)| std::mem::replace(&mut last, *value) != *value);
        Self { first, rest: rest.collect() }
    }

    /// Only the steps that matter within `bounds`.
    pub(crate) fn within(&self, bounds: Bounds) -> Self {
        let (from, to) = (bounds.from.seconds(), bounds.to.seconds());
        let start = self.rest.partition_point(|(at, _)| *at <= from);
        let end = self.rest.partition_point(|(at, _)| *at < to).max(start);
        let first = start.checked_sub(1).map_or(self.first, |before| self.rest[before].1);
        Self { first, rest: self.rest[start..end].to_vec() }
    }

    /// The value at `seconds`.
    pub(crate) fn at(&self, seconds: i64) -> i64 {
        let passed = self.rest.partition_point(|(at, _)| *at <= seconds);
        passed.checked_sub(1).map_or(self.first, |i| self.rest[i].1)
    }

    /// The value, if it is the same for all instants.
    pub(crate) fn constant(&self) -> Option<i64> {
        self.rest.is_empty().then_some(self.first)
    }

    /// The number of steps.
    pub(crate) fn len(&self) -> usize {
        self.rest.len()
    }

    /// The seconds at which the steps begin, separated by commas.
    pub(crate) fn starts(&self) -> String {
        let starts: Vec<String> = self.rest.iter().map(|(at, _)| at.to_string()).collect();
        starts.join(",")
    }

    /// The value where `passed` is SQL for the number of steps begun so far; `pick` writes how the
    /// element after that many is taken from a list.
    pub(crate) fn looked_up(&self, passed: &str, pick: impl FnOnce(&str) -> String) -> String {
        // Summer and winter time alternate, which needs no list.
        if let Some((_, other)) = self.rest.first() {
            let alternates = |(i, (_, value)): (usize, &(i64, i64))| {
                *value == if i % 2 == 0 { *other } else { self.first }
            };
            if self.rest.iter().enumerate().all(alternates) {
                return format!("({} + ({}) * ({passed} % 2))", self.first, other - self.first);
            }
        }
        let values = std::iter::once(self.first).chain(self.rest.iter().map(|(_, value)| *value));
        let values: Vec<String> = values.map(|value| value.to_string()).collect();
        pick(&values.join(","))
    }

    /// The value at `seconds` in nested `case` expressions, for databases that cannot search a list.
    pub(crate) fn nested_cases(&self, seconds: &str) -> String {
        let mut sql = "(".to_owned();
        write_cases(seconds, self.first, &self.rest, &mut sql);
        sql.push(')');
        sql
    }
}

/// Whether the bucket of a wall-clock time starts when the clock shows that time truncated to the
/// interval. For buckets of up to an hour it does not if the clock is put forward from or to the middle
/// of a bucket, which then begins at a skipped time, or put back from the middle of one.
pub(crate) fn is_cut_by_reading(interval: Interval, zone: &ZoneOffsets) -> bool {
    let mut offset = zone.first;
    let is_whole = |(at, next): &(i64, i32)| {
        let before = at + i64::from(std::mem::replace(&mut offset, *next));
        let after = at + i64::from(*next);
        let is_start = |wall: i64| wall % interval.seconds() == 0;
        is_start(before) && (after < before || is_start(after))
    };
    !matches!(interval, Interval::Minute | Interval::Hour) || zone.changes.iter().all(is_whole)
}

/// A number literal that can stand after an operator: a second minus would begin a comment.
pub(crate) fn number(number: i64) -> String {
    if number < 0 { format!("({number})") } else { number.to_string() }
}

fn write_cases(seconds: &str, first: i64, rest: &[(i64, i64)], out: &mut String) {
    // Writing to a string cannot fail.
    if rest.len() <= LINEAR {
        out.push_str("case");
        let mut number = first;
        for (at, next) in rest {
            let _ = write!(out, " when {seconds}<{at} then {number}");
            number = *next;
        }
        let _ = write!(out, " else {number} end");
        return;
    }
    let middle = rest.len() / 2;
    let (at, number) = rest[middle];
    let _ = write!(out, "case when {seconds}<{at} then ");
    write_cases(seconds, first, &rest[..middle], out);
    out.push_str(" else ");
    write_cases(seconds, number, &rest[middle + 1..], out);
    out.push_str(" end");
}

#[cfg(test)]
mod tests {
    use super::*;
    use brisk_domain::ZoneName;

    #[test]
    fn starts_follow_from_the_wall_clock_and_the_step_value() {
        let at = Timestamp::from_seconds;
        for name in ["Europe/London", "America/Sao_Paulo", "America/Havana", "Pacific/Apia"] {
            let zone = ZoneName::parse(name).unwrap().offsets(at(0), at(2_000_000_000));
            for interval in [Interval::Day, Interval::Week, Interval::Month, Interval::Year] {
                let steps = OffsetSteps::at_bucket_starts(interval, &zone);
                assert!(steps.rest.len() <= zone.changes.len() * 2, "{name} {interval:?}");
                for (change, _) in &zone.changes {
                    for away in (-180_000..180_000).step_by(1_800) {
                        let instant = at(change + away);
                        let wall = interval.floor(zone.local(instant)).and_utc().timestamp();
                        let start = wall - steps.at(change + away);
                        let expected = interval.start(instant, &zone).seconds();
                        assert_eq!(start, expected, "{name} {interval:?} {instant:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_change_within_an_hour_keeps_readings_from_being_cut() {
        let at = Timestamp::from_seconds;
        for (name, hours, minutes) in [
            ("Europe/London", true, true),
            // Put back by 9 min 21 s at a midnight, in 1911.
            ("Europe/Paris", true, true),
            // Put forward by half an hour.
            ("Australia/Lord_Howe", false, true),
            // A minute past midnight, by an hour.
            ("America/St_Johns", false, false),
        ] {
            let zone =
                ZoneName::parse(name).unwrap().offsets(at(-1_861_920_000), at(2_000_000_000));
            assert_eq!(is_cut_by_reading(Interval::Hour, &zone), hours, "{name}");
            assert_eq!(is_cut_by_reading(Interval::Minute, &zone), minutes, "{name}");
            assert!(is_cut_by_reading(Interval::Day, &zone), "{name}");
        }
    }

    #[test]
    fn a_negative_number_begins_no_comment() {
        assert_eq!(number(-7), "(-7)");
    }
}
