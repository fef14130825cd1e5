//! `$local`: columns that hold the time of the dashboard's own wall clock, without a time zone.
//! Pure.
//!
//! A wall-clock time that occurs twice means its first occurrence; one that is skipped means the
//! instant at which the clock was put forward, as in [`ZoneOffsets::instant`]. So instants never go
//! backwards as wall-clock times go on, and a range of instants is a range of wall-clock times,
//! which `$range` compares the bare column with.

use super::macros::{MacroZone, TooLong, bucket_of, by_stretch, part_of};
use super::offset_steps::{OffsetSteps, number};
use super::segments::{Segments, Stretch};
use crate::dialect::Dialect;
use crate::syntax::Part;
use brisk_domain::{Interval, Timestamp, ZoneOffsets};
use std::fmt::Write as _;

/// `$local`: the instant at which the wall clock shows `expr`, to the second.
pub(crate) fn instant(
    dialect: Dialect,
    expr: &str,
    zone: &MacroZone<'_>,
) -> Result<String, TooLong> {
    let wall = dialect.syntax().wall_seconds(expr);
    let segments = Segments::offsets(zone.offsets).over_wall_times(zone.offsets, |change| change);
    if let Some((offsets, changes)) = OffsetSteps::of_wall_times(&segments)
        && dialect.syntax().step_value_repeats(&offsets) == 1
    {
        return Ok(dialect.syntax().instant(&by_lists(dialect, &wall, &offsets, &changes)));
    }
    let write = |stretch, out: &mut String| match stretch {
        Stretch::Start(instant) => _ = write!(out, "{instant}"),
        Stretch::Offset(offset) => _ = write!(out, "{wall} - {}", number(i64::from(offset))),
    };
    Ok(dialect.syntax().instant(&by_stretch(&segments, &wall, zone.wall_focus.as_ref(), write)?))
}

/// The instant of the wall-clock time `wall`, whose offset the database finds in a list; it is never before
/// the change at which the clock was put forward.
fn by_lists(dialect: Dialect, wall: &str, offsets: &OffsetSteps, changes: &OffsetSteps) -> String {
    let value = |steps: &OffsetSteps| match steps.constant() {
        Some(value) => number(value),
        None => dialect.syntax().step_value(steps, wall),
    };
    let instant = format!("{wall} - {}", value(offsets));
    match changes.constant() {
        Some(_) => instant,
        None => format!("greatest({}, {instant})", value(changes)),
    }
}

/// `$bucket($local(expr))`: the start of the bucket that this instant falls into.
pub(crate) fn bucket(
    dialect: Dialect,
    expr: &str,
    interval: Interval,
    zone: &MacroZone<'_>,
) -> Result<String, TooLong> {
    let start = |change| interval.start(Timestamp::from_seconds(change), zone.offsets).seconds();
    let segments = match interval {
        Interval::Minute | Interval::Hour => Segments::offsets(zone.offsets),
        _ => Segments::starts(interval, zone.offsets),
    };
    let segments = segments.over_wall_times(zone.offsets, start);
    let wall = dialect.syntax().wall_seconds(expr);
    let write = |stretch, out: &mut String| match stretch {
        Stretch::Start(start) => _ = write!(out, "{start}"),
        Stretch::Offset(offset) => {
            bucket_of(dialect, &wall, interval, out);
            let _ = write!(out, " - {}", number(i64::from(offset)));
        }
    };
    Ok(dialect.syntax().instant(&by_stretch(&segments, &wall, zone.wall_focus.as_ref(), write)?))
}

/// `$year($local(expr))` and the like: the part of the time as written, whatever the zone.
pub(crate) fn part(dialect: Dialect, part: Part, expr: &str) -> String {
    part_of(dialect, part, &dialect.syntax().wall_seconds(expr))
}

/// `$range($local(expr))`: whether the wall-clock time lies in the half-open range between two bound
/// ones.
pub(crate) fn range(dialect: Dialect, expr: &str, from: &str, to: &str) -> String {
    dialect.syntax().wall_range(expr, from, to)
}

/// Whether the text `expr`, a time in any form, is on a day of the range between two bound instants or on an
/// adjacent day: SQLite finds these by an index on the column.
pub(crate) fn days(expr: &str, from: &str, to: &str) -> String {
    format!(
        "({expr}) >= date({from}, 'unixepoch', '-1 day') and ({expr}) < date({to}, 'unixepoch', '+2 days')"
    )
}

/// The least wall-clock time whose instant is not before `instant`, both in seconds.
pub(crate) fn first_wall_time(offsets: &ZoneOffsets, instant: i64) -> i64 {
    let segments = Segments::offsets(offsets).over_wall_times(offsets, |change| change);
    segments.first_wall_time(instant)
}

#[cfg(test)]
mod tests {
    use super::*;
    use brisk_domain::ZoneName;

    #[test]
    fn the_first_wall_time_of_an_instant_divides_all_wall_times() {
        let at = Timestamp::from_seconds;
        for name in ["UTC", "Europe/London", "America/Sao_Paulo", "America/Havana", "Pacific/Apia"]
        {
            let zone = ZoneName::parse(name).unwrap().offsets(at(0), at(2_000_000_000));
            for (change, _) in zone.changes.iter().chain(&[(1_000_000_000, 0)]) {
                for away in (-180_000..180_000).step_by(1_799) {
                    let instant = change + away;
                    let first = first_wall_time(&zone, instant);
                    let of = |wall: i64| {
                        let wall = chrono::DateTime::from_timestamp(wall, 0).unwrap();
                        zone.instant(wall.naive_utc()).seconds()
                    };
                    assert!(of(first) >= instant, "{name} {instant}");
                    assert!(of(first - 1) < instant, "{name} {instant}");
                }
            }
        }
    }

    #[test]
    fn every_dialect_can_say_it_and_leaves_the_column_alone_in_ranges() {
        let london = ZoneOffsets { first: 0, changes: vec![(1_301_187_600, 3600)] };
        let zone = MacroZone { offsets: &london, focus: None, wall_focus: None, is_cut: false };
        for dialect in Dialect::ALL {
            // The parser knows `interval` as a length of time only, not as MySQL's function.
            let parse = |sql: &str| {
                let sql = format!("select {}", sql.replace("interval(", "greatest("));
                sqlparser::parser::Parser::parse_sql(dialect.syntax().grammar(), &sql)
            };
            let mut all = vec![instant(dialect, "at", &zone), Ok(range(dialect, "at", "1", "2"))];
            all.extend(Interval::ALL.map(|interval| bucket(dialect, "at", interval, &zone)));
            let parts = [Part::Year, Part::Month, Part::Weekday, Part::Hour];
            all.extend(parts.map(|name| Ok(part(dialect, name, "at"))));
            for sql in all {
                let sql = sql.unwrap();
                assert!(parse(&sql).is_ok(), "{dialect:?}: {sql}");
            }
            let range = range(dialect, "at", "1", "2");
            assert!(range.starts_with("((at) >= ") && range.contains(" and (at) < "), "{range}");
        }
    }
}
