//! [`Source`]: a database that panels read, whatever it is.

use crate::mysql::MySql;
use crate::postgres::Postgres;
use crate::rollup::{MySqlRollups, PostgresRollups, Record, Refresh, SqliteRollups, Writer};
use crate::sqlite::Sqlite;
use crate::{About, Dialect, Limits, SourceError, Statement};
use brisk_domain::{Frame, RollupReport, SourceName};
use std::path::Path;
use std::time::Duration;

/// A database that panels read. Cheap to clone.
#[derive(Clone)]
pub struct Source {
    name: SourceName,
    database: Database,
    rollups: Option<Writer>,
    place: String,
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
        Self { name, database, rollups: None, place: String::new() }
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
        let database = Database::Postgres(postgres);
        Ok(Self { name, database, rollups: None, place: String::new() })
    }

    /// Keeps rollups of a SQLite database in `file`, which is made when first needed; a refresh
    /// may take so much `time`. Processes that say the same `place` share that file; what others
    /// have refreshed is in another. Other databases keep their rollups themselves.
    #[must_use]
    pub fn with_rollup_file(self, file: &Path, place: &str, time: Duration) -> Self {
        match self.database {
            Database::Sqlite(sqlite) => {
                let name = self.name.clone();
                let writer = SqliteRollups::new(name, sqlite.path(), file, time);
                let database = Database::Sqlite(sqlite.with_rollups(file));
                let (rollups, place) = (Some(Writer::Sqlite(writer)), place.to_owned());
                Self { database, rollups, place, ..self }
            }
            Database::Postgres(_) | Database::MySql(_) => self,
        }
    }

    /// Keeps rollups of a server in its schema `brisk`, written over connections to `url`; a
    /// refresh may take so much `time`. SQLite has no URL.
    pub fn with_rollup_url(self, url: &str, time: Duration) -> Result<Self, SourceError> {
        let rollups = match &self.database {
            Database::Sqlite(_) => return Ok(self),
            Database::Postgres(postgres) => {
                let name = self.name.clone();
                let rollups = PostgresRollups::new(name, url, postgres.user(), time)?;
                Writer::Postgres(Box::new(rollups))
            }
            Database::MySql(mysql) => {
                let rollups = MySqlRollups::new(self.name.clone(), url, mysql.database(), time)?;
                Writer::MySql(Box::new(rollups))
            }
        };
        Ok(Self { rollups: Some(rollups), ..self })
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
        let database = Database::MySql(mysql);
        Ok(Self { name, database, rollups: None, place: String::new() })
    }

    /// Its name.
    pub fn name(&self) -> &SourceName {
        &self.name
    }

    /// Which of several places its rollups are in, where processes do not share one.
    pub fn rollup_place(&self) -> &str {
        &self.place
    }

    /// How it spells SQL.
    pub fn dialect(&self) -> Dialect {
        match self.database {
            Database::Sqlite(_) => Dialect::Sqlite,
            Database::Postgres(_) => Dialect::Postgres,
            Database::MySql(_) => Dialect::MySql,
        }
    }

    /// What a statement may take.
    pub fn limits(&self) -> Limits {
        match &self.database {
            Database::Sqlite(sqlite) => sqlite.limits(),
            Database::Postgres(postgres) => postgres.limits(),
            Database::MySql(mysql) => mysql.limits(),
        }
    }

    /// Connections that it may have at a time, and those that it has.
    pub fn connections(&self) -> (u32, u32) {
        match &self.database {
            Database::Sqlite(sqlite) => sqlite.connections(),
            Database::Postgres(postgres) => postgres.connections(),
            Database::MySql(mysql) => mysql.connections(),
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

    /// Refreshes a rollup's table; readers see its rows from before it or from after it.
    pub async fn refresh(&self, refresh: &Refresh<'_>) -> Result<RollupReport, SourceError> {
        self.writer()?.refresh(refresh).await
    }

    /// What the database remembers of its rollups' last refreshes.
    pub async fn rollup_records(&self) -> Result<Vec<Record>, SourceError> {
        self.writer()?.records().await
    }

    fn writer(&self) -> Result<&Writer, SourceError> {
        self.rollups.as_ref().ok_or_else(|| {
            let message = format!(
                "source \"{}\" has no \"rollup_url\": rollups are written by a role of their own",
                self.name
            );
            SourceError::Rollup { message }
        })
    }
}
