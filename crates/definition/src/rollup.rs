//! A rollup's file: what it is called is the file's name.

use crate::duration;
use crate::fields::Fields;
use crate::problem::{Problem, Problems};
use brisk_domain::{Interval, Lateness, Rollup, RollupColumn, RollupName, SourceName, ZoneName};
use std::time::Duration;
use toml_edit::Document;

/// Refreshing more often would be a query.
const SHORTEST: u32 = 10;

/// Reads the text of `file`, or says all that is wrong with it.
pub fn parse(file: &str, name: RollupName, text: &str) -> Result<Rollup, Vec<Problem>> {
    let mut problems = Problems::of(file, text);
    let document = match Document::parse(text) {
        Ok(document) => document,
        Err(error) => {
            problems.add(error.span(), format!("this is not TOML: {}", error.message()));
            return Err(problems.into_sorted());
        }
    };
    let rollup = rollup(&Fields::root(document.as_table(), "the rollup"), name, &mut problems);
    match (rollup, problems.into_sorted()) {
        (Some(rollup), problems) if problems.is_empty() => Ok(rollup),
        (_, problems) => Err(problems),
    }
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
    let refresh = fields.parsed("refresh", refresh, problems);
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

fn refresh(text: &str) -> Result<Duration, String> {
    let seconds = duration::seconds(text)?;
    if seconds < SHORTEST {
        return Err(format!("\"{text}\" is too often: the least is {SHORTEST}s"));
    }
    Ok(Duration::from_secs(seconds.into()))
}

fn keys(fields: &Fields<'_>, problems: &mut Problems<'_>) -> Vec<RollupColumn> {
    let Some(item) = fields.item("keys") else {
        return Vec::new();
    };
    let texts = item
        .as_array()
        .and_then(|array| array.iter().map(|value| value.as_str()).collect::<Option<Vec<_>>>());
    let Some(texts) = texts else {
        fields.wrong_type("keys", item, "a list of columns", problems);
        return Vec::new();
    };
    let mut keys = Vec::new();
    for text in texts {
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
