//! The bodies of forms.

use crate::http::security::MAX_FORM;
use axum::body::Body;
use brisk_accounts::Account;
use brisk_accounts::account::Attributes;
use brisk_accounts::effective_attributes::{EffectiveValue, Origin, effective};
use brisk_domain::view::parse_query;
use brisk_domain::{AttributeName, Selection, TeamName};
use std::collections::{BTreeMap, BTreeSet};

/// The fields of a form.
pub(crate) struct Form(Vec<(String, String)>);

impl Form {
    /// Reads a body. One that is too long counts as empty.
    pub(crate) async fn read(body: Body) -> Self {
        let body = axum::body::to_bytes(body, MAX_FORM).await.unwrap_or_default();
        Self(parse_query(&String::from_utf8_lossy(&body)))
    }

    /// The field of that name; empty where there is none.
    pub(crate) fn get(&self, name: &str) -> &str {
        let found = self.0.iter().find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value.as_str())
    }

    /// All fields of that name.
    pub(crate) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Names of teams, separated by blanks or commas; an error is a sentence.
    pub(crate) fn teams(&self, name: &str) -> Result<BTreeSet<TeamName>, String> {
        let words = self.get(name).split([' ', ',', '\n', '\r', '\t']);
        let teams = words.filter(|word| !word.is_empty()).map(TeamName::parse);
        teams.collect::<Result<_, _>>().map_err(|error| format!("The {error}."))
    }

    /// Attributes, one `name=value` per line; an error is a sentence.
    pub(crate) fn attributes(&self, name: &str) -> Result<Attributes, String> {
        let mut values: BTreeMap<AttributeName, Vec<String>> = BTreeMap::new();
        for line in self.get(name).lines().map(str::trim).filter(|line| !line.is_empty()) {
            let Some((name, value)) = line.split_once('=') else {
                let line: String = line.chars().take(80).collect();
                return Err(format!("\"{line}\" is no attribute: write name=value."));
            };
            let name =
                AttributeName::parse(name.trim()).map_err(|error| format!("The {error}."))?;
            values.entry(name).or_default().push(value.trim().to_owned());
        }
        Ok(values.into_iter().map(|(name, values)| (name, Selection::of(values))).collect())
    }
}

/// Attributes as forms show them.
pub(crate) fn attribute_lines(attributes: &Attributes) -> String {
    let lines = attributes.iter().flat_map(|(name, selection)| {
        selection.values().iter().map(move |value| format!("{name}={value}"))
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The attributes that statements see of `account`, each with whence it comes; its own come from `own`.
pub(crate) fn effective_attributes(
    account: &Account,
    teams: &BTreeMap<TeamName, Attributes>,
    own: &str,
) -> Vec<(String, String)> {
    let of_teams = |teams: &[TeamName]| {
        let names: Vec<&str> = teams.iter().map(TeamName::as_str).collect();
        let noun = if names.len() == 1 { "team" } else { "teams" };
        format!("{noun} {}", names.join(", "))
    };
    let row = |name: &AttributeName, EffectiveValue { value, origin }: EffectiveValue| {
        let pair = match value.is_empty() {
            true => format!("{name}: none"),
            false => format!("{name}={value}"),
        };
        let whence = match origin {
            Origin::Own { over } if over.is_empty() => own.to_owned(),
            Origin::Own { over } => format!("{own}, instead of {}", of_teams(&over)),
            Origin::Teams(teams) => of_teams(&teams),
        };
        (pair, whence)
    };
    let rows = effective(account, teams).into_iter();
    let rows = rows.flat_map(|(name, values)| {
        values.into_iter().map(|value| row(&name, value)).collect::<Vec<_>>()
    });
    rows.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn form(text: &'static str) -> Form {
        Form::read(Body::from(text)).await
    }

    #[tokio::test]
    async fn attributes_are_shown_as_they_are_typed() {
        let form =
            form("attributes=tenant%3Dacme%0D%0Aregion%3Da%3Db%0D%0A%0D%0Atenant%3Dother").await;
        let read = form.attributes("attributes").unwrap();
        assert_eq!(attribute_lines(&read), "region=a=b\ntenant=acme\ntenant=other");
    }

    #[tokio::test]
    async fn what_is_no_team_or_attribute_is_said() {
        let form = form("teams=sales,+board%0Ax&bad=Sales+Team&attributes=tenant").await;
        assert_eq!(form.teams("teams").unwrap().len(), 3);
        assert!(form.teams("bad").unwrap_err().contains("Sales"));
        assert!(form.attributes("attributes").unwrap_err().contains("name=value"));
        assert_eq!(form.get("missing"), "");
    }
}
