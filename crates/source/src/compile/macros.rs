//! Writes each macro in the dialect's SQL. Pure.
//!
//! The numbers in these expansions come from the time zone database, never from users; the
//! expression inside is the author's own, with its values already bound.

use crate::Dialect;
use crate::dialect::CalendarUnit;
use crate::lookup::Lookup;
pub use crate::segments::Focus;
use crate::segments::{Segments, Stretch};
use brisk_domain::{Interval, ZoneOffsets};
use std::fmt::Write as _;

/// A multiple of every fixed interval (in seconds, some 2,870 years): added before a remainder is
/// taken, because SQL's remainder of a negative number is negative.
const SHIFT: i64 = 604_800 * 150_000;
/// From Thursday 1970-01-01 back to a Monday.
const THURSDAY: i64 = 3 * 86_400;
/// Expansions repeat their expression; beyond this many bytes they are refused, which a macro
/// inside a macro would otherwise reach by millions.
const MAX_EXPANSION: usize = 256 * 1024;

/// The wall clock that macros read.
#[derive(Debug, Clone)]
pub struct WallClock<'a> {
    /// Its offsets over all instants.
    pub offsets: &'a ZoneOffsets,
    /// Where most instants lie, when the statement depends on it anyway.
    pub focus: Option<Focus>,
    /// The same for what the clock reads.
    pub reading_focus: Option<Focus>,
}

/// The expansion would be too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooLong;

/// A part of the wall clock's reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The calendar year.
    Year,
    /// 1 to 12.
    Month,
    /// ISO 8601: 1 is Monday, 7 is Sunday.
    Weekday,
    /// 0 to 23.
    Hour,
}

impl Part {
    /// Reads the macro's name.
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "year" => Some(Self::Year),
            "month" => Some(Self::Month),
            "weekday" => Some(Self::Weekday),
            "hour" => Some(Self::Hour),
            _ => None,
        }
    }
}

/// `$range`: whether the instant `expr` lies between two bound seconds, without the second one.
/// The column stands alone, so that an index on it can be used.
pub fn range(dialect: Dialect, expr: &str, from: &str, to: &str) -> String {
    let (from, to) = (dialect.instant(from), dialect.instant(to));
    format!("(({expr}) >= {from} and ({expr}) < {to})")
}

/// `$bucket`: the start of the bucket that holds the instant `expr`, as an instant. The same as
/// [`Interval::start`].
pub fn bucket(
    dialect: Dialect,
    expr: &str,
    interval: Interval,
    clock: &WallClock<'_>,
) -> Result<String, TooLong> {
    let offsets = Lookup::offsets(clock.offsets);
    let starts = match interval {
        // Counted on the line of instants, so that a doubled hour stays two buckets.
        Interval::Minute | Interval::Hour => offsets.clone(),
        _ => Lookup::starts(interval, clock.offsets),
    };
    let seconds = dialect.seconds(expr);
    let repeats = 2 * offsets.repeats(dialect) + starts.repeats(dialect) + 4;
    if repeats * seconds.len() > MAX_EXPANSION {
        return Err(TooLong);
    }
    let start =
        |offsets: &Lookup, starts: &Lookup| start_of(dialect, &seconds, interval, offsets, starts);
    let all = start(&offsets, &starts);
    let start = match &clock.focus {
        Some(Focus { bounds, from, to }) if offsets.constant().is_none() => {
            let near = start(&offsets.within(*bounds), &starts.within(*bounds));
            format!(
                "(case when {seconds} >= {from} and {seconds} < {to} then {near} else {all} end)"
            )
        }
        _ => format!("({all})"),
    };
    if start.len() > MAX_EXPANSION {
        return Err(TooLong);
    }
    Ok(dialect.instant(&start))
}

/// `$year`, `$month`, `$weekday`, `$hour`: a part of the wall clock's reading at the instant
/// `expr`, as a whole number.
pub fn part(
    dialect: Dialect,
    part: Part,
    expr: &str,
    clock: &WallClock<'_>,
) -> Result<String, TooLong> {
    let seconds = dialect.seconds(expr);
    let offsets = Lookup::offsets(clock.offsets);
    if offsets.repeats(dialect) * seconds.len() > MAX_EXPANSION {
        return Err(TooLong);
    }
    let mut offset = offsets.sql(dialect, &seconds);
    if let Some(Focus { bounds, from, to }) =
        clock.focus.as_ref().filter(|_| offsets.constant().is_none())
    {
        let near = offsets.within(*bounds).sql(dialect, &seconds);
        offset = format!(
            "(case when {seconds} >= {from} and {seconds} < {to} then {near} else {offset} end)"
        );
    }
    let part = part_of(dialect, part, &format!("({seconds} + {offset})"));
    if part.len() > MAX_EXPANSION { Err(TooLong) } else { Ok(part) }
}

/// That part of the wall clock's reading `wall`.
pub(crate) fn part_of(dialect: Dialect, part: Part, wall: &str) -> String {
    match part {
        Part::Year => dialect.calendar_part(wall, CalendarUnit::Year),
        Part::Month => dialect.calendar_part(wall, CalendarUnit::Month),
        Part::Weekday => {
            let of_week = format!("(({wall} + {}) % 604800)", SHIFT + THURSDAY);
            format!("({} + 1)", dialect.quotient(&of_week, 86_400))
        }
        Part::Hour => dialect.quotient(&format!("(({wall} + {SHIFT}) % 86400)"), 3600),
    }
}

/// What `write` writes for the stretch that `seconds` lies on.
pub(crate) fn seconds_of(
    segments: &Segments,
    seconds: &str,
    focus: Option<&Focus>,
    mut write: impl FnMut(Stretch, &mut String),
) -> Result<String, TooLong> {
    let mut sql = sized(segments, seconds, 3)?;
    segments.search(seconds, focus, &mut sql, &mut write);
    Ok(sql)
}

/// The start of the bucket of `seconds`: what the wall clock reads there, cut, and from there back to
/// the instant.
fn start_of(
    dialect: Dialect,
    seconds: &str,
    interval: Interval,
    offsets: &Lookup,
    starts: &Lookup,
) -> String {
    let offset = offsets.sql(dialect, seconds);
    let Some((width, shift)) = fixed_width(interval) else {
        let mut start = String::new();
        bucket_of(dialect, &format!("({seconds} + {offset})"), interval, &mut start);
        let _ = write!(start, " - {}", starts.sql(dialect, seconds));
        return start;
    };
    // Where the offset is the same at both, it need not be taken away again.
    match (offsets.constant(), offsets == starts) {
        (Some(constant), true) => {
            format!("{seconds} - ({seconds} + {}) % {width}", shift + constant)
        }
        (_, true) => format!("{seconds} - ({seconds} + {shift} + {offset}) % {width}"),
        _ => {
            let buckets = dialect.quotient(&format!("({seconds} + {shift} + {offset})"), width);
            let back = starts.sql(dialect, seconds);
            format!("{buckets} * {width} - {shift} - {back}")
        }
    }
}

/// The start of the bucket of the wall clock's reading `wall`, as a reading.
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
    out.push_str(&dialect.calendar_start(wall, unit));
}

/// The width of buckets that all have the same on the wall clock, and what leads from readings to
/// where they are counted from.
fn fixed_width(interval: Interval) -> Option<(i64, i64)> {
    match interval {
        Interval::Minute | Interval::Hour | Interval::Day => Some((interval.seconds(), SHIFT)),
        Interval::Week => Some((interval.seconds(), SHIFT + THURSDAY)),
        Interval::Month | Interval::Quarter | Interval::Year => None,
    }
}

/// A number behind a sign: two of them would begin a comment.
pub(crate) fn fixed(number: i64) -> String {
    if number < 0 { format!("({number})") } else { number.to_string() }
}

/// An empty text with room for the expansion, unless that would be too long.
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

    fn clock(offsets: &ZoneOffsets) -> WallClock<'_> {
        WallClock { offsets, focus: None, reading_focus: None }
    }

    #[test]
    fn each_dialect_buckets_by_arithmetic_up_to_a_week() {
        let utc = ZoneOffsets::utc();
        let day = |dialect| bucket(dialect, "at", Interval::Day, &clock(&utc)).unwrap();
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
        let month = |dialect| bucket(dialect, "at", Interval::Month, &clock(&india)).unwrap();
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
                sqlparser::parser::Parser::parse_sql(dialect.grammar(), &sql)
            };
            for interval in Interval::ALL {
                let sql = bucket(dialect, "at", interval, &clock(&london)).unwrap();
                assert!(parse(&sql).is_ok(), "{dialect:?}: {sql}");
            }
            for name in [Part::Year, Part::Month, Part::Weekday, Part::Hour] {
                let sql = part(dialect, name, "at", &clock(&london)).unwrap();
                assert!(parse(&sql).is_ok(), "{dialect:?}: {sql}");
            }
        }
    }

    #[test]
    fn a_zones_changes_take_few_bytes() {
        let at = brisk_domain::Timestamp::from_seconds;
        let zone = brisk_domain::ZoneName::parse("Europe/London").unwrap();
        let offsets = zone.offsets(at(0), at(3_155_760_000));
        let bounds = brisk_domain::Bounds { from: at(1_300_000_000), to: at(1_320_000_000) };
        let focus = Some(Focus { bounds, from: "$1".into(), to: "$2".into() });
        for focus in [None, focus] {
            let clock = WallClock { offsets: &offsets, focus, reading_focus: None };
            let longest = |dialect| {
                let buckets = Interval::ALL.map(|interval| bucket(dialect, "at", interval, &clock));
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
        let zone = ZoneOffsets { first: 0, changes };
        let inner = bucket(Dialect::Sqlite, "at", Interval::Day, &clock(&zone)).unwrap();
        let outer = bucket(Dialect::Sqlite, &inner, Interval::Day, &clock(&zone));
        assert_eq!(outer, Err(TooLong));
    }
}
