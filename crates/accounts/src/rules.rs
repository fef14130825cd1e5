//! [`Rules`]: what an account becomes by an issuer's claims about its owner, at each sign-in.
//!
//! Rules own what they mention: where any rule gives a role, an account has the highest that it is
//! given, and is a viewer where it is given none; teams and attributes that rules name are taken away
//! where no rule gives them. What no rule mentions stays as an admin has set it.

use crate::account::{Account, Attributes};
use crate::role::Role;
use brisk_domain::{AttributeName, Selection, TeamName};
use std::collections::{BTreeMap, BTreeSet};

/// An issuer's claims about somebody: values by the names of claims.
pub type Claims = BTreeMap<String, BTreeSet<String>>;

/// What somebody with a certain claim is given.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rule {
    /// The claim that is looked at.
    pub claim: String,
    /// One of these values; any where none is named.
    pub values: BTreeSet<String>,
    /// The role that it gives.
    pub role: Option<Role>,
    /// The teams.
    pub teams: BTreeSet<TeamName>,
    /// The attributes.
    pub attributes: Attributes,
    /// The attribute that takes the claim's own values.
    pub attribute: Option<AttributeName>,
}

/// All rules.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rules(pub Vec<Rule>);

/// What an account becomes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// What it looks after.
    pub role: Role,
    /// The teams that it is in.
    pub teams: BTreeSet<TeamName>,
    /// Its own attributes.
    pub attributes: Attributes,
}

impl Rule {
    /// The values of the claim that the rule is about.
    fn matching<'c>(&'c self, claims: &'c Claims) -> impl Iterator<Item = &'c String> {
        let said = claims.get(&self.claim).into_iter().flatten();
        said.filter(|value| self.values.is_empty() || self.values.contains(*value))
    }
}

impl Rules {
    /// What `account` becomes by `claims`.
    pub fn given(&self, claims: &Claims, account: &Account) -> Given {
        let holding: Vec<&Rule> =
            self.0.iter().filter(|rule| rule.matching(claims).next().is_some()).collect();
        let mut given = Given {
            role: account.role,
            teams: account.teams.clone(),
            attributes: account.attributes.clone(),
        };
        if self.0.iter().any(|rule| rule.role.is_some()) {
            given.role = holding.iter().filter_map(|rule| rule.role).max().unwrap_or_default();
        }
        for team in self.0.iter().flat_map(|rule| &rule.teams) {
            given.teams.remove(team);
        }
        given.teams.extend(holding.iter().flat_map(|rule| rule.teams.iter().cloned()));
        for rule in &self.0 {
            for name in rule.attributes.keys().chain(&rule.attribute) {
                given.attributes.remove(name);
            }
        }
        let mut values: BTreeMap<AttributeName, BTreeSet<String>> = BTreeMap::new();
        for rule in holding {
            for (name, selection) in &rule.attributes {
                values.entry(name.clone()).or_default().extend(selection.values().iter().cloned());
            }
            if let Some(name) = &rule.attribute {
                values.entry(name.clone()).or_default().extend(rule.matching(claims).cloned());
            }
        }
        let values = values.into_iter().map(|(name, values)| (name, Selection::of(values)));
        given.attributes.extend(values);
        given
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::{AccountId, LoginName};
    use brisk_domain::Timestamp;

    fn team(name: &str) -> TeamName {
        TeamName::parse(name).unwrap()
    }

    fn attribute(name: &str) -> AttributeName {
        AttributeName::parse(name).unwrap()
    }

    fn texts(values: &[&str]) -> BTreeSet<String> {
        values.iter().map(|value| (*value).to_owned()).collect()
    }

    fn account(role: Role, teams: &[&str]) -> Account {
        Account {
            id: AccountId::random(),
            name: LoginName::parse("ann").unwrap(),
            full_name: "Ann".into(),
            role,
            is_disabled: false,
            teams: teams.iter().map(|name| team(name)).collect(),
            attributes: Attributes::new(),
            password: None,
            authenticator: None,
            created_at: Timestamp(0),
            signed_in_at: None,
        }
    }

    fn groups(values: &[&str]) -> Claims {
        Claims::from([("groups".to_owned(), texts(values))])
    }

    fn rule(group: &str) -> Rule {
        Rule { claim: "groups".into(), values: texts(&[group]), ..Rule::default() }
    }

    #[test]
    fn the_highest_role_that_is_given_holds_and_none_makes_a_viewer() {
        let rules = Rules(vec![
            Rule { role: Some(Role::Admin), ..rule("it") },
            Rule { role: Some(Role::Editor), ..rule("analysts") },
        ]);
        let role = |claims: &Claims| rules.given(claims, &account(Role::Admin, &[])).role;
        assert_eq!(role(&groups(&["analysts", "it", "other"])), Role::Admin);
        assert_eq!(role(&groups(&["analysts"])), Role::Editor);
        assert_eq!(role(&groups(&["it "])), Role::Viewer, "names are compared as they are");
        assert_eq!(role(&Claims::new()), Role::Viewer, "who has left the group is none any more");
    }

    #[test]
    fn what_no_rule_speaks_of_stays_as_an_admin_has_set_it() {
        let rules = Rules(vec![Rule { teams: [team("sales")].into(), ..rule("sellers") }]);
        let of = |claims: &Claims, teams: &[&str]| {
            let given = rules.given(claims, &account(Role::Editor, teams));
            (given.role, given.teams.iter().map(ToString::to_string).collect::<Vec<_>>())
        };
        let names = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>();
        assert_eq!(
            of(&groups(&["sellers"]), &["board"]),
            (Role::Editor, names(&["board", "sales"]))
        );
        assert_eq!(of(&groups(&[]), &["board", "sales"]), (Role::Editor, names(&["board"])));
        let none = Rules::default().given(&groups(&["it"]), &account(Role::Admin, &["board"]));
        assert_eq!((none.role, none.teams.len()), (Role::Admin, 1));
    }

    #[test]
    fn attributes_are_given_copied_and_taken_away() {
        let fixed = Attributes::from([(attribute("region"), Selection::of(["north".to_owned()]))]);
        let copied = Rule {
            claim: "tenant".into(),
            attribute: Some(attribute("tenant")),
            ..Rule::default()
        };
        let rules = Rules(vec![Rule { attributes: fixed, ..rule("north") }, copied]);
        let mut ann = account(Role::Viewer, &[]);
        let own = |name: &str| (attribute(name), Selection::of(["own".to_owned()]));
        ann.attributes = Attributes::from([own("region"), own("tenant"), own("desk")]);
        let mut claims = groups(&["north"]);
        claims.insert("tenant".into(), texts(&["acme", "bolt"]));
        let given = rules.given(&claims, &ann).attributes;
        let values = |name: &str| given.get(&attribute(name)).map(|s| s.values().to_vec());
        assert_eq!(values("region"), Some(vec!["north".to_owned()]));
        assert_eq!(values("tenant"), Some(vec!["acme".to_owned(), "bolt".to_owned()]));
        assert_eq!(values("desk"), Some(vec!["own".to_owned()]));
        let given = rules.given(&Claims::new(), &ann).attributes;
        assert_eq!(given.len(), 1, "missing: no data, whatever was there before");
    }
}
