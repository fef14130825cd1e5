//! [`Source`]: a database that panels read, whatever it is.

use crate::mysql::MySql;
use crate::postgres::Postgres;
use crate::sqlite::Sqlite;
use crate::{About, Dialect, Limits, SourceError, Statement};
use brisk_domain::{Frame, SourceName};
use std::path::Path;

/// A database that panels read. Cheap to clone.
#[derive(Clone)]
pub struct Source {
    name: SourceName,
    database: Database,
}

#[derive(Clone)]
enum Database {
    Sqlite(Sqlite),
    Postgres(Postgres),
    MySql(MySql),
}

impl Source {
    /// The SQLite file at `path`, which is opened when first needed.
    pub fn sqlite(name: SourceName, path: &Path, limits: Limits) -> Self {
        let database = Database::Sqlite(Sqlite::new(name.clone(), path, limits));
        Self { name, database }
    }

    /// The PostgreSQL at `url`, or one that speaks its protocol, over at most `connections`; they
    /// are made when first needed.
    pub fn postgres(
        name: SourceName,
        url: &str,
        connections: u32,
        limits: Limits,
    ) -> Result<Self, SourceError> {
        let postgres = Postgres::new(name.clone(), url, connections, limits)?;
        Ok(Self { name, database: Database::Postgres(postgres) })
    }

    /// The MySQL or MariaDB at `url`, or one that speaks their protocol, over at most
    /// `connections`; they are made when first needed.
    pub fn mysql(
        name: SourceName,
        url: &str,
        connections: u32,
        limits: Limits,
    ) -> Result<Self, SourceError> {
        let mysql = MySql::new(name.clone(), url, connections, limits)?;
        Ok(Self { name, database: Database::MySql(mysql) })
    }

    /// Its name.
    pub fn name(&self) -> &SourceName {
        &self.name
    }

    /// How it spells SQL.
    pub fn dialect(&self) -> Dialect {
        match self.database {
            Database::Sqlite(_) => Dialect::Sqlite,
            Database::Postgres(_) => Dialect::Postgres,
            Database::MySql(_) => Dialect::MySql,
        }
    }

    /// Runs `statement`, read-only and within the limits. Whole-number columns named in `scales`
    /// count 10^-scale units and become decimals.
    pub async fn run(
        &self,
        statement: &Statement,
        scales: &[(String, u8)],
    ) -> Result<Frame, SourceError> {
        match &self.database {
            Database::Sqlite(sqlite) => sqlite.run(statement, scales).await,
            Database::Postgres(postgres) => postgres.run(statement, scales).await,
            Database::MySql(mysql) => mysql.run(statement, scales).await,
        }
    }

    /// What its server is, and whether the role that reads could write.
    pub async fn about(&self) -> Result<About, SourceError> {
        match &self.database {
            Database::Sqlite(sqlite) => sqlite.about().await,
            Database::Postgres(postgres) => postgres.about().await,
            Database::MySql(mysql) => mysql.about().await,
        }
    }

    /// How the database would run `statement`, in its own words, a line each.
    pub async fn explain(&self, statement: &Statement) -> Result<Vec<String>, SourceError> {
        let explain = match self.dialect() {
            Dialect::Sqlite => "explain query plan",
            Dialect::Postgres | Dialect::MySql => "explain",
        };
        let sql = format!("{explain} {}", statement.sql);
        let frame =
            self.run(&Statement { sql, times: Vec::new(), ..statement.clone() }, &[]).await?;
        // SQLite's numbers say nothing to people.
        let columns = frame
            .columns()
            .iter()
            .filter(|column| self.dialect() != Dialect::Sqlite || column.name == "detail");
        let columns: Vec<_> = columns.collect();
        let line = |row| {
            let cells = columns.iter().filter_map(|column| {
                let cell = column.values.exact(row)?;
                Some(if columns.len() > 1 { format!("{}: {cell}", column.name) } else { cell })
            });
            cells.collect::<Vec<_>>().join(", ")
        };
        Ok((0..frame.rows()).map(line).collect())
    }
}
