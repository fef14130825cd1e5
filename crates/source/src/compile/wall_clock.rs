//! `$local`: columns that hold what the dashboard's own wall clock reads, without saying in which
//! zone. Pure.
//!
//! What the wall clock reads twice is the first time; what it never reads, because it was put
//! forward, is the moment at which it was: as [`ZoneOffsets::instant`] has it. So instants follow
//! readings without going back, and a range of instants is one of readings, which `$range` compares
//! the bare column with.

use crate::Dialect;
use crate::macros::{Part, WallClock};
use crate::macros::{TooLong, bucket_of, fixed, part_of, seconds_of};
use crate::segments::{Segments, Stretch};
use crate::time_columns::TimeColumn;
use brisk_domain::{Interval, Timestamp, ZoneOffsets};
use std::fmt::Write as _;

/// The reading `expr` in seconds, as if the wall stood in UTC.
fn seconds(dialect: Dialect, expr: &str) -> String {
    match dialect {
        // There it is text.
        Dialect::Sqlite => TimeColumn::Text.instant(dialect, expr),
        Dialect::Postgres | Dialect::MySql => dialect.seconds(expr),
    }
}

/// `$local`: the instant at which the wall clock reads `expr`, to the second.
pub fn instant(dialect: Dialect, expr: &str, clock: &WallClock<'_>) -> Result<String, TooLong> {
    let reading = seconds(dialect, expr);
    let segments = Segments::offsets(clock.offsets).of_readings(clock.offsets, |change| change);
    let write = |stretch, out: &mut String| match stretch {
        Stretch::Start(instant) => _ = write!(out, "{instant}"),
        Stretch::Offset(offset) => _ = write!(out, "{reading} - {}", fixed(i64::from(offset))),
    };
    Ok(dialect.instant(&seconds_of(&segments, &reading, clock.reading_focus.as_ref(), write)?))
}

/// `$bucket($local(expr))`: the start of the bucket that holds that instant.
pub fn bucket(
    dialect: Dialect,
    expr: &str,
    interval: Interval,
    clock: &WallClock<'_>,
) -> Result<String, TooLong> {
    let start = |change| interval.start(Timestamp::from_seconds(change), clock.offsets).seconds();
    let segments = match interval {
        Interval::Minute | Interval::Hour => Segments::offsets(clock.offsets),
        _ => Segments::starts(interval, clock.offsets),
    };
    let segments = segments.of_readings(clock.offsets, start);
    let reading = seconds(dialect, expr);
    let write = |stretch, out: &mut String| match stretch {
        Stretch::Start(start) => _ = write!(out, "{start}"),
        Stretch::Offset(offset) => {
            bucket_of(dialect, &reading, interval, out);
            let _ = write!(out, " - {}", fixed(i64::from(offset)));
        }
    };
    Ok(dialect.instant(&seconds_of(&segments, &reading, clock.reading_focus.as_ref(), write)?))
}

/// `$year($local(expr))` and the others: the reading's own, unless it is one that never was.
pub fn part(
    dialect: Dialect,
    part: Part,
    expr: &str,
    clock: &WallClock<'_>,
) -> Result<String, TooLong> {
    let offsets = clock.offsets;
    let after = |change| change + i64::from(offsets.at(Timestamp::from_seconds(change)));
    let segments = Segments::offsets(offsets).of_readings(offsets, after).without_offsets();
    let reading = seconds(dialect, expr);
    let write = |stretch, out: &mut String| match stretch {
        Stretch::Start(reading) => _ = write!(out, "{reading}"),
        Stretch::Offset(_) => out.push_str(&reading),
    };
    let wall = seconds_of(&segments, &reading, clock.reading_focus.as_ref(), write)?;
    Ok(part_of(dialect, part, &wall))
}

/// `$range($local(expr))`: whether the reading lies between two bound ones, without the second one.
pub fn range(dialect: Dialect, expr: &str, from: &str, to: &str) -> String {
    let wall = |seconds: &str| match dialect {
        Dialect::Postgres => format!("(to_timestamp(({seconds})::bigint) at time zone 'UTC')"),
        Dialect::Sqlite | Dialect::MySql => dialect.instant(seconds),
    };
    let (from, to) = (wall(from), wall(to));
    match dialect {
        // Texts may be days alone, and have a blank or a `T` in them: an index on the column finds
        // the days, and the times are compared as numbers.
        Dialect::Sqlite => {
            let reading = seconds(dialect, expr);
            format!(
                "(({expr}) >= date({from}, 'unixepoch') \
                 and ({expr}) < date({to}, 'unixepoch', '+1 day') \
                 and {reading} >= {from} and {reading} < {to})"
            )
        }
        Dialect::Postgres | Dialect::MySql => {
            format!("(({expr}) >= {from} and ({expr}) < {to})")
        }
    }
}

/// The least reading whose instant is not before `instant`, both in seconds.
pub(crate) fn first_reading(offsets: &ZoneOffsets, instant: i64) -> i64 {
    let segments = Segments::offsets(offsets).of_readings(offsets, |change| change);
    segments.first_reading(instant)
}

#[cfg(test)]
mod tests {
    use super::*;
    use brisk_domain::ZoneName;

    #[test]
    fn the_first_reading_of_an_instant_divides_all_readings() {
        let at = Timestamp::from_seconds;
        for name in ["UTC", "Europe/London", "America/Sao_Paulo", "America/Havana", "Pacific/Apia"]
        {
            let zone = ZoneName::parse(name).unwrap().offsets(at(0), at(2_000_000_000));
            for (change, _) in zone.changes.iter().chain(&[(1_000_000_000, 0)]) {
                for away in (-180_000..180_000).step_by(1_799) {
                    let instant = change + away;
                    let first = first_reading(&zone, instant);
                    let of = |reading: i64| {
                        let reading = chrono::DateTime::from_timestamp(reading, 0).unwrap();
                        zone.instant(reading.naive_utc()).seconds()
                    };
                    assert!(of(first) >= instant, "{name} {instant}");
                    assert!(of(first - 1) < instant, "{name} {instant}");
                }
            }
        }
    }

    #[test]
    fn a_zone_without_changes_costs_nothing() {
        let india = ZoneOffsets { first: 19_800, changes: vec![] };
        let clock = WallClock { offsets: &india, focus: None, reading_focus: None };
        let hour = part(Dialect::MySql, Part::Hour, "at", &clock).unwrap();
        assert!(!hour.contains("case"), "{hour}");
    }

    #[test]
    fn every_dialect_can_say_it_and_leaves_the_column_alone_in_ranges() {
        let london = ZoneOffsets { first: 0, changes: vec![(1_301_187_600, 3600)] };
        let clock = WallClock { offsets: &london, focus: None, reading_focus: None };
        for dialect in Dialect::ALL {
            let parse = |sql: &str| {
                sqlparser::parser::Parser::parse_sql(dialect.grammar(), &format!("select {sql}"))
            };
            let mut all = vec![instant(dialect, "at", &clock), Ok(range(dialect, "at", "1", "2"))];
            all.extend(Interval::ALL.map(|interval| bucket(dialect, "at", interval, &clock)));
            let parts = [Part::Year, Part::Month, Part::Weekday, Part::Hour];
            all.extend(parts.map(|name| part(dialect, name, "at", &clock)));
            for sql in all {
                let sql = sql.unwrap();
                assert!(parse(&sql).is_ok(), "{dialect:?}: {sql}");
            }
            let range = range(dialect, "at", "1", "2");
            assert!(range.starts_with("((at) >= ") && range.contains(" and (at) < "), "{range}");
        }
    }
}
