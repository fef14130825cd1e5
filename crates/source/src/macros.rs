//! Writes each macro in the dialect's SQL. Pure.
//!
//! SQLite knows no time zones, so the zone's offset at an instant is a binary search that is
//! written as nested `case` expressions; the numbers come from the time zone database, never from
//! users.

use crate::Dialect;
use brisk_domain::{Interval, ZoneOffsets};
use std::fmt::Write as _;

/// A multiple of every fixed interval (in seconds, some 2,870 years): added before a division
/// that must round down, and taken away after it, because SQL's division rounds towards zero.
const SHIFT: i64 = 604_800 * 150_000;
/// From Thursday 1970-01-01 back to a Monday.
const THURSDAY: i64 = 3 * 86_400;

/// The start of the bucket that holds the instant `expr`. Up to an hour it is an instant; from a
/// day on it is the wall clock's reading, as seconds, which the decoder turns into the instant
/// (see [`crate::statement::TimeForm`]).
pub fn bucket(dialect: Dialect, expr: &str, interval: Interval, zone: &ZoneOffsets) -> String {
    let Dialect::Sqlite = dialect;
    let (local, offset) = (local(expr, zone), offset(expr, zone));
    let width = interval.seconds();
    match interval {
        Interval::Minute | Interval::Hour => {
            format!("(({local} + {SHIFT}) / {width} * {width} - {SHIFT} - {offset})")
        }
        Interval::Day => format!("(({local} + {SHIFT}) / {width} * {width} - {SHIFT})"),
        Interval::Week => {
            let (up, down) = (SHIFT + THURSDAY, SHIFT + THURSDAY);
            format!("(({local} + {up}) / {width} * {width} - {down})")
        }
        Interval::Month => {
            format!("cast(strftime('%s', {local}, 'unixepoch', 'start of month') as integer)")
        }
        Interval::Quarter => format!(
            "cast(strftime('%s', {local}, 'unixepoch', 'start of month', \
             '-' || ((strftime('%m', {local}, 'unixepoch') - 1) % 3) || ' months') as integer)"
        ),
        Interval::Year => {
            format!("cast(strftime('%s', {local}, 'unixepoch', 'start of year') as integer)")
        }
    }
}

/// A part of the wall clock at the instant `expr`, as a whole number: `year`, `month` (1 to 12),
/// `weekday` (ISO: 1 is Monday) or `hour` (0 to 23).
pub fn part(dialect: Dialect, part: &str, expr: &str, zone: &ZoneOffsets) -> Option<String> {
    let Dialect::Sqlite = dialect;
    let local = local(expr, zone);
    Some(match part {
        "year" => format!("cast(strftime('%Y', {local}, 'unixepoch') as integer)"),
        "month" => format!("cast(strftime('%m', {local}, 'unixepoch') as integer)"),
        "weekday" => format!("((({local} + {SHIFT}) / 86400 + 3) % 7 + 1)"),
        "hour" => format!("(({local} + {SHIFT}) / 3600 % 24)"),
        _ => return None,
    })
}

/// The wall clock's reading at the instant `expr`, in seconds.
fn local(expr: &str, zone: &ZoneOffsets) -> String {
    if zone.changes.is_empty() && zone.first == 0 {
        return format!("({expr})");
    }
    format!("(({expr}) + {})", offset(expr, zone))
}

fn offset(expr: &str, zone: &ZoneOffsets) -> String {
    // `case` binds weakly only from outside; the parentheses keep arithmetic around it whole.
    let mut sql = String::from("(");
    search(expr, zone.first, &zone.changes, &mut sql);
    sql.push(')');
    sql
}

/// The offset at `expr`, where `first` holds before the first of `changes`.
fn search(expr: &str, first: i32, changes: &[(i64, i32)], sql: &mut String) {
    let middle = changes.len() / 2;
    let Some((from, after)) = changes.get(middle) else {
        let _ = write!(sql, "{first}");
        return;
    };
    let _ = write!(sql, "case when ({expr}) < {from} then ");
    search(expr, first, &changes[..middle], sql);
    sql.push_str(" else ");
    search(expr, *after, &changes[middle + 1..], sql);
    sql.push_str(" end");
}
