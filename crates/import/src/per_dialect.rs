//! The SQL in a plan: written once for all databases, or for each of them.

use crate::Dialect;
use serde::Deserialize;

/// SQL in a plan: the same for all databases, or one for each.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(
    untagged,
    expecting = "neither one for all databases nor a table with the keys sqlite, postgres, mysql"
)]
pub enum PerDialect<T> {
    /// The same for all.
    Same(T),
    /// One for each; the plan does not support databases that have none.
    Each(Each<T>),
}

/// The SQL for each database.
#[derive(Debug, Clone, PartialEq, Deserialize)]
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
    /// The SQL for `dialect`.
    pub(crate) fn of(&self, dialect: Dialect) -> Option<&T> {
        match (self, dialect) {
            (Self::Same(same), _) => Some(same),
            (Self::Each(each), Dialect::Sqlite) => each.sqlite.as_ref(),
            (Self::Each(each), Dialect::Postgres) => each.postgres.as_ref(),
            (Self::Each(each), Dialect::MySql) => each.mysql.as_ref(),
        }
    }
}
