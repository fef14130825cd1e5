//! `warm` of a dashboard: when it is loaded into the cache before anybody asks.

use crate::timetable::Timetable;
use brisk_domain::ZoneName;
use brisk_toml_reader::{Fields, Problems};

/// The most times that are read for one dashboard.
const MOST: usize = 20;
const EXPECTED: &str = "a time such as \"0 6 * * 1-5\", or a list of them";

/// When a dashboard is warmed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WarmTime {
    /// As in a crontab: `0 6 * * 1-5`.
    pub expression: String,
    /// The zone whose clock it follows.
    pub zone: ZoneName,
}

/// Reads `warm`: an expression, several, or a table with `at` and `timezone`; without `timezone`, the
/// clock is the dashboard's.
pub(crate) fn times(
    fields: &Fields<'_>,
    zone: Option<&ZoneName>,
    problems: &mut Problems<'_>,
) -> Vec<WarmTime> {
    let Some(item) = fields.item("warm") else { return Vec::new() };
    let zone = zone.cloned().unwrap_or_else(ZoneName::utc);
    let Some(table) = Fields::new(item, format!("\"warm\" of {}", fields.title())) else {
        return at_times(fields, "warm", &zone, problems);
    };
    let zone = table.parsed("timezone", ZoneName::parse, problems).unwrap_or(zone);
    if !table.has("at") {
        problems.add(table.span(), format!("{} has no \"at\"", table.title()));
    }
    let times = at_times(&table, "at", &zone, problems);
    table.finish(problems);
    times
}

/// Reads one time or a list of them under `key`.
pub(crate) fn at_times(
    fields: &Fields<'_>,
    key: &'static str,
    zone: &ZoneName,
    problems: &mut Problems<'_>,
) -> Vec<WarmTime> {
    let Some(item) = fields.item(key) else { return Vec::new() };
    let texts = match item.as_str() {
        Some(text) => vec![text],
        None => fields.texts(key, EXPECTED, problems).unwrap_or_default(),
    };
    if texts.len() > MOST {
        problems.add(fields.place(key), format!("\"{key}\" has more than {MOST} times"));
        return Vec::new();
    }
    let mut times: Vec<WarmTime> = Vec::new();
    for (at, text) in texts.into_iter().enumerate() {
        // Of several, the position of the wrong one.
        let of_list = item.as_array().and_then(|list| list.get(at)).and_then(|one| one.span());
        let place = || of_list.clone().or_else(|| fields.place(key));
        let expression = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let time = WarmTime { expression, zone: zone.clone() };
        match Timetable::parse(text, zone.as_str()) {
            Ok(_) if times.contains(&time) => {
                problems.add(place(), format!("\"{key}\" has {} twice", problems.quoted(text)));
            }
            Ok(_) => times.push(time),
            Err(why) => problems.add(place(), why.trim_end_matches('.')),
        }
    }
    times
}
