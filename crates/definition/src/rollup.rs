//! A rollup's file; the file's name is the rollup's name.

use brisk_domain::{Interval, Lateness, Rollup, RollupColumn, RollupName, SourceName, ZoneName};
use brisk_toml_reader::{Fields, Problem, Problems, TomlFile};
use std::ops::RangeInclusive;
use std::time::Duration;

/// A rollup refreshed more often than this should be a query.
const REFRESH: RangeInclusive<Duration> =
    Duration::from_secs(10)..=Duration::from_secs(30 * 86_400);

/// Parses the text of `file`, or returns everything that is wrong with it.
pub fn parse(file: &str, name: RollupName, text: &str) -> Result<Rollup, Vec<Problem>> {
    TomlFile::new(file, text).read("the rollup", |fields, problems| rollup(fields, name, problems))
}

fn rollup(fields: &Fields<'_>, name: RollupName, problems: &mut Problems<'_>) -> Option<Rollup> {
    let source = required(fields, "source", SourceName::parse, problems);
    let zone = fields.parsed("timezone", ZoneName::parse, problems);
    let intervals = Interval::ALL.map(|interval| (interval.word(), interval));
    let grain = fields.required_text("grain", problems);
    let grain = grain.and_then(|_| fields.word("grain", &intervals, problems));
    let time = required(fields, "time", RollupColumn::parse, problems);
    let keys = keys(fields, problems);
    let lateness = fields.parsed("lateness", Lateness::parse, problems).unwrap_or_default();
    let refresh = fields.seconds("refresh", REFRESH, problems);
    let query = fields.query("sql", problems);
    fields.finish(problems);
    if let Some(time) = time.as_ref().filter(|time| keys.contains(time)) {
        let message = format!("\"{time}\" is the time: \"keys\" are the other columns");
        problems.add(fields.place("keys"), message);
    }
    Some(Rollup {
        name,
        source: source?,
        zone: zone.unwrap_or_else(ZoneName::utc),
        grain: grain?,
        time: time?,
        keys,
        lateness,
        refresh,
        query: query?,
    })
}

fn required<T, E: std::fmt::Display>(
    fields: &Fields<'_>,
    key: &'static str,
    parse: impl FnOnce(&str) -> Result<T, E>,
    problems: &mut Problems<'_>,
) -> Option<T> {
    fields.required_text(key, problems)?;
    fields.parsed(key, parse, problems)
}

fn keys(fields: &Fields<'_>, problems: &mut Problems<'_>) -> Vec<RollupColumn> {
    let texts = fields.texts("keys", "a list of columns", problems);
    let mut keys = Vec::new();
    for text in texts.unwrap_or_default() {
        match RollupColumn::parse(text) {
            Ok(key) if keys.contains(&key) => {
                problems.add(fields.place("keys"), format!("\"keys\" has \"{key}\" twice"));
            }
            Ok(key) => keys.push(key),
            Err(error) => problems.add(fields.place("keys"), error.to_string()),
        }
    }
    keys
}
