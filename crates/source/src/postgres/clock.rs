//! Time macros on PostgreSQL as a person writes them, in a session that stands in the dashboard's zone.
//!
//! There, `::timestamp` and `date_trunc` read an instant on the dashboard's clock, leave a `timestamp`
//! as it is, and take a `date` for its midnight: so nobody has to know a column's type. Up to an hour,
//! a bucket has the type of the column, because an hour that the clock shows twice is two buckets; from
//! a day on it is a wall-clock time.

use crate::compile::offset_steps::is_cut_by_reading;
use crate::syntax::{Clock, Part, ZoneUse, enclosed};
use brisk_domain::{Interval, ZoneOffsets};

pub(super) struct PostgresClock<'a> {
    pub(super) offsets: &'a ZoneOffsets,
}

impl Clock for PostgresClock<'_> {
    fn zone_use(&self) -> ZoneUse {
        ZoneUse::Session
    }

    fn bucket(&self, expr: &str, interval: Interval) -> String {
        let unit = interval.word();
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
        format!("extract({field} from {})::integer", timestamp(expr))
    }

    fn wall_part(&self, expr: &str, part: Part) -> String {
        self.part(expr, part)
    }

    fn wall_time(&self, expr: &str) -> String {
        timestamp(expr)
    }
}

fn timestamp(expr: &str) -> String {
    format!("{}::timestamp", enclosed(expr))
}
