//! The line of instants cut at a zone's changes, for SQL that knows no zones. Pure.
//!
//! Between two changes the wall clock is the instant plus a constant, and buckets are plain
//! arithmetic. Only a bucket in which the clock changed is special: after the change its start
//! still has the old offset. It is one bucket per change, so its start is written down.

use brisk_domain::{Bounds, Interval, Timestamp, ZoneOffsets};
use std::fmt::Write as _;

/// What holds between two cuts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stretch {
    /// The wall clock is this many seconds ahead of the instant.
    Offset(i32),
    /// All instants belong to the bucket that starts at this one.
    Start(i64),
}

/// All instants, cut into stretches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Segments {
    pub(crate) first: Stretch,
    /// The further stretches, each with the second from which it holds, in order.
    pub(crate) rest: Vec<(i64, Stretch)>,
}

impl Segments {
    /// The zone's offsets as they are.
    pub(crate) fn offsets(zone: &ZoneOffsets) -> Self {
        let changes = zone.changes.iter();
        Self {
            first: Stretch::Offset(zone.first),
            rest: changes.map(|(from, offset)| (*from, Stretch::Offset(*offset))).collect(),
        }
    }

    /// The offsets that lead to the start of each bucket of that width, from a day on: where
    /// arithmetic with the offset would miss the start, the start itself.
    pub(crate) fn starts(interval: Interval, zone: &ZoneOffsets) -> Self {
        let mut rest = Vec::with_capacity(zone.changes.len() * 2);
        for (i, (from, offset)) in zone.changes.iter().enumerate() {
            let near = near(zone, i);
            let until = zone.changes.get(i + 1).map_or(i64::MAX, |next| next.0);
            let mut at = *from;
            let mut wall = interval.floor(near.local(Timestamp::from_seconds(at)));
            loop {
                let start = near.instant(wall).seconds();
                if start == wall.and_utc().timestamp() - i64::from(*offset) {
                    rest.push((at, Stretch::Offset(*offset)));
                    break;
                }
                rest.push((at, Stretch::Start(start)));
                wall = interval.step(wall, 1);
                let next = wall.and_utc().timestamp() - i64::from(*offset);
                if next >= until || next <= at {
                    break;
                }
                at = next;
            }
        }
        Self { first: Stretch::Offset(zone.first), rest }
    }

    /// The same over wall-clock times, in seconds as if the clock stood in UTC. A time that occurs
    /// twice means its first occurrence; a skipped one means what `missing` returns for the instant
    /// at which the clock was put forward.
    pub(crate) fn over_wall_times(self, zone: &ZoneOffsets, missing: impl Fn(i64) -> i64) -> Self {
        let mut wall_times = Self { first: self.first, rest: Vec::with_capacity(self.rest.len()) };
        // All earlier wall-clock times have their stretch.
        let mut covered = i64::MIN;
        let mut offset = i64::from(zone.first);
        for (at, stretch) in self.rest {
            covered = covered.max(at + offset);
            offset = i64::from(zone.at(Timestamp::from_seconds(at)));
            if at + offset > covered {
                wall_times.push(covered, Stretch::Start(missing(at)));
                covered = at + offset;
            }
            wall_times.push(covered, stretch);
        }
        wall_times
    }

    /// Adds a stretch in place of one that began at the same second and so is empty.
    fn push(&mut self, from: i64, stretch: Stretch) {
        self.rest.pop_if(|(last, _)| *last == from);
        self.rest.push((from, stretch));
    }

    /// For stretches over wall-clock times that give instants: the least wall-clock time whose
    /// instant is not before `instant`.
    pub(crate) fn first_wall_time(&self, instant: i64) -> i64 {
        let mut begins = i64::MIN;
        let mut stretch = self.first;
        for (ends, next) in &self.rest {
            if let Some(wall) = first_in(begins, stretch, instant)
                && wall < *ends
            {
                return wall;
            }
            (begins, stretch) = (*ends, *next);
        }
        first_in(begins, stretch, instant).unwrap_or(begins)
    }

    /// Only the stretches of the seconds from `from` up to, but excluding, `to`.
    fn between(&self, from: i64, to: i64) -> Self {
        let start = self.rest.partition_point(|(at, _)| *at <= from);
        let end = self.rest.partition_point(|(at, _)| *at < to).max(start);
        let first = start.checked_sub(1).map_or(self.first, |before| self.rest[before].1);
        Self { first, rest: self.rest[start..end].to_vec() }
    }

    /// What the stretch of `seconds` maps them to, if offsets lead back to the instant of a wall-clock
    /// time.
    pub(crate) fn start(&self, seconds: i64) -> i64 {
        let passed = self.rest.partition_point(|(from, _)| *from <= seconds);
        match passed.checked_sub(1).map_or(self.first, |i| self.rest[i].1) {
            Stretch::Start(start) => start,
            Stretch::Offset(offset) => seconds - i64::from(offset),
        }
    }

    /// The number of stretches.
    pub(crate) fn len(&self) -> usize {
        self.rest.len() + 1
    }

    /// SQL that finds the stretch of `seconds` by binary search in nested `case` expressions.
    /// Those within `focus` are tried first.
    pub(crate) fn search(
        &self,
        seconds: &str,
        focus: Option<&Focus>,
        out: &mut String,
        write: &mut impl FnMut(Stretch, &mut String),
    ) {
        // The parentheses keep arithmetic around the `case` intact.
        out.push('(');
        match focus.filter(|_| !self.rest.is_empty()) {
            None => search(seconds, self.first, &self.rest, out, write),
            Some(Focus { bounds, from, to }) => {
                let near = self.between(bounds.from.seconds(), bounds.to.seconds());
                let _ = write!(out, "case when {seconds} >= {from} and {seconds} < {to} then ");
                search(seconds, near.first, &near.rest, out, write);
                out.push_str(" else ");
                search(seconds, self.first, &self.rest, out, write);
                out.push_str(" end");
            }
        }
        out.push(')');
    }
}

/// The bounds of a statement's range: most of what it reads lies there, among a few changes
/// instead of hundreds.
#[derive(Debug, Clone)]
pub(crate) struct Focus {
    /// The bounds.
    pub(crate) bounds: Bounds,
    /// The placeholder of their start, in whole seconds.
    pub(crate) from: String,
    /// The placeholder of their end, in whole seconds.
    pub(crate) to: String,
}

/// The least wall-clock time from `begins` on whose instant is not before `instant`, on a stretch
/// without an end.
fn first_in(begins: i64, stretch: Stretch, instant: i64) -> Option<i64> {
    match stretch {
        Stretch::Start(start) => (start >= instant).then_some(begins),
        Stretch::Offset(offset) => Some(begins.max(instant.saturating_add(i64::from(offset)))),
    }
}

fn search(
    seconds: &str,
    first: Stretch,
    rest: &[(i64, Stretch)],
    out: &mut String,
    write: &mut impl FnMut(Stretch, &mut String),
) {
    let middle = rest.len() / 2;
    let Some((from, after)) = rest.get(middle) else {
        return write(first, out);
    };
    // Writing to a string cannot fail.
    let _ = write!(out, "case when {seconds} < {from} then ");
    search(seconds, first, &rest[..middle], out, write);
    out.push_str(" else ");
    search(seconds, *after, &rest[middle + 1..], out, write);
    out.push_str(" end");
}

/// The offsets within two years of change `i`: all that its bucket can depend on, and few enough
/// to keep the search in [`ZoneOffsets::instant`] short.
fn near(zone: &ZoneOffsets, i: usize) -> ZoneOffsets {
    const TWO_YEARS: i64 = 2 * 366 * 86_400;
    let (at, _) = zone.changes[i];
    let start = zone.changes.partition_point(|(from, _)| *from < at - TWO_YEARS);
    let end = zone.changes.partition_point(|(from, _)| *from <= at + TWO_YEARS);
    ZoneOffsets {
        first: match start.checked_sub(1) {
            Some(before) => zone.changes[before].1,
            None => zone.first,
        },
        changes: zone.changes[start..end].to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone(name: &str) -> ZoneOffsets {
        let at = Timestamp::from_seconds;
        brisk_domain::ZoneName::parse(name).unwrap().offsets(at(0), at(3_155_760_000))
    }

    /// What the SQL does, in Rust.
    fn start(segments: &Segments, interval: Interval, at: i64) -> i64 {
        let passed = segments.rest.partition_point(|(from, _)| *from <= at);
        let stretch = passed.checked_sub(1).map_or(segments.first, |i| segments.rest[i].1);
        match stretch {
            Stretch::Start(start) => start,
            Stretch::Offset(offset) => {
                let wall = chrono::DateTime::from_timestamp(at + i64::from(offset), 0).unwrap();
                let floor = interval.floor(wall.naive_utc()).and_utc().timestamp();
                floor - i64::from(offset)
            }
        }
    }

    #[test]
    fn bucket_starts_are_right_around_every_change_of_awkward_zones() {
        // Midnight skipped (Sao Paulo), doubled (Havana) or crossed again a minute later (St
        // Johns), half-hour changes (Lord Howe), four changes a year (Casablanca), a skipped day
        // (Apia).
        let zones = [
            "UTC",
            "Europe/London",
            "America/New_York",
            "America/Sao_Paulo",
            "America/Havana",
            "America/St_Johns",
            "Australia/Lord_Howe",
            "Africa/Casablanca",
            "Asia/Kolkata",
            "Pacific/Apia",
        ];
        for name in zones {
            let zone = zone(name);
            for interval in &Interval::ALL[2..] {
                let segments = Segments::starts(*interval, &zone);
                for (change, _) in &zone.changes {
                    for step in -60..60 {
                        for at in [change + step * 1800, change + step * 1800 - 1] {
                            let expected = interval.start(Timestamp::from_seconds(at), &zone);
                            let found = start(&segments, *interval, at);
                            assert_eq!(found, expected.seconds(), "{name} {interval:?} {at}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn a_zone_without_changes_needs_no_case() {
        let mut sql = String::new();
        Segments::offsets(&ZoneOffsets::utc())
            .search("t", None, &mut sql, &mut |_, sql| sql.push('0'));
        assert_eq!(sql, "(0)");
    }
}
