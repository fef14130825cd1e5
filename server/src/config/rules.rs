//! `[[auth.oidc.rule]]` and `[[auth.proxy.rule]]`: what accounts become by the claims of an issuer.

use brisk_accounts::Role;
use brisk_accounts::Rules;
use brisk_accounts::account::Attributes;
use brisk_accounts::rules::Rule;
use brisk_domain::{AttributeName, Selection, TeamName};
use brisk_toml_reader::{Fields, Problems};
use std::collections::BTreeSet;

/// Rules that one table may have: more would be a list of people, which belongs at the provider.
const MOST: usize = 500;

/// Reads all rules of `table`, which are called `title`; each names its claim, or is about `usual`.
pub(super) fn read(
    table: &Fields<'_>,
    title: &str,
    usual: Option<&str>,
    problems: &mut Problems<'_>,
) -> Rules {
    let tables = table.tables("rule", title, problems);
    if tables.len() > MOST {
        problems.add(table.place("rule"), format!("there are more than {MOST} {title}"));
        return Rules::default();
    }
    let rules = tables.iter().filter_map(|table| {
        let rule = rule(table, usual, problems);
        table.finish(problems);
        rule
    });
    Rules(rules.collect())
}

fn rule(table: &Fields<'_>, usual: Option<&str>, problems: &mut Problems<'_>) -> Option<Rule> {
    let claim = match usual {
        Some(usual) => table.text("claim", problems).or(Some(usual)),
        None => table.required_text("claim", problems),
    };
    let value = table.text("value", problems).map(ToOwned::to_owned);
    let values = table.texts("values", "a list of texts", problems).unwrap_or_default();
    let values: BTreeSet<String> = values.into_iter().map(ToOwned::to_owned).chain(value).collect();
    let words = Role::ALL.map(|role| (role.word(), role));
    let role = table.word("role", &words, problems);
    let mut teams = BTreeSet::new();
    for text in table.texts("teams", "a list of teams", problems).unwrap_or_default() {
        match TeamName::parse(text) {
            Ok(team) => _ = teams.insert(team),
            Err(error) => problems.add(table.place("teams"), error.to_string()),
        }
    }
    let attribute = table.parsed("attribute", AttributeName::parse, problems);
    let attributes = table.table("attributes", "\"attributes\" of a rule", problems);
    let attributes = attributes.map(|table| attributes_of(&table, problems)).unwrap_or_default();
    let rule = Rule { claim: claim?.to_owned(), values, role, teams, attributes, attribute };
    let gives = rule.role.is_some()
        || rule.attribute.is_some()
        || !(rule.teams.is_empty() && rule.attributes.is_empty());
    if !gives {
        let help = "say a role, teams, attributes, or an attribute that takes the claim's values";
        problems.add_with_help(table.span(), "this rule gives nothing", help);
    }
    Some(rule)
}

/// `{ tenant = "acme", region = ["north", "south"] }`
fn attributes_of(table: &Fields<'_>, problems: &mut Problems<'_>) -> Attributes {
    let mut attributes = Attributes::new();
    for (key, item) in table.entries() {
        let values: Option<Vec<String>> = match item.as_str() {
            Some(text) => Some(vec![text.to_owned()]),
            None => item.as_array().and_then(|list| {
                list.iter().map(|value| value.as_str().map(ToOwned::to_owned)).collect()
            }),
        };
        match (AttributeName::parse(key), values) {
            (Ok(name), Some(values)) => _ = attributes.insert(name, Selection::of(values)),
            (Ok(_), None) => table.wrong_type(key, item, "a text or a list of texts", problems),
            (Err(error), _) => problems.add(table.key_place(key), error.to_string()),
        }
    }
    attributes
}
