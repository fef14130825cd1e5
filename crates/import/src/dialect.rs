//! The SQL dialects.

use std::fmt;

/// A SQL dialect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// SQLite.
    Sqlite,
    /// PostgreSQL.
    Postgres,
    /// MySQL and MariaDB.
    MySql,
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
            Self::MySql => "MySQL and MariaDB",
        })
    }
}

impl Dialect {
    /// Its key in a plan that has SQL for each dialect.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
            Self::MySql => "mysql",
        }
    }

    /// `name` in quotes, so that it may be a reserved word. PostgreSQL folds unquoted names to
    /// lower case, as a plan's statements and panels write them.
    pub(crate) fn quoted(self, name: &str) -> String {
        match self {
            Self::Sqlite => format!("\"{}\"", name.replace('"', "\"\"")),
            Self::Postgres => format!("\"{}\"", name.to_ascii_lowercase().replace('"', "\"\"")),
            Self::MySql => format!("`{}`", name.replace('`', "``")),
        }
    }
}
