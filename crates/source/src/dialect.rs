//! [`Dialect`]: the SQL that a source speaks.

use crate::mysql::syntax::MySqlSyntax;
use crate::postgres::syntax::PostgresSyntax;
use crate::sqlite::syntax::SqliteSyntax;
use crate::syntax::{self, Syntax};

/// A variety of SQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// SQLite; instants are whole seconds since the epoch.
    Sqlite,
    /// PostgreSQL; instants are `timestamptz`.
    Postgres,
    /// MySQL and MariaDB; instants are `datetime` or `timestamp`, read in UTC.
    MySql,
}

impl Dialect {
    /// All dialects.
    pub const ALL: [Self; 3] = [Self::Sqlite, Self::Postgres, Self::MySql];

    /// How it writes SQL.
    pub(crate) fn syntax(self) -> &'static dyn Syntax {
        match self {
            Self::Sqlite => &SqliteSyntax,
            Self::Postgres => &PostgresSyntax,
            Self::MySql => &MySqlSyntax,
        }
    }

    /// `name` in the dialect's quotes.
    pub(crate) fn quoted(self, name: &str) -> String {
        syntax::quoted(self.syntax(), name)
    }
}
