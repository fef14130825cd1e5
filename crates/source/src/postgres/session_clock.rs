//! Time macros on PostgreSQL as a person writes them, in a session that stands in the dashboard's zone.
//!
//! There, `::timestamp` and `date_trunc` read an instant on the dashboard's clock, leave a `timestamp`
//! as it is, and take a `date` for its midnight: so nobody has to know a column's type.

use crate::syntax::{Part, SessionClock};
use brisk_domain::Interval;

pub(super) struct PostgresClock;

impl SessionClock for PostgresClock {
    fn bucket(&self, expr: &str, interval: Interval) -> String {
        let unit = interval.word();
        match interval {
            Interval::Minute | Interval::Hour => format!("date_trunc('{unit}', {expr})"),
            _ => format!("date_trunc('{unit}', {})", timestamp(expr)),
        }
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

    fn wall_time(&self, expr: &str) -> String {
        timestamp(expr)
    }
}

fn timestamp(expr: &str) -> String {
    let is_name = expr.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '.');
    if is_name { format!("{expr}::timestamp") } else { format!("({expr})::timestamp") }
}
