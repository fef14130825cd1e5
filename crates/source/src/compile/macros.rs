//! Expands each time macro into the dialect's SQL. Pure.
//!
//! The numbers in these expansions come from the time zone database, never from users; the
//! expression inside is the author's own, with its values already bound.

use super::offset_steps::{OffsetSteps, number};
use super::segments::{Focus, Segments, Stretch};
use crate::dialect::Dialect;
use crate::syntax::{CalendarUnit, Part};
use brisk_domain::{Interval, ZoneOffsets};
use std::fmt::Write as _;

/// A multiple of every fixed interval, in seconds (some 2,870 years). It is added before taking a
/// remainder, because SQL's remainder of a negative number is negative.
const SHIFT: i64 = 604_800 * 150_000;
/// From a Monday to Thursday 1970-01-01.
const THURSDAY: i64 = 3 * 86_400;
/// Expansions repeat their expression, so that nested macros would grow exponentially; those longer
/// than this, in bytes, are refused.
const MAX_EXPANSION: usize = 256 * 1024;

/// The zone whose wall clock macros read.
#[derive(Debug, Clone)]
pub(crate) struct MacroZone<'a> {
    /// Its offsets over all instants.
    pub(crate) offsets: &'a ZoneOffsets,
    /// Where most instants lie, if the statement depends on its range anyway.
    pub(crate) focus: Option<Focus>,
    /// The same in wall-clock times.
    pub(crate) wall_focus: Option<Focus>,
    /// Whether a bucket that a change of the clock begins starts at the change, not where the clock says that the
    /// hour began, which is an instant of the bucket before: so the bucket of each start is its own.
    pub(crate) is_cut: bool,
}

/// The expansion would be too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TooLong;

/// `$range`: whether the instant `expr` lies in the half-open range between two bound seconds. The
/// column is left bare, so that its index can be used.
pub(crate) fn range(dialect: Dialect, expr: &str, from: &str, to: &str) -> String {
    let syntax = dialect.syntax();
    let (from, to) = (syntax.instant(from), syntax.instant(to));
    format!("(({expr}) >= {from} and ({expr}) < {to})")
}

/// `$bucket`: the start of the bucket that the instant `expr` falls into, as an instant; equal to
/// [`Interval::start`].
pub(crate) fn bucket(
    dialect: Dialect,
    expr: &str,
    interval: Interval,
    zone: &MacroZone<'_>,
) -> Result<String, TooLong> {
    let offsets = OffsetSteps::offsets(zone.offsets);
    let starts = match interval {
        // Counted in instants, so that a repeated hour stays two buckets.
        Interval::Minute | Interval::Hour => offsets.clone(),
        _ => OffsetSteps::at_bucket_starts(interval, zone.offsets),
    };
    let seconds = dialect.syntax().seconds(expr);
    let cuts = OffsetSteps::cuts(interval, zone.offsets).filter(|_| zone.is_cut);
    let of_cuts = cuts.as_ref().map_or(0, |cuts| self::repeats(dialect, cuts));
    let repeats = 2 * repeats(dialect, &offsets) + repeats(dialect, &starts) + of_cuts + 4;
    if repeats * seconds.len() > MAX_EXPANSION {
        return Err(TooLong);
    }
    let start = |offsets: &OffsetSteps, starts: &OffsetSteps| {
        start_of(dialect, &seconds, interval, offsets, starts)
    };
    let all = start(&offsets, &starts);
    let start = match &zone.focus {
        Some(Focus { bounds, from, to }) if offsets.constant().is_none() => {
            let near = start(&offsets.within(*bounds), &starts.within(*bounds));
            format!(
                "(case when {seconds} >= {from} and {seconds} < {to} then {near} else {all} end)"
            )
        }
        _ => format!("({all})"),
    };
    let start = match cuts {
        Some(cuts) => dialect.syntax().later(&start, &step_value(dialect, &cuts, &seconds)),
        None => start,
    };
    if start.len() > MAX_EXPANSION {
        return Err(TooLong);
    }
    Ok(dialect.syntax().instant(&start))
}

/// `$year`, `$month`, `$weekday`, `$hour`: a part of the wall-clock time at the instant `expr`, as
/// a whole number.
pub(crate) fn part(
    dialect: Dialect,
    part: Part,
    expr: &str,
    zone: &MacroZone<'_>,
) -> Result<String, TooLong> {
    let seconds = dialect.syntax().seconds(expr);
    let offsets = OffsetSteps::offsets(zone.offsets);
    if repeats(dialect, &offsets) * seconds.len() > MAX_EXPANSION {
        return Err(TooLong);
    }
    let mut offset = step_value(dialect, &offsets, &seconds);
    if let Some(Focus { bounds, from, to }) =
        zone.focus.as_ref().filter(|_| offsets.constant().is_none())
    {
        let near = step_value(dialect, &offsets.within(*bounds), &seconds);
        offset = format!(
            "(case when {seconds} >= {from} and {seconds} < {to} then {near} else {offset} end)"
        );
    }
    let part = part_of(dialect, part, &format!("({seconds} + {offset})"));
    if part.len() > MAX_EXPANSION { Err(TooLong) } else { Ok(part) }
}

/// The same of the wall-clock time `wall`.
pub(crate) fn part_of(dialect: Dialect, part: Part, wall: &str) -> String {
    match part {
        Part::Year => dialect.syntax().calendar_part(wall, CalendarUnit::Year),
        Part::Month => dialect.syntax().calendar_part(wall, CalendarUnit::Month),
        Part::Weekday => {
            let of_week = format!("(({wall} + {}) % 604800)", SHIFT + THURSDAY);
            format!("({} + 1)", dialect.syntax().quotient(&of_week, 86_400))
        }
        Part::Hour => dialect.syntax().quotient(&format!("(({wall} + {SHIFT}) % 86400)"), 3600),
    }
}

/// A search for the stretch that `seconds` lies on; `write` writes the result for each.
pub(crate) fn by_stretch(
    segments: &Segments,
    seconds: &str,
    focus: Option<&Focus>,
    mut write: impl FnMut(Stretch, &mut String),
) -> Result<String, TooLong> {
    let mut sql = sized(segments, seconds, 3)?;
    segments.search(seconds, focus, &mut sql, &mut write);
    Ok(sql)
}

/// The start of the bucket of `seconds`: the wall-clock time, truncated, and converted back to an
/// instant.
fn start_of(
    dialect: Dialect,
    seconds: &str,
    interval: Interval,
    offsets: &OffsetSteps,
    starts: &OffsetSteps,
) -> String {
    let offset = step_value(dialect, offsets, seconds);
    let Some((width, shift)) = fixed_width(interval) else {
        let mut start = String::new();
        bucket_of(dialect, &format!("({seconds} + {offset})"), interval, &mut start);
        let _ = write!(start, " - {}", step_value(dialect, starts, seconds));
        return start;
    };
    // If the offset is the same at both, it need not be subtracted again.
    match (offsets.constant(), offsets == starts) {
        (Some(constant), true) => {
            format!("{seconds} - ({seconds} + {}) % {width}", shift + constant)
        }
        (_, true) => format!("{seconds} - ({seconds} + {shift} + {offset}) % {width}"),
        _ => {
            let buckets =
                dialect.syntax().quotient(&format!("({seconds} + {shift} + {offset})"), width);
            let back = step_value(dialect, starts, seconds);
            format!("{buckets} * {width} - {shift} - {back}")
        }
    }
}

/// The start of the bucket of the wall-clock time `wall`, as a wall-clock time.
pub(crate) fn bucket_of(dialect: Dialect, wall: &str, interval: Interval, out: &mut String) {
    let unit = match (fixed_width(interval), interval) {
        (Some((width, shift)), _) => {
            let _ = write!(out, "{wall} - ({wall} + {shift}) % {width}");
            return;
        }
        (None, Interval::Year) => CalendarUnit::Year,
        (None, Interval::Quarter) => CalendarUnit::Quarter,
        (None, _) => CalendarUnit::Month,
    };
    out.push_str(&dialect.syntax().calendar_start(wall, unit));
}

/// The width of buckets that all have the same width on the wall clock, and what to add to a
/// wall-clock time to count from a bucket's start.
fn fixed_width(interval: Interval) -> Option<(i64, i64)> {
    match interval {
        Interval::Minute | Interval::Hour | Interval::Day => Some((interval.seconds(), SHIFT)),
        Interval::Week => Some((interval.seconds(), SHIFT + THURSDAY)),
        Interval::Month | Interval::Quarter | Interval::Year => None,
    }
}

/// The value of `steps` at `seconds`.
fn step_value(dialect: Dialect, steps: &OffsetSteps, seconds: &str) -> String {
    match steps.constant() {
        Some(value) => number(value),
        None => dialect.syntax().step_value(steps, seconds),
    }
}

/// How often [`step_value`] repeats `seconds` at most.
fn repeats(dialect: Dialect, steps: &OffsetSteps) -> usize {
    dialect.syntax().step_value_repeats(steps)
}

/// An empty string with room for the expansion, unless that would be too long.
fn sized(segments: &Segments, seconds: &str, repeats: usize) -> Result<String, TooLong> {
    let size = segments.len() * (repeats * seconds.len() + 32);
    if size > MAX_EXPANSION {
        return Err(TooLong);
    }
    Ok(String::with_capacity(size))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone(offsets: &ZoneOffsets) -> MacroZone<'_> {
        MacroZone { offsets, focus: None, wall_focus: None, is_cut: false }
    }

    #[test]
    fn each_dialect_buckets_by_arithmetic_up_to_a_week() {
        let utc = ZoneOffsets::utc();
        let day = |dialect| bucket(dialect, "at", Interval::Day, &zone(&utc)).unwrap();
        assert_eq!(day(Dialect::Sqlite), "(at - (at + 90720000000) % 86400)");
        let seconds = "floor(date_part('epoch', (at)))::bigint";
        assert_eq!(
            day(Dialect::Postgres),
            format!("to_timestamp((({seconds} - ({seconds} + 90720000000) % 86400))::bigint)")
        );
        let seconds = "(to_seconds(at) - 62167219200)";
        assert_eq!(
            day(Dialect::MySql),
            format!(
                "(timestamp'1970-01-01 00:00:00' + interval (({seconds} - ({seconds} + 90720000000) % \
                 86400)) second)"
            )
        );
    }

    #[test]
    fn each_dialect_cuts_months_by_its_calendar() {
        let india = ZoneOffsets { first: 19_800, changes: vec![] };
        let month = |dialect| bucket(dialect, "at", Interval::Month, &zone(&india)).unwrap();
        assert_eq!(
            month(Dialect::Sqlite),
            "(cast(strftime('%s', (at + 19800), 'unixepoch', 'start of month') as integer) - 19800)"
        );
        assert!(month(Dialect::Postgres).contains("date_trunc('month', (to_timestamp("));
        assert!(month(Dialect::MySql).contains("'%Y-%m-01'"));
    }

    #[test]
    fn ranges_leave_the_column_alone_so_that_its_index_counts() {
        let range = |dialect| range(dialect, "at", "?1", "?2");
        assert_eq!(range(Dialect::Sqlite), "((at) >= ?1 and (at) < ?2)");
        assert_eq!(
            range(Dialect::Postgres),
            "((at) >= to_timestamp((?1)::bigint) and (at) < to_timestamp((?2)::bigint))"
        );
    }

    #[test]
    fn every_dialect_can_say_every_macro() {
        let london = ZoneOffsets { first: 0, changes: vec![(1_301_187_600, 3600)] };
        for dialect in Dialect::ALL {
            // The parser knows `interval` as a length of time only, not as MySQL's function.
            let parse = |sql: &str| {
                let sql = format!("select {}", sql.replace("interval(", "greatest("));
                sqlparser::parser::Parser::parse_sql(dialect.syntax().grammar(), &sql)
            };
            for interval in Interval::ALL {
                let sql = bucket(dialect, "at", interval, &zone(&london)).unwrap();
                assert!(parse(&sql).is_ok(), "{dialect:?}: {sql}");
            }
            for name in [Part::Year, Part::Month, Part::Weekday, Part::Hour] {
                let sql = part(dialect, name, "at", &zone(&london)).unwrap();
                assert!(parse(&sql).is_ok(), "{dialect:?}: {sql}");
            }
        }
    }

    #[test]
    fn a_zones_changes_take_few_bytes() {
        let at = brisk_domain::Timestamp::from_seconds;
        let london = brisk_domain::ZoneName::parse("Europe/London").unwrap();
        let offsets = london.offsets(at(0), at(3_155_760_000));
        let bounds = brisk_domain::Bounds { from: at(1_300_000_000), to: at(1_320_000_000) };
        let focus = Some(Focus { bounds, from: "$1".into(), to: "$2".into() });
        for focus in [None, focus] {
            let zone = MacroZone { offsets: &offsets, focus, wall_focus: None, is_cut: false };
            let longest = |dialect| {
                let buckets = Interval::ALL.map(|interval| bucket(dialect, "at", interval, &zone));
                buckets.map(|sql| sql.unwrap().len()).into_iter().max().unwrap()
            };
            let lengths = Dialect::ALL.map(|dialect| (dialect, longest(dialect)));
            for (dialect, most) in
                [(Dialect::Sqlite, 19_000), (Dialect::Postgres, 6_000), (Dialect::MySql, 10_000)]
            {
                assert!(longest(dialect) < most, "{lengths:?}");
            }
        }
    }

    #[test]
    fn expansions_that_would_explode_are_refused() {
        let changes = (0..200).map(|i| (i * 1_000_000, (i % 2) as i32 * 3600)).collect();
        let many = ZoneOffsets { first: 0, changes };
        let inner = bucket(Dialect::Sqlite, "at", Interval::Day, &zone(&many)).unwrap();
        let outer = bucket(Dialect::Sqlite, &inner, Interval::Day, &zone(&many));
        assert_eq!(outer, Err(TooLong));
    }
}
