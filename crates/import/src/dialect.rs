//! The databases' ways of spelling SQL, and what a plan says for each of them.

use crate::plan::{Column, ColumnType};
use serde::Deserialize;
use std::fmt;

/// How a database spells SQL.
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
    /// The key of a plan's tables.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
            Self::MySql => "mysql",
        }
    }

    /// `name`, in quotes, so that it may be a word of SQL. PostgreSQL takes names without quotes
    /// for lower-case ones; a plan's statements and panels name tables and columns that way.
    pub(crate) fn quoted(self, name: &str) -> String {
        match self {
            Self::Sqlite => format!("\"{}\"", name.replace('"', "\"\"")),
            Self::Postgres => format!("\"{}\"", name.to_ascii_lowercase().replace('"', "\"\"")),
            Self::MySql => format!("`{}`", name.replace('`', "``")),
        }
    }

    /// The type of a column.
    pub(crate) fn type_of(self, column: &Column) -> String {
        /// The longest `varchar` of up to four bytes a character.
        const VARCHAR: u32 = 16_383;
        match (self, column.kind) {
            (Self::MySql, ColumnType::Text) => match column.length {
                Some(length) if length <= VARCHAR => format!("varchar({length})"),
                _ => "longtext".into(),
            },
            (_, ColumnType::Text) => "text".into(),
            (Self::Sqlite, ColumnType::Float) => "real".into(),
            (Self::Postgres, ColumnType::Float) => "double precision".into(),
            (Self::MySql, ColumnType::Float) => "double".into(),
            (Self::Postgres, ColumnType::Timestamp) => "timestamptz".into(),
            // `timestamp` ends in 2038 on many servers; this one is in UTC by agreement.
            (Self::MySql, ColumnType::Timestamp) => "datetime(6)".into(),
            (Self::Sqlite, _) => "integer".into(),
            (_, ColumnType::Integer | ColumnType::Decimal) => "bigint".into(),
        }
    }
}

/// Something of a plan that is SQL: the same for all databases, or for each its own.
#[derive(Debug, Clone, Deserialize)]
#[serde(
    untagged,
    expecting = "neither one for all databases nor a table with the keys sqlite, postgres, mysql"
)]
pub enum PerDialect<T> {
    /// One for all.
    Same(T),
    /// Each its own; where there is none, the plan is not for that database.
    Each(Each<T>),
}

/// What each database gets.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Each<T> {
    /// SQLite.
    sqlite: Option<T>,
    /// PostgreSQL.
    postgres: Option<T>,
    /// MySQL and MariaDB.
    mysql: Option<T>,
}

impl<T: Default> Default for PerDialect<T> {
    fn default() -> Self {
        Self::Same(T::default())
    }
}

impl<T> PerDialect<T> {
    /// What `dialect` gets.
    pub(crate) fn of(&self, dialect: Dialect) -> Option<&T> {
        match (self, dialect) {
            (Self::Same(same), _) => Some(same),
            (Self::Each(each), Dialect::Sqlite) => each.sqlite.as_ref(),
            (Self::Each(each), Dialect::Postgres) => each.postgres.as_ref(),
            (Self::Each(each), Dialect::MySql) => each.mysql.as_ref(),
        }
    }
}
