//! [`Audience`]: who may see a dashboard.

use crate::{FolderName, TeamName};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Who may see a dashboard, besides admins.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum Audience {
    /// Anyone who reaches the server, signed in or not.
    Public,
    /// Everyone who has signed in.
    #[default]
    SignedIn,
    /// Members of one of these teams; nobody if the list is empty.
    Teams(Vec<TeamName>),
}

/// A folder of dashboards.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Folder {
    /// Its name, that of its directory.
    pub name: FolderName,
    /// The title for readers.
    pub title: String,
}

/// The word names no audience.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is no audience: write \"public\", \"everyone\" or \"team:NAME\"")]
pub struct NoAudience(pub String);

impl Audience {
    /// Parses the words of a file: `everyone`, `public`, or names of teams, each prefixed with `team:`. A
    /// word that is not understood lets nobody in.
    pub fn of_words<'w>(words: impl IntoIterator<Item = &'w str>) -> Result<Self, NoAudience> {
        let mut teams = Vec::new();
        let mut widest = None;
        for word in words {
            let team = word.strip_prefix("team:").and_then(|name| TeamName::parse(name).ok());
            match (word, team) {
                (_, Some(team)) => teams.push(team),
                ("public", _) => widest = Some(Self::Public),
                ("everyone", _) => widest = widest.or(Some(Self::SignedIn)),
                _ => return Err(NoAudience(word.chars().take(80).collect())),
            }
        }
        teams.sort();
        teams.dedup();
        Ok(widest.unwrap_or(Self::Teams(teams)))
    }
}

impl fmt::Display for Audience {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Public => f.write_str("public"),
            Self::SignedIn => f.write_str("everyone"),
            Self::Teams(teams) => {
                let names: Vec<String> = teams.iter().map(|team| format!("team:{team}")).collect();
                f.write_str(&names.join(", "))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_say_who_may_see_it_and_nonsense_lets_nobody_in() {
        let of = |words: &[&str]| Audience::of_words(words.iter().copied());
        let teams = |names: &[&str]| {
            Ok(Audience::Teams(names.iter().map(|n| TeamName::parse(n).unwrap()).collect()))
        };
        assert_eq!(of(&["public"]), Ok(Audience::Public));
        assert_eq!(of(&["everyone"]), Ok(Audience::SignedIn));
        assert_eq!(of(&["team:sales", "team:board", "team:sales"]), teams(&["board", "sales"]));
        assert_eq!(of(&["team:sales", "everyone"]), Ok(Audience::SignedIn));
        assert_eq!(of(&[]), teams(&[]), "an empty list names nobody");
        for bad in ["", "Public", "sales", "team:", "team:Sales", "team: sales", "everybody"] {
            assert!(of(&[bad]).is_err(), "{bad}");
        }
    }
}
