//! [`Account`]: a person who may sign in.

use crate::role::Role;
use crate::verdict::{Folders, Standing};
use brisk_domain::{AttributeName, Selection, TeamName, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// Identifies an account for good, whatever its name becomes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountId(String);

/// The name that somebody signs in with, in lower case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LoginName(String);

/// Attributes with their values, of a person or a team.
pub type Attributes = BTreeMap<AttributeName, Selection>;

/// A person who may sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Who it is.
    pub id: AccountId,
    /// The name to sign in with.
    pub name: LoginName,
    /// The name that others read.
    pub full_name: String,
    /// What it looks after.
    pub role: Role,
    /// It may not sign in.
    pub is_disabled: bool,
    /// The teams that it is in.
    pub teams: BTreeSet<TeamName>,
    /// Its own attributes.
    pub attributes: Attributes,
    /// The password's hash, if it has one.
    pub password: Option<String>,
    /// The authenticator's secret, once it is confirmed.
    pub authenticator: Option<Vec<u8>>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When somebody signed in to it for the last time.
    pub signed_in_at: Option<Timestamp>,
}

/// The text is no name to sign in with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a name to sign in with has 1 to 64 of the characters a-z, 0-9 and . _ - @ +")]
pub struct NoLoginName;

impl AccountId {
    /// A new one, that nobody can guess.
    pub fn random() -> Self {
        Self(format!("{:032x}", rand::random::<u128>()))
    }

    /// The id that the store has kept.
    pub fn kept(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl LoginName {
    /// The longest, in characters.
    pub const LONGEST: usize = 64;

    /// Reads what somebody typed: case and blanks around it do not count.
    pub fn parse(text: &str) -> Result<Self, NoLoginName> {
        let name = text.trim().to_ascii_lowercase();
        let fits = |c: char| c.is_ascii_alphanumeric() || "._-@+".contains(c);
        let is_name = (1..=Self::LONGEST).contains(&name.len()) && name.chars().all(fits);
        if is_name { Ok(Self(name)) } else { Err(NoLoginName) }
    }

    /// A name that no account has, in place of text that is no name.
    pub fn nobody() -> Self {
        Self("-".to_owned())
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for LoginName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Account {
    /// What its rights are decided by, if it looks after these folders.
    pub fn standing(&self, folders: Folders) -> Standing {
        Standing { role: self.role, teams: self.teams.clone(), folders }
    }
}

/// The longest text of a full name, in characters.
pub const LONGEST_FULL_NAME: usize = 100;

/// A name for others to read: without control characters, characters that change the direction of text
/// or are invisible, and blanks around it; none where nothing is left.
pub fn full_name(text: &str) -> Option<String> {
    let is_hidden = |c: char| {
        matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
    };
    let is_plain = |c: &char| !c.is_control() && !is_hidden(*c);
    let name: String = text.chars().filter(is_plain).take(LONGEST_FULL_NAME).collect();
    let name = name.trim();
    (!name.is_empty()).then(|| name.to_owned())
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn attribute(name: &str, values: &[&str]) -> (AttributeName, Selection) {
        let values = values.iter().map(|value| (*value).to_owned());
        (AttributeName::parse(name).unwrap(), Selection::of(values))
    }

    pub(crate) fn account(teams: &[&str], attributes: Attributes) -> Account {
        Account {
            id: AccountId::random(),
            name: LoginName::parse("ann").unwrap(),
            full_name: "Ann".into(),
            role: Role::Viewer,
            is_disabled: false,
            teams: teams.iter().map(|team| TeamName::parse(team).unwrap()).collect(),
            attributes,
            password: None,
            authenticator: None,
            created_at: Timestamp(0),
            signed_in_at: None,
        }
    }

    #[test]
    fn names_differ_in_more_than_case() {
        let name = LoginName::parse(" Ann.Lee@Example.com ").unwrap();
        assert_eq!(name.as_str(), "ann.lee@example.com");
        for bad in ["", " ", "a b", "a/b", "a\u{0}", "\u{0430}nn", "a:b", &"x".repeat(65)] {
            assert!(LoginName::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_persons_own_attribute_stands_over_those_of_teams_which_add_up() {
        let team = |name: &str| TeamName::parse(name).unwrap();
        let teams = BTreeMap::from([
            (team("north"), Attributes::from([attribute("region", &["n"])])),
            (team("south"), Attributes::from([attribute("region", &["s"])])),
            (team("other"), Attributes::from([attribute("region", &["o"])])),
        ]);
        let region = AttributeName::parse("region").unwrap();
        let of = |account: Account| account.access(&teams).values(&region);
        let both = account(&["north", "south", "gone"], Attributes::new());
        assert_eq!(of(both), Some(vec!["n".to_owned(), "s".to_owned()]));
        let own = account(&["north"], Attributes::from([attribute("region", &["x"])]));
        assert_eq!(of(own), Some(vec!["x".to_owned()]));
        assert_eq!(of(account(&[], Attributes::new())), None, "missing: no data");
        let empty = account(&["north"], Attributes::from([attribute("region", &[""])]));
        assert_eq!(of(empty), None, "an empty value of one's own is none, and not the team's");
    }

    #[test]
    fn full_names_say_what_they_seem_to() {
        assert_eq!(full_name("  Ann Lee\n").as_deref(), Some("Ann Lee"));
        assert_eq!(full_name("Ann\u{202e}nimda").as_deref(), Some("Annnimda"));
        let hidden = "A\u{61c}d\u{ad}m\u{feff}i\u{2060}n\u{e0041}\u{200b}";
        assert_eq!(full_name(hidden).as_deref(), Some("Admin"));
        assert_eq!(full_name(" \u{0} "), None);
        assert_eq!(full_name(&"x".repeat(500)).map(|name| name.len()), Some(100));
    }
}
