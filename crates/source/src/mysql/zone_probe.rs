//! Tests whether a MySQL or MariaDB server knows a zone as Brisk does.

use super::clock::CONVERTED;
use super::error;
use brisk_domain::{Timestamp, ZoneName, ZoneOffsets};
use chrono::{DateTime, NaiveDateTime};
use sqlx::mysql::MySqlConnection;
use sqlx::{AssertSqlSafe, Executor as _, Row as _};

/// Whether the server reads the zone's clock as Brisk does: before and after each change, every 30 days
/// between them, and back from times that the clock shows twice or skips. False if its tables lack the
/// zone.
pub(super) async fn knows(
    connection: &mut MySqlConnection,
    name: &ZoneName,
    offsets: &ZoneOffsets,
) -> Result<bool, sqlx::Error> {
    // A clock that never changes needs no tables.
    if offsets.changes.is_empty() {
        return Ok(true);
    }
    let readings = moments(offsets).into_iter().map(|at| {
        let (instant, wall) = (utc(at), offsets.local(Timestamp::from_seconds(at)));
        format!("convert_tz({}, '+00:00', '{name}') <=> {}", literal(instant), literal(wall))
    });
    let back = doubtful(offsets).into_iter().map(|wall| {
        let instant = utc(offsets.instant(wall).seconds());
        format!("convert_tz({}, '{name}', '+00:00') <=> {}", literal(wall), literal(instant))
    });
    // The time zone database has no name with a quote.
    let all: Vec<String> = readings.chain(back).collect();
    let sql = format!("select least(1, {})", all.join(", "));
    match connection.fetch_one(AssertSqlSafe(sql)).await {
        Ok(row) => Ok(row.try_get_unchecked::<i64, _>(0)? == 1),
        // A server that refuses the query does not know the zone.
        Err(failure) if error::answer(&failure).is_some() => Ok(false),
        Err(failure) => Err(failure),
    }
}

fn moments(offsets: &ZoneOffsets) -> Vec<i64> {
    const STEP: usize = 30 * 86_400;
    let changes = offsets.changes.iter().flat_map(|(at, _)| [at - 1, *at]);
    let inside = |at: &i64| (CONVERTED.0..=CONVERTED.1).contains(at);
    changes.filter(inside).chain((CONVERTED.0..CONVERTED.1).step_by(STEP)).collect()
}

/// The wall-clock times at the ends and in the middle of what the clock shows twice, or not at all.
fn doubtful(offsets: &ZoneOffsets) -> Vec<NaiveDateTime> {
    let mut before = i64::from(offsets.first);
    let mut readings = Vec::new();
    for (at, after) in &offsets.changes {
        let after = i64::from(*after);
        if (CONVERTED.0..CONVERTED.1).contains(at) {
            let (first, last) = (at + before.min(after), at + before.max(after));
            readings.extend([first, i64::midpoint(first, last), last - 1, last].map(utc));
        }
        before = after;
    }
    readings
}

fn utc(seconds: i64) -> NaiveDateTime {
    DateTime::from_timestamp(seconds, 0).unwrap_or_default().naive_utc()
}

fn literal(time: NaiveDateTime) -> String {
    format!("timestamp'{}'", time.format("%Y-%m-%d %H:%M:%S"))
}
