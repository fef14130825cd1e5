//! `to`: who receives a report.

use brisk_domain::report::{Locked, Recipient, RecipientName};
use brisk_domain::{AttributeName, Selection};
use brisk_toml_reader::{Fields, Problems, TextOrTable};
use std::ops::Range;

/// The most recipients: teams have more.
const MAX_RECIPIENTS: usize = 200;
/// The most attributes that are locked for one, and values of each.
const MAX_LOCKED: usize = 100;
const KEY: &str = "to";
const EXPECTED: &str = "a list of recipients such as [\"account:ann\", \"team:sales\"]";

pub(super) fn recipients(fields: &Fields<'_>, problems: &mut Problems<'_>) -> Vec<Recipient> {
    let mut recipients: Vec<Recipient> = Vec::new();
    if !fields.has(KEY) {
        let help = "write to = [\"account:ann\"], or team:, mail: and channel:";
        problems.add_with_help(fields.span(), "the report has no \"to\"", help);
    }
    let items = fields.texts_or_tables(KEY, "a recipient", EXPECTED, problems);
    let Some(items) = items else { return recipients };
    let is_empty = fields.item(KEY).and_then(|item| item.as_array()).is_some_and(|l| l.is_empty());
    if items.len() > MAX_RECIPIENTS || is_empty {
        let message = format!("\"{KEY}\" must have 1 to {MAX_RECIPIENTS} recipients");
        problems.add(fields.place(KEY), message);
        return recipients;
    }
    for (item, place) in items {
        let recipient = match item {
            TextOrTable::Text(text) => named(text, place.clone(), problems),
            TextOrTable::Table(table) => locked_one(&table, problems),
        };
        let Some(recipient) = recipient else { continue };
        let compared = recipient.name.compared();
        if recipients.iter().any(|known| known.name.compared() == compared) {
            problems.add(place, format!("\"{KEY}\" has \"{}\" twice", recipient.name));
            continue;
        }
        recipients.push(recipient);
    }
    recipients
}

fn named(
    text: &str,
    place: Option<Range<usize>>,
    problems: &mut Problems<'_>,
) -> Option<Recipient> {
    match RecipientName::parse(text) {
        Ok(name) => Some(Recipient { name, locked: None }),
        Err(error) => {
            problems.add(place, error.to_string());
            None
        }
    }
}

/// A table with a recipient and what is locked for it.
fn locked_one(table: &Fields<'_>, problems: &mut Problems<'_>) -> Option<Recipient> {
    let name = table.required_text("recipient", problems);
    let name = name.and_then(|_| table.parsed("recipient", RecipientName::parse, problems));
    let locked = locked(table, problems);
    table.finish(problems);
    let name = name?;
    if locked.is_some() && !name.may_be_locked() {
        let message = format!("values cannot be locked for \"{name}\"");
        let help =
            "an account sees what its own attributes allow; \"locked\" is for mail: and channel:";
        problems.add_with_help(table.place("locked"), message, help);
    }
    Some(Recipient { name, locked })
}

/// `locked`: the attributes of somebody without an account.
fn locked(table: &Fields<'_>, problems: &mut Problems<'_>) -> Option<Locked> {
    let attributes = table.table("locked", "\"locked\" of a recipient", problems)?;
    let mut locked = Locked::new();
    for (name, item) in attributes.entries() {
        let place = attributes.key_place(name);
        let texts = match item.as_str() {
            Some(text) => Some(vec![text.to_owned()]),
            None => item.as_array().and_then(|list| {
                list.iter().map(|value| value.as_str().map(ToOwned::to_owned)).collect()
            }),
        };
        let Some(texts) = texts.filter(|texts| {
            (1..=MAX_LOCKED).contains(&texts.len()) && texts.iter().all(|text| !text.is_empty())
        }) else {
            // An empty list would mean no limit elsewhere.
            attributes.wrong_type(
                name,
                item,
                "a text or a list of texts, none of them empty",
                problems,
            );
            continue;
        };
        match AttributeName::parse(name) {
            Ok(name) => drop(locked.insert(name, Selection::of(texts))),
            Err(error) => problems.add(place, error.to_string()),
        }
    }
    if locked.len() > MAX_LOCKED {
        problems
            .add(table.place("locked"), format!("more than {MAX_LOCKED} attributes are locked"));
    }
    Some(locked)
}
