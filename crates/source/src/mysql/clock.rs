//! Time macros on MySQL and MariaDB as a person would write them, if the server's zone tables agree
//! with Brisk's data.
//!
//! `convert_tz` returns times outside the range of `timestamp` unchanged. For these the macros make the
//! server raise [`OUT_OF_RANGE`] instead, and the statement runs again with the lookup, which covers
//! all years.
//!
//! It reads a time that the clock shows twice as the first, and a skipped one as the moment of the
//! change, as Brisk does; `zone_probe` verifies that.

use crate::compile::offset_steps::is_cut_by_reading;
use crate::compile::zones::ZoneClock;
use crate::syntax::{Clock, Part, ZoneUse, enclosed};
use brisk_domain::{Interval, Timestamp, ZoneName, ZoneOffsets};

/// The server's number for a result that no type holds: ER_DATA_OUT_OF_RANGE.
pub(super) const OUT_OF_RANGE: u16 = 1690;

/// The range that `convert_tz` converts on every server and in which every bucket begins after
/// 1970, in seconds: from 1971-01-03 up to 2037-12-30.
pub(super) const CONVERTED: (i64, i64) = (31_708_800, 2_145_744_000);
/// The same in SQL.
const BETWEEN: &str = "between '1971-01-03' and '2037-12-30'";
/// Expressions of more bytes are long.
const LONG: usize = 40;

pub(super) struct MySqlClock<'a> {
    zone: &'a ZoneName,
    /// Its offsets in the range of `convert_tz`.
    offsets: ZoneOffsets,
    /// The offset of a clock that never changes, which needs no tables.
    fixed: Option<i32>,
    /// The clock whose readings the expressions are, if they are not instants.
    written: Option<&'a ZoneClock>,
}

impl<'a> MySqlClock<'a> {
    pub(super) fn new(zone: &'a ZoneName, offsets: &ZoneOffsets) -> Self {
        let at = Timestamp::from_seconds;
        let offsets_there = offsets.within(at(CONVERTED.0), at(CONVERTED.1));
        Self { zone, offsets: offsets_there, fixed: fixed(offsets), written: None }
    }

    /// The instant that `expr` stands for.
    fn moment(&self, expr: &str) -> String {
        match self.written.map(|written| (written, fixed(&written.offsets))) {
            None | Some((_, Some(0))) => expr.to_owned(),
            Some((_, Some(offset))) => format!("({expr} - interval {offset} second)"),
            Some((written, None)) => format!("convert_tz({expr}, '{}', '+00:00')", written.name),
        }
    }

    /// What the clock shows at that instant.
    fn shown(&self, expr: &str) -> String {
        let moment = self.moment(expr);
        match (self.fixed, self.written) {
            (Some(0), _) => moment,
            (Some(offset), _) => format!("({moment} + interval {offset} second)"),
            (None, Some(written)) if fixed(&written.offsets).is_none() => {
                format!("convert_tz({expr}, '{}', '{}')", written.name, self.zone)
            }
            (None, _) => format!("convert_tz({moment}, '+00:00', '{}')", self.zone),
        }
    }

    /// Whether no tables are needed.
    fn is_fixed(&self) -> bool {
        let written = self.written.map_or(Some(0), |written| fixed(&written.offsets));
        self.fixed.is_some() && written.is_some()
    }

    /// The instant at which the clock shows `wall`.
    fn instant(&self, wall: &str) -> String {
        match self.fixed {
            Some(0) => format!("timestamp({wall})"),
            Some(offset) => format!("timestamp({wall}) - interval {offset} second"),
            None => format!("convert_tz({wall}, '{}', '+00:00')", self.zone),
        }
    }

    /// `converted`, which `convert_tz` makes from `expr`, or [`OUT_OF_RANGE`].
    fn checked(&self, expr: &str, converted: String) -> String {
        if self.is_fixed() {
            return converted;
        }
        // Not a constant, which the server might evaluate before reading any row.
        let raise = format!("{expr} + interval exp(999 + year({expr})) second");
        format!("if({expr} {BETWEEN}, {converted}, {raise})")
    }
}

impl Clock for MySqlClock<'_> {
    fn zone_use(&self) -> ZoneUse {
        if self.is_fixed() { ZoneUse::Nothing } else { ZoneUse::Macros }
    }

    fn bucket(&self, expr: &str, interval: Interval) -> String {
        let expr = &enclosed(expr);
        let since_start = match interval {
            Interval::Minute => "00:00:%s.%f",
            Interval::Hour => "00:%i:%s.%f",
            _ => {
                let start = self.instant(&start_of(&self.shown(expr), interval));
                return self.checked(expr, start);
            }
        };
        // Subtracted from the instant, because an hour that the clock shows twice is two buckets.
        let shown = self.checked(expr, self.shown(expr));
        let moment = self.moment(expr);
        format!("subtime(timestamp({moment}), date_format({shown}, '{since_start}'))")
    }

    fn wall_bucket(&self, expr: &str, interval: Interval) -> Option<String> {
        if !is_cut_by_reading(interval, &self.offsets) {
            return Some(self.bucket(&self.wall_time(expr), interval));
        }
        let expr = &enclosed(expr);
        Some(self.checked(expr, self.instant(&start_of(expr, interval))))
    }

    fn part(&self, expr: &str, part: Part) -> String {
        let expr = &enclosed(expr);
        part_of(&self.checked(expr, self.shown(expr)), part)
    }

    fn wall_part(&self, expr: &str, part: Part) -> String {
        part_of(expr, part)
    }

    fn wall_time(&self, expr: &str) -> String {
        let expr = &enclosed(expr);
        self.checked(expr, self.instant(expr))
    }

    fn time(&self, expr: &str) -> String {
        if self.written.is_none() {
            return format!("({expr})");
        }
        let expr = &enclosed(expr);
        self.checked(expr, self.moment(expr))
    }

    fn of_times_on<'b>(&'b self, written: &'b ZoneClock) -> Option<Box<dyn Clock + 'b>> {
        let offsets = self.offsets.clone();
        Some(Box::new(MySqlClock { zone: self.zone, offsets, written: Some(written), ..*self }))
    }
}

/// The offset of a clock that never changes.
fn fixed(offsets: &ZoneOffsets) -> Option<i32> {
    offsets.changes.is_empty().then_some(offsets.first)
}

/// The wall-clock time at which the bucket of the wall-clock time `wall` starts.
fn start_of(wall: &str, interval: Interval) -> String {
    match interval {
        Interval::Minute => format!("date_format({wall}, '%Y-%m-%d %H:%i:00')"),
        Interval::Hour => format!("date_format({wall}, '%Y-%m-%d %H:00:00')"),
        Interval::Day => format!("date({wall})"),
        // A long expression is written only once; the year 1 begins with a Monday.
        Interval::Week | Interval::Quarter if wall.len() > LONG => {
            let unit = interval.word();
            format!("'0001-01-01' + interval timestampdiff({unit},'0001-01-01',{wall}) {unit}")
        }
        Interval::Week => format!("date({wall}) - interval weekday({wall}) day"),
        Interval::Month => format!("date_format({wall}, '%Y-%m-01')"),
        Interval::Quarter => {
            format!("makedate(year({wall}), 1) + interval quarter({wall}) - 1 quarter")
        }
        Interval::Year => format!("makedate(year({wall}), 1)"),
    }
}

fn part_of(wall: &str, part: Part) -> String {
    match part {
        Part::Year => format!("year({wall})"),
        Part::Month => format!("month({wall})"),
        Part::Weekday => format!("weekday({wall}) + 1"),
        Part::Hour => format!("hour({wall})"),
    }
}
