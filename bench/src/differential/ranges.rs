//! Ranges of views, as in URLs, and the seconds that they mean.

use super::clients::Places;
use super::database::Database;
use super::samples::pick;
use super::zones::{Zones, civil};
use anyhow::{Context, Result};
use rand::Rng;
use rand::rngs::StdRng;

/// A range in a zone at some now, with an interval that suits it.
#[derive(Debug, Clone)]
pub(super) struct Range {
    /// The parameters of the URL.
    pub(super) pairs: Vec<(String, String)>,
    /// The interval in the URL, if there is one.
    pub(super) interval: Option<&'static str>,
    /// What the wall clock reads at its ends, in PostgreSQL's SQL.
    from: String,
    to: String,
}

/// Units, with their lengths in days.
const UNITS: [(&str, u32); 6] =
    [("hour", 1), ("day", 1), ("week", 7), ("month", 30), ("quarter", 91), ("year", 366)];
/// Widths of buckets, finest first.
pub(super) const INTERVALS: [&str; 6] = ["hour", "day", "week", "month", "quarter", "year"];
/// Over more days, hours would be too many buckets.
const DAYS_BY_HOUR: u32 = 700;

impl Range {
    /// A random range for a dashboard on which it is `now`.
    pub(super) fn random(random: &mut StdRng, now: &str) -> Self {
        let now = format!("timestamp '{}'", now.replace('T', " "));
        match random.random_range(0..10) {
            0..4 => {
                let (unit, days) = pick(random, &UNITS);
                let most = if unit == "year" { 30 } else { 60 };
                let count = random.random_range(1..=most);
                let interval = interval(random, days * count);
                let end = end(&now, unit, interval);
                let step = if unit == "quarter" { "3 months" } else { unit };
                let from = if unit == "quarter" {
                    // Pages have no ranges of several quarters; months stand in for them.
                    format!("{end} - interval '{} months'", 3 * count)
                } else {
                    format!("{end} - interval '{count} {step}'")
                };
                let word = match unit {
                    "quarter" => format!("last-{}-months", 3 * count),
                    unit => format!("last-{count}-{unit}s"),
                };
                Self::of(&[("range", &word)], interval, from, end)
            }
            4 | 5 => {
                let (unit, days) = pick(random, &UNITS[1..]);
                let interval = interval(random, days);
                let word = if unit == "day" { "today".into() } else { format!("this-{unit}") };
                let from = format!("date_trunc('{unit}', {now})");
                Self::of(&[("range", &word)], interval, from, end(&now, unit, interval))
            }
            6 | 7 => {
                let (unit, days) = pick(random, &UNITS[1..]);
                let interval = interval(random, days);
                let word =
                    if unit == "day" { "yesterday".into() } else { format!("previous-{unit}") };
                let to = format!("date_trunc('{unit}', {now})");
                let step = if unit == "quarter" { "3 months" } else { unit };
                let step = if step == "3 months" { step.into() } else { format!("1 {step}") };
                Self::of(&[("range", &word)], interval, format!("{to} - interval '{step}'"), to)
            }
            _ => Self::custom(random),
        }
    }

    fn custom(random: &mut StdRng) -> Self {
        // Days since the epoch: before one of [`NOWS`], or anywhere from 1900 to 2100.
        let last = match random.random_range(0..4) {
            0 => random.random_range(-25_000..47_000),
            _ => pick(random, &[20_542, 20_396, 17_840, 17_945, 10_957, 19_783, 5_310]),
        };
        let most = 10_i64.pow(random.random_range(1..5));
        let length = random.random_range(0..most);
        let first = (last - length).max(-25_500);
        let interval = interval(random, u32::try_from(last - first + 1).unwrap_or(0));
        let date = |days| {
            let (year, month, day) = civil(days);
            format!("{year:04}-{month:02}-{day:02}")
        };
        let (first, last) = (date(first), date(last));
        if random.random_bool(0.5) {
            let from = format!("timestamp '{first}'");
            let to = format!("timestamp '{last}' + interval '1 day'");
            return Self::of(&[("from", &first), ("to", &last)], interval, from, to);
        }
        let clock = |random: &mut StdRng, hours: std::ops::Range<u32>| {
            let hour = random.random_range(hours);
            format!("{hour:02}:{:02}", random.random_range(0..60))
        };
        let (begin, end) = (clock(random, 0..12), clock(random, 12..24));
        let from = format!("timestamp '{first} {begin}'");
        let to = format!("timestamp '{last} {end}'");
        let (first, last) = (format!("{first}T{begin}"), format!("{last}T{end}"));
        Self::of(&[("from", &first), ("to", &last)], interval, from, to)
    }

    fn of(
        pairs: &[(&str, &str)],
        interval: Option<&'static str>,
        from: String,
        to: String,
    ) -> Self {
        let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let mut pairs: Vec<(String, String)> = pairs.iter().map(own).collect();
        pairs.extend(interval.map(|word| ("interval".to_owned(), word.to_owned())));
        Self { pairs, interval, from, to }
    }
}

/// No interval, or one without too many buckets.
fn interval(random: &mut StdRng, days: u32) -> Option<&'static str> {
    let fine = if days <= DAYS_BY_HOUR { 0 } else { 1 };
    random.random_bool(0.75).then(|| pick(random, &INTERVALS[fine..]))
}

/// The end of the day; with an interval or unit of hours, of the hour.
fn end(now: &str, unit: &str, interval: Option<&str>) -> String {
    let grain = if unit == "hour" || interval == Some("hour") { "hour" } else { "day" };
    format!("date_trunc('{grain}', {now}) + interval '1 {grain}'")
}

/// The first second of each range and the one after its last, each in its zone.
pub(super) fn bounds(
    places: &Places,
    zones: &Zones,
    ranges: &[(&str, &Range)],
) -> Result<Vec<(i64, i64)>> {
    let ask = |(_, range): &(&str, &Range)| {
        let Range { from, to, .. } = range;
        format!("select extract(epoch from {from})::bigint, extract(epoch from {to})::bigint")
    };
    let statements: Vec<String> = ranges.iter().map(ask).collect();
    let answers = places.ask(Database::Postgres, &statements)?;
    let read = |(rows, (zone, _)): (&super::clients::Rows, &(&str, &Range))| {
        let wall = |i: usize| {
            let cell = rows.first().and_then(|row| row.get(i)?.as_ref());
            cell.and_then(|text| text.parse().ok()).context("an end of a range is no number")
        };
        Ok((zones.instant(zone, wall(0)?), zones.instant(zone, wall(1)?)))
    };
    answers.iter().zip(ranges).map(read).collect()
}
