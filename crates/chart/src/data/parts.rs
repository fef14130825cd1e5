//! Which points are partial time buckets, and how they are labelled.

use crate::spec::Input;
use brisk_domain::{Column, Completeness, Coverage, Timestamp, ZoneOffsets};
use chrono::NaiveTime;

/// The coverage of the frame's buckets, if they are in the column `at`.
pub(crate) fn coverage(input: &Input<'_>, at: usize) -> Option<Coverage> {
    input.coverage.filter(|coverage| coverage.column == Some(at))
}

/// The label of the bucket that starts at `start`, for after its name: `so far`, `from 19 Aug`;
/// `None` if it is whole.
pub(crate) fn words(coverage: &Coverage, start: Timestamp, input: &Input<'_>) -> Option<String> {
    match coverage.completeness(start) {
        Completeness::Whole => return None,
        Completeness::Ahead => return Some("ahead".into()),
        Completeness::Part => {}
    }
    let mut words = String::new();
    let utc = ZoneOffsets::utc();
    let zone = if coverage.is_in_utc { &utc } else { input.zone };
    if start < coverage.whole_from {
        words.push_str("from ");
        words.push_str(&end(zone, input.bounds.from, false));
    }
    if start >= coverage.whole_to {
        if !words.is_empty() {
            words.push(' ');
        }
        if coverage.is_under_way {
            words.push_str("so far");
        } else {
            words.push_str("to ");
            words.push_str(&end(zone, input.bounds.to, true));
        }
    }
    Some(words)
}

/// The label of the bucket in a row of the frame's column `at`, if it holds buckets and that one is
/// partial.
pub(crate) fn of_row(input: &Input<'_>, at: usize, row: usize) -> Option<String> {
    let coverage = coverage(input, at)?;
    let start = coverage.start(&input.frame.columns().get(at)?.values, row, input.zone)?;
    words(&coverage, start, input)
}

/// When the bucket of a cell begins on the clock; `at` itself in columns without buckets. Of an hour that the
/// clock cuts, the start by its arithmetic may be another one's.
pub(crate) fn begins(input: &Input<'_>, column: &Column, at: Timestamp) -> Timestamp {
    let bucket = input.coverage.and_then(|coverage| {
        let bucket = input.frame.columns().get(coverage.column?)?;
        (bucket.name == column.name).then_some(coverage.interval)
    });
    bucket.map_or(at, |interval| interval.begins(at, input.zone))
}

/// An end of the range in words: its day, unless it is within one.
fn end(zone: &ZoneOffsets, at: Timestamp, is_last: bool) -> String {
    let local = zone.local(at);
    if local.time() != NaiveTime::MIN {
        return zone.told_apart(local.format("%-d %b %H:%M").to_string(), at);
    }
    let day = if is_last { local.date().pred_opt().unwrap_or(local.date()) } else { local.date() };
    day.format("%-d %b").to_string()
}

/// `2 partial weeks left out`, if any were.
pub(crate) fn left_out(coverage: Option<Coverage>) -> Option<String> {
    let Coverage { left_out: count, interval, .. } = coverage?;
    let plural = if count == 1 { "" } else { "s" };
    let unit = interval.word();
    (count > 0).then(|| format!("{count} partial {unit}{plural} left out"))
}
