//! What a plan says once for all databases, or for each of them.

use crate::Dialect;
use serde::Deserialize;

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
