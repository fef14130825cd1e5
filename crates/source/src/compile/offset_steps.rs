//! A number for each instant, as a step function: a zone's offsets, in as little SQL as can be. Pure.
//!
//! The instant is written once where a database has a function that searches a list; it may be a
//! long expression, and zones have hundreds of changes.

use crate::Dialect;
use crate::macros::fixed;
use crate::segments::{Segments, Stretch};
use brisk_domain::{Bounds, Interval, Timestamp, ZoneOffsets};
use std::fmt::Write as _;

/// Which number holds from which second on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Lookup {
    first: i64,
    rest: Vec<(i64, i64)>,
}

/// In SQLite so many changes are looked at one after the other, which is shorter than to halve them.
const IN_A_ROW: usize = 12;

impl Lookup {
    /// The zone's offset at each instant.
    pub(crate) fn offsets(zone: &ZoneOffsets) -> Self {
        let changes = zone.changes.iter().map(|(at, offset)| (*at, i64::from(*offset)));
        Self::of(i64::from(zone.first), changes)
    }

    /// What leads from the reading at which the bucket of each instant starts to the instant of it:
    /// the offset from before a change until the bucket ends in which that was.
    pub(crate) fn starts(interval: Interval, zone: &ZoneOffsets) -> Self {
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

    fn of(first: i64, steps: impl Iterator<Item = (i64, i64)>) -> Self {
        let mut last = first;
        let rest = steps.filter(|(_, number)| std::mem::replace(&mut last, *number) != *number);
        Self { first, rest: rest.collect() }
    }

    /// Only what holds within `bounds`.
    pub(crate) fn within(&self, bounds: Bounds) -> Self {
        let (from, to) = (bounds.from.seconds(), bounds.to.seconds());
        let start = self.rest.partition_point(|(at, _)| *at <= from);
        let end = self.rest.partition_point(|(at, _)| *at < to).max(start);
        let first = start.checked_sub(1).map_or(self.first, |before| self.rest[before].1);
        Self { first, rest: self.rest[start..end].to_vec() }
    }

    /// The number, if it is one for all instants.
    pub(crate) fn constant(&self) -> Option<i64> {
        self.rest.is_empty().then_some(self.first)
    }

    /// How often `seconds` is written.
    pub(crate) fn repeats(&self, dialect: Dialect) -> usize {
        if dialect == Dialect::Sqlite { self.rest.len() * 2 } else { 1 }
    }

    /// SQL for the number at `seconds`.
    pub(crate) fn sql(&self, dialect: Dialect, seconds: &str) -> String {
        if self.rest.is_empty() {
            return fixed(self.first);
        }
        let steps = || {
            let steps: Vec<String> = self.rest.iter().map(|(at, _)| at.to_string()).collect();
            steps.join(",")
        };
        let passed = match dialect {
            Dialect::Sqlite => {
                let mut sql = "(".to_owned();
                write_cases(seconds, self.first, &self.rest, &mut sql);
                sql.push(')');
                return sql;
            }
            Dialect::Postgres => format!("width_bucket({seconds}, array[{}]::bigint[])", steps()),
            Dialect::MySql => format!("interval({seconds}, {})", steps()),
        };
        // Summer and winter: no list of them is needed.
        let other = self.rest[0].1;
        let in_turns = |(i, (_, number)): (usize, &(i64, i64))| {
            *number == if i % 2 == 0 { other } else { self.first }
        };
        if self.rest.iter().enumerate().all(in_turns) {
            return format!("({} + ({}) * ({passed} % 2))", self.first, other - self.first);
        }
        let numbers = std::iter::once(self.first).chain(self.rest.iter().map(|(_, n)| *n));
        let numbers: Vec<String> = numbers.map(|number| number.to_string()).collect();
        let numbers = numbers.join(",");
        match dialect {
            Dialect::Postgres => format!("(array[{numbers}])[{passed} + 1]"),
            _ => format!("cast(elt(({passed}) + 1, {numbers}) as signed)"),
        }
    }
}

fn write_cases(seconds: &str, first: i64, rest: &[(i64, i64)], out: &mut String) {
    // Writing to a string cannot fail.
    if rest.len() <= IN_A_ROW {
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
    fn starts_follow_from_the_wall_clock_and_the_looked_up_number() {
        let at = Timestamp::from_seconds;
        for name in ["Europe/London", "America/Sao_Paulo", "America/Havana", "Pacific/Apia"] {
            let zone = ZoneName::parse(name).unwrap().offsets(at(0), at(2_000_000_000));
            for interval in [Interval::Day, Interval::Week, Interval::Month, Interval::Year] {
                let lookup = Lookup::starts(interval, &zone);
                assert!(lookup.rest.len() <= zone.changes.len() * 2, "{name} {interval:?}");
                for (change, _) in &zone.changes {
                    for away in (-180_000..180_000).step_by(1_800) {
                        let instant = at(change + away);
                        let wall = interval.floor(zone.local(instant)).and_utc().timestamp();
                        let passed =
                            lookup.rest.partition_point(|(from, _)| *from <= change + away);
                        let number = passed.checked_sub(1).map(|i| lookup.rest[i].1);
                        let start = wall - number.unwrap_or(lookup.first);
                        let expected = interval.start(instant, &zone).seconds();
                        assert_eq!(start, expected, "{name} {interval:?} {instant:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_negative_number_begins_no_comment() {
        let lookup = Lookup { first: -7, rest: vec![] };
        assert_eq!(lookup.sql(Dialect::Postgres, "t"), "(-7)");
    }
}
