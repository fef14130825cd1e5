//! The databases to import into. Each has a file that knows how to insert rows quickly and how to
//! make the import atomic; [`schema`] and [`connection`] are shared.

mod connection;
mod mysql;
mod postgres;
mod schema;
mod sqlite;

use crate::ImportError;
use crate::dialect::Dialect;
use crate::plan::Plan;
use crate::read::Batches;
use schema::Schema;
use sqlx::mysql::MySqlConnectOptions;
use sqlx::postgres::PgConnectOptions;
use std::fmt;
use std::path::PathBuf;

/// The database to import into.
#[derive(Clone)]
pub struct Target(Kind);

#[derive(Clone)]
enum Kind {
    Sqlite(PathBuf),
    Postgres(Box<PgConnectOptions>),
    MySql(Box<MySqlConnectOptions>),
}

// The drivers' options include the password.
impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Target({})", self.dialect())
    }
}

impl Target {
    /// A SQLite file, created if it is missing.
    pub fn sqlite(database: impl Into<PathBuf>) -> Self {
        Self(Kind::Sqlite(database.into()))
    }

    /// PostgreSQL: `postgres://user:password@host:5432/database`.
    pub fn postgres(url: &str) -> Result<Self, ImportError> {
        Ok(Self(Kind::Postgres(Box::new(postgres::options(url)?))))
    }

    /// MySQL or MariaDB: `mysql://user:password@host:3306/database`.
    pub fn mysql(url: &str) -> Result<Self, ImportError> {
        Ok(Self(Kind::MySql(Box::new(mysql::options(url)?))))
    }

    /// Its SQL dialect.
    pub fn dialect(&self) -> Dialect {
        match self.0 {
            Kind::Sqlite(_) => Dialect::Sqlite,
            Kind::Postgres(_) => Dialect::Postgres,
            Kind::MySql(_) => Dialect::MySql,
        }
    }

    /// Checks that `plan` supports this database, before anything is read or changed.
    pub(crate) fn check(&self, plan: &Plan) -> Result<(), ImportError> {
        let schema = Schema::of(plan, self.dialect())?;
        match self.0 {
            Kind::MySql(_) => mysql::check(&schema),
            _ => schema.derived(|name| self.dialect().quoted(name)).map(|_| ()),
        }
    }

    /// The number of rows per batch: databases limit the values of a statement.
    pub(crate) fn rows_at_once(&self, plan: &Plan) -> usize {
        let (rows, values) = match self.0 {
            Kind::Sqlite(_) => sqlite::AT_ONCE,
            Kind::Postgres(_) => postgres::AT_ONCE,
            Kind::MySql(_) => mysql::AT_ONCE,
        };
        let width = plan.columns.len() + usize::from(plan.line_column.is_some());
        rows.min(values / width.max(1)).max(1)
    }

    /// Replaces the plan's table by the rows of `batches`, or changes nothing.
    pub(crate) async fn load(
        &self,
        plan: &Plan,
        batches: &mut Batches<'_>,
    ) -> Result<(), ImportError> {
        let schema = Schema::of(plan, self.dialect())?;
        match &self.0 {
            Kind::Sqlite(database) => sqlite::load(database, &schema, batches).await,
            Kind::Postgres(options) => postgres::load(options, &schema, batches).await,
            Kind::MySql(options) => mysql::load(options, &schema, batches).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_message_repeats_the_password_of_a_url() {
        let good = "postgres://u:hunter2@h/d";
        assert!(!format!("{:?}", Target::postgres(good).unwrap()).contains("hunter2"));
        for bad in ["postgres://u:hunter2@h:port/d", "mysql://u:hunter2@h/d", "hunter2"] {
            let error = Target::postgres(bad).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("hunter2"), "{error}");
        }
        assert!(Target::mysql(good).is_err(), "the wrong scheme");
        assert!(Target::mysql("mariadb://u:hunter2@h/d").is_ok());
    }
}
