//! Time macros on PostgreSQL as a person would write them, in a session in the dashboard's zone.
//!
//! There, `::timestamp` and `date_trunc` read an instant on the dashboard's clock, leave a `timestamp`
//! as it is, and read a `date` as its midnight, so that no column's type has to be known. Up to an
//! hour, a bucket has the type of the column, because an hour that the clock shows twice is two
//! buckets; from a day on it is a wall-clock time.
//!
//! A time on another zone's clock becomes an instant by `at time zone`. For a time that the clock shows
//! twice, the server takes the second instant, Brisk the first: the offset of the day before is that of
//! the first, so if it leads to the same reading, that instant is meant.

use crate::compile::offset_steps::is_cut_by_reading;
use crate::compile::zones::ZoneClock;
use crate::syntax::{Clock, Part, ZoneUse, enclosed};
use brisk_domain::{Interval, ZoneOffsets};

/// Names of zones of more bytes are long.
const LONG: usize = 15;

pub(super) struct PostgresClock<'a> {
    offsets: &'a ZoneOffsets,
    /// The clock whose readings the expressions are, if they are not instants.
    written: Option<&'a ZoneClock>,
}

impl<'a> PostgresClock<'a> {
    pub(super) fn new(offsets: &'a ZoneOffsets) -> Self {
        Self { offsets, written: None }
    }

    fn moment(&self, expr: &str) -> String {
        match self.written {
            Some(written) => instant_on(written, expr),
            None => expr.to_owned(),
        }
    }
}

impl Clock for PostgresClock<'_> {
    fn zone_use(&self) -> ZoneUse {
        ZoneUse::Session
    }

    fn bucket(&self, expr: &str, interval: Interval) -> String {
        let (unit, expr) = (interval.word(), &self.moment(expr));
        match interval {
            Interval::Minute | Interval::Hour => format!("date_trunc('{unit}', {expr})"),
            _ => format!("date_trunc('{unit}', {})", timestamp(expr)),
        }
    }

    fn wall_bucket(&self, expr: &str, interval: Interval) -> Option<String> {
        if !is_cut_by_reading(interval, self.offsets) {
            return None;
        }
        Some(match interval {
            Interval::Minute | Interval::Hour => self.bucket(&timestamp(expr), interval),
            _ => self.bucket(expr, interval),
        })
    }

    fn part(&self, expr: &str, part: Part) -> String {
        let field = match part {
            Part::Year => "year",
            Part::Month => "month",
            Part::Weekday => "isodow",
            Part::Hour => "hour",
        };
        format!("extract({field} from {})::integer", timestamp(&self.moment(expr)))
    }

    fn wall_part(&self, expr: &str, part: Part) -> String {
        self.part(expr, part)
    }

    fn wall_time(&self, expr: &str) -> String {
        timestamp(expr)
    }

    fn time(&self, expr: &str) -> String {
        format!("({})", self.moment(expr))
    }

    fn of_times_on<'b>(&'b self, written: &'b ZoneClock) -> Option<Box<dyn Clock + 'b>> {
        Some(Box::new(PostgresClock { offsets: self.offsets, written: Some(written) }))
    }
}

/// The instant at which the clock of `zone` shows `expr`.
fn instant_on(zone: &ZoneClock, expr: &str) -> String {
    let (wall, name) = (timestamp(expr), &zone.name);
    if zone.offsets.changes.is_empty() {
        return format!("{wall} at time zone '{name}'");
    }
    // The zone's name, up to 32 bytes, is written only once. Only for columns: a window function would
    // mean another one in the subquery.
    let is_column = expr.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.\"".contains(&b));
    if is_column && name.as_str().len() > LONG {
        return format!(
            "(select case when timezone(z, f) = w then f else timezone(z, w) end \
             from (select w, z, timezone(z, w - interval '1d') + '24h' as f \
             from (select {wall} as w, '{name}' as z) a) b)"
        );
    }
    let plain = enclosed(expr);
    let first = format!("({plain} - interval '1d') at time zone '{name}' + interval '24h'");
    format!(
        "case when ({first}) at time zone '{name}' = {wall} then {first} \
         else {wall} at time zone '{name}' end"
    )
}

fn timestamp(expr: &str) -> String {
    format!("{}::timestamp", enclosed(expr))
}
