//! [`effective`]: which attributes statements see of an account, and whence each value comes.

use crate::account::{Account, Attributes};
use brisk_domain::{Access, AttributeName, Selection, TeamName};
use std::collections::{BTreeMap, BTreeSet};

/// One value of an attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EffectiveValue {
    /// The value. An empty one of the account's own means none, whatever its teams have.
    pub value: String,
    /// Whence it comes.
    pub origin: Origin,
}

/// Whence a value comes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// It is the account's own, and stands over what these teams have.
    Own {
        /// The teams that have the attribute, too.
        over: Vec<TeamName>,
    },
    /// It is of these teams.
    Teams(Vec<TeamName>),
}

impl Account {
    /// What statements see as `:user.…`: its own value of an attribute, or else those of all its teams
    /// together.
    pub fn access(&self, teams: &BTreeMap<TeamName, Attributes>) -> Access {
        let effective = effective(self, teams)
            .into_iter()
            .map(|(name, values)| (name, Selection::of(values.into_iter().map(|one| one.value))));
        Access::of(effective)
    }
}

/// The attributes of `account`: its own value of each, or else those of all its teams together.
pub fn effective(
    account: &Account,
    teams: &BTreeMap<TeamName, Attributes>,
) -> BTreeMap<AttributeName, Vec<EffectiveValue>> {
    let mut given: BTreeMap<AttributeName, BTreeMap<String, Vec<TeamName>>> = BTreeMap::new();
    let own_teams = account.teams.iter().filter_map(|team| teams.get_key_value(team));
    for (team, attributes) in own_teams {
        for (name, selection) in attributes {
            let values = given.entry(name.clone()).or_default();
            for value in selection.values() {
                values.entry(value.clone()).or_default().push(team.clone());
            }
        }
    }
    let of_teams = given.iter().map(|(name, values)| {
        let values = values.iter().map(|(value, teams)| EffectiveValue {
            value: value.clone(),
            origin: Origin::Teams(teams.clone()),
        });
        (name.clone(), values.collect())
    });
    let mut effective: BTreeMap<AttributeName, Vec<EffectiveValue>> = of_teams.collect();
    for (name, selection) in &account.attributes {
        let over: BTreeSet<TeamName> =
            given.get(name).into_iter().flat_map(BTreeMap::values).flatten().cloned().collect();
        let values = selection.values().iter().map(|value| EffectiveValue {
            value: value.clone(),
            origin: Origin::Own { over: over.iter().cloned().collect() },
        });
        effective.insert(name.clone(), values.collect());
    }
    effective
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::tests::{account, attribute};

    fn team(name: &str) -> TeamName {
        TeamName::parse(name).unwrap()
    }

    fn teams() -> BTreeMap<TeamName, Attributes> {
        BTreeMap::from([
            (team("north"), Attributes::from([attribute("region", &["n", "x"])])),
            (team("south"), Attributes::from([attribute("region", &["s", "x"])])),
            (team("other"), Attributes::from([attribute("desk", &["1"])])),
        ])
    }

    fn of(account: &Account) -> Vec<(String, String, Origin)> {
        let all = effective(account, &teams()).into_iter();
        let all = all.flat_map(|(name, values)| {
            values.into_iter().map(move |one| (name.to_string(), one.value, one.origin))
        });
        all.collect()
    }

    #[test]
    fn each_value_says_which_teams_have_it() {
        let both = account(&["north", "south", "gone"], Attributes::new());
        let row = |value: &str, teams: &[&str]| {
            let teams = teams.iter().map(|name| team(name)).collect();
            ("region".to_owned(), value.to_owned(), Origin::Teams(teams))
        };
        let expected = [row("n", &["north"]), row("s", &["south"]), row("x", &["north", "south"])];
        assert_eq!(of(&both), expected);
    }

    #[test]
    fn a_value_of_ones_own_stands_over_those_of_teams_even_if_it_is_empty() {
        let own = Attributes::from([attribute("region", &[""]), attribute("tenant", &["acme"])]);
        let row = |name: &str, value: &str, over: &[&str]| {
            let over = over.iter().map(|name| team(name)).collect();
            (name.to_owned(), value.to_owned(), Origin::Own { over })
        };
        let expected = [row("region", "", &["north", "south"]), row("tenant", "acme", &[])];
        assert_eq!(of(&account(&["north", "south"], own)), expected);
        assert_eq!(of(&account(&[], Attributes::new())), []);
    }
}
