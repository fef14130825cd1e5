//! [`StoreLocation`]: where the store is.

use std::fmt;
use std::path::{Path, PathBuf};

/// Where the store is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreLocation {
    /// In this SQLite file.
    Sqlite(PathBuf),
    /// In a database of a PostgreSQL server.
    Postgres(DatabaseUrl),
}

/// The URL of a PostgreSQL database. It may hold a password, and is not shown.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl(String);

impl DatabaseUrl {
    /// The URL, where it is one of PostgreSQL.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let is_one = ["postgres://", "postgresql://"].iter().any(|start| text.starts_with(start));
        is_one.then(|| Self(text.to_owned()))
    }

    /// The URL with its password, for connecting.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DatabaseUrl(…)")
    }
}

/// Where the store is, without the password.
impl fmt::Display for StoreLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "{}", path.display()),
            Self::Postgres(_) => f.write_str("PostgreSQL"),
        }
    }
}

/// `path` with `suffix` at its end.
pub(crate) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}
