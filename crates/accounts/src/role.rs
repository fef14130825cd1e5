//! [`Role`]: how much of the server an account looks after.

use std::fmt;

/// How much of the server an account looks after. Each role may do all that the ones before it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Role {
    /// Nothing: it sees the dashboards that it may see.
    #[default]
    Viewer,
    /// The dashboards of its folders: it sees what is behind them, too.
    Editor,
    /// All of it.
    Admin,
}

impl Role {
    /// All of them, from the least to the most.
    pub const ALL: [Self; 3] = [Self::Viewer, Self::Editor, Self::Admin];

    /// The role of that name.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.word() == word)
    }

    /// Its name.
    pub fn word(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Editor => "editor",
            Self::Admin => "admin",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}
