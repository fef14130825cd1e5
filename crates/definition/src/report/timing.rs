//! `cron`, `timezone`, `after` and what belongs to them: when a report is due.

use super::place::place_in;
use crate::warm;
use brisk_domain::report::timing::time_of_day;
use brisk_domain::report::{CronTime, Landing, LatestTime, Period, Timing};
use brisk_domain::tag::Slip;
use brisk_domain::{Tag, ZoneName};
use brisk_toml_reader::{Fields, Problems, suggestion};
use chrono::NaiveTime;

/// The most tags that a report waits for.
const MAX_TAGS: usize = 20;
/// The keys that say something about `after`.
const OF_AFTER: [&str; 3] = ["at_latest", "once", "period_begins"];

pub(super) fn timing(fields: &Fields<'_>, problems: &mut Problems<'_>) -> Option<Timing> {
    let zone = fields.parsed("timezone", ZoneName::parse, problems).unwrap_or_else(ZoneName::utc);
    let cron = warm::at_times(fields, "cron", &zone, problems);
    let cron: Vec<CronTime> = cron.into_iter().map(|time| CronTime(time.expression)).collect();
    let after = after(fields, problems);
    let once = fields.word("once", &Period::WORDS, problems);
    let begins =
        fields.expected("period_begins", "a time such as \"20:00\"", time_of_day, problems);
    let at_latest = at_latest(fields, once, problems);
    if !fields.has("cron") && !fields.has("after") {
        let help = "write cron = \"0 6 * * 1-5\", or after = [\"table:shop.orders\"], or both";
        problems.add_with_help(fields.span(), "the report is never due", help);
    }
    let times = fields.item("cron").and_then(|item| item.as_array());
    if times.is_some_and(|times| times.is_empty()) {
        problems.add(fields.place("cron"), "\"cron\" is empty: leave it out, or name a time");
    }
    if !fields.has("after") {
        for key in OF_AFTER.into_iter().filter(|key| fields.has(key)) {
            let message =
                format!("\"{key}\" says when the data of \"after\" land, which is missing");
            problems.add(fields.key_place(key), message);
        }
    }
    let landing = after.map(|after| Landing {
        after,
        once: once.unwrap_or_default(),
        begins: begins.unwrap_or(NaiveTime::MIN),
        at_latest,
    });
    (!cron.is_empty() || landing.is_some()).then_some(Timing { zone, cron, landing })
}

/// `after`: tags, one or several.
fn after(fields: &Fields<'_>, problems: &mut Problems<'_>) -> Option<Vec<Tag>> {
    let item = fields.item("after")?;
    let texts = match item.as_str() {
        Some(text) => vec![text],
        None => fields.texts("after", "a tag, or a list of tags", problems)?,
    };
    if texts.is_empty() || texts.len() > MAX_TAGS {
        let message = format!("\"after\" must have 1 to {MAX_TAGS} tags");
        problems.add(fields.place("after"), message);
        return None;
    }
    let mut tags: Vec<Tag> = Vec::new();
    for (at, text) in texts.into_iter().enumerate() {
        let place = place_in(fields, "after", at);
        let tag = match Tag::parse(text) {
            Ok(tag) => tag,
            Err(error) => {
                problems.add(place, error.to_string());
                continue;
            }
        };
        // It would never land, and the report would always be late.
        match tag.slip() {
            Some(Slip::Incomplete(kind)) => {
                let message = format!("tag {} is incomplete", problems.quoted(text));
                problems.add_with_help(place, message, format!("write {}", kind.form()));
                continue;
            }
            Some(Slip::UnknownKind(kind)) => {
                let kinds = ["table", "source", "rollup", "dashboard", "panel"];
                if let Some(meant) = brisk_toml_reader::nearest(kind, &kinds) {
                    let message = format!("tag {} is of no known kind", problems.quoted(text));
                    problems.add_with_help(place, message, suggestion(kind, &[meant]));
                    continue;
                }
            }
            None => {}
        }
        if tags.iter().any(|known| known.compared() == tag.compared()) {
            problems.add(place, format!("\"after\" has {} twice", problems.quoted(text)));
            continue;
        }
        tags.push(tag);
    }
    Some(tags).filter(|tags| !tags.is_empty())
}

/// `at_latest`: a time, of a week with its day.
fn at_latest(
    fields: &Fields<'_>,
    once: Option<Period>,
    problems: &mut Problems<'_>,
) -> Option<LatestTime> {
    // One that cannot be read says nothing about the form.
    let is_unclear = once.is_none() && fields.has("once");
    let once = once.unwrap_or_default();
    let expected = match once {
        Period::Day => "a time such as \"09:00\"",
        Period::Week => "a day and a time such as \"mon 09:00\"",
    };
    let fits =
        |latest: &LatestTime| is_unclear || latest.weekday.is_some() == (once == Period::Week);
    let parse = |text: &str| LatestTime::parse(text).filter(fits);
    fields.expected("at_latest", expected, parse, problems)
}
