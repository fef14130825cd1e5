//! [`Source`]: a database that panels read, whichever it is. Opening one neither connects nor writes.

use crate::about::About;
use crate::column_types::KnownTypes;
use crate::columns::distinct_names;
use crate::compile::column_clock::{Clocks, ColumnTypes, Questions, Target};
use crate::compile::places::Places;
use crate::compile::statement::{Bind, Statement};
use crate::connect_error::ConnectError;
use crate::dialect::Dialect;
use crate::error::SourceError;
use crate::limits::Limits;
use crate::mysql::executor::{self as mysql, MySql};
use crate::mysql::rollups::MySqlRollups;
use crate::postgres::changes::{ChangeListener, ListenAt};
use crate::postgres::executor::{self as postgres, Postgres};
use crate::postgres::rollups::PostgresRollups;
use crate::postgres::session;
use crate::postgres::triggers::{self, ToldTable};
use crate::readers;
use crate::rights::Rights;
use crate::rollup::refresh::{Record, Refresh};
use crate::rollup::writer::RollupWriter;
use crate::server::Server;
use crate::sqlite::executor::Sqlite;
use crate::sqlite::rollups::{PLACE_FILE, SqliteRollups};
use crate::sqlite::worker::pool::WorkerCounts;
use crate::sqlite::worker::process::Program;
use crate::stated_clocks::on_stated_clocks;
use brisk_domain::{Frame, RollupReport, SourceName, WallClocks, ZoneName};
use futures::FutureExt as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// A database that panels read. Cheap to clone.
#[derive(Clone)]
pub struct Source {
    name: SourceName,
    database: Database,
    rollups: Option<RollupWriter>,
    place: String,
    clocks: Clocks,
    types: KnownTypes,
    revision: Arc<str>,
    /// Where to listen for changes, if they are told.
    listen_at: Option<ListenAt>,
}

#[derive(Clone)]
enum Database {
    Sqlite(Sqlite),
    Postgres(Server<Postgres>),
    MySql(Server<MySql>),
}

impl Source {
    /// The file beside a SQLite source's rollups that identifies their folder.
    pub const PLACE_FILE: &str = PLACE_FILE;

    /// The SQLite file at `path`, which is opened when first needed. Its statements run on threads of
    /// this process, until [`Self::with_worker_processes`] gives them processes of their own.
    pub fn sqlite(name: SourceName, path: &Path, limits: Limits) -> Self {
        let database = Database::Sqlite(Sqlite::new(name.clone(), path, limits));
        Self::of(name, database)
    }

    /// Runs statements on a SQLite file in processes of `program`, which are ended with a statement
    /// that takes too long, or more bytes of `memory`. Has no effect on servers.
    #[must_use]
    pub fn with_worker_processes(self, program: Program, memory: u64) -> Self {
        let Database::Sqlite(sqlite) = self.database else { return self };
        let sqlite = sqlite.with_processes(program, memory);
        let rollups = match self.rollups {
            Some(RollupWriter::Sqlite(writer)) => {
                let workers = |file: &Path| sqlite.rollup_workers(file);
                Some(RollupWriter::Sqlite(writer.with_workers(workers)))
            }
            other => other,
        };
        Self { database: Database::Sqlite(sqlite), rollups, ..self }
    }

    /// Counts of a SQLite file's workers, including those of its rollups; `None` for servers.
    pub fn worker_counts(&self) -> Option<WorkerCounts> {
        match &self.database {
            Database::Sqlite(sqlite) => {
                let rollups = match &self.rollups {
                    Some(RollupWriter::Sqlite(rollups)) => rollups.worker_counts(),
                    _ => WorkerCounts::default(),
                };
                Some(sqlite.worker_counts() + rollups)
            }
            Database::Postgres(_) | Database::MySql(_) => None,
        }
    }

    /// The PostgreSQL at `url`, or one that speaks its protocol, over at most `connections`,
    /// which are made when first needed.
    pub fn postgres(
        name: SourceName,
        url: &str,
        connections: u32,
        limits: Limits,
    ) -> Result<Self, SourceError> {
        let server = postgres::open(name.clone(), url, connections, limits)?;
        let listen_at = Some(ListenAt(Arc::new(server.options().clone())));
        Ok(Self { listen_at, ..Self::of(name, Database::Postgres(server)) })
    }

    fn of(name: SourceName, database: Database) -> Self {
        let (clocks, types) = (Clocks::default(), KnownTypes::default());
        let (rollups, place, revision, listen_at) = (None, String::new(), Arc::default(), None);
        Self { name, database, rollups, place, clocks, types, revision, listen_at }
    }

    /// The same as the source of its name that `revision` identifies: results of another are not
    /// shown as its own.
    #[must_use]
    pub fn with_revision(self, revision: &str) -> Self {
        Self { revision: revision.into(), ..self }
    }

    /// Identifies it among sources of its name; empty if there is only one.
    pub fn revision(&self) -> &Arc<str> {
        &self.revision
    }

    /// The same with what is declared for its columns without a time zone.
    #[must_use]
    pub fn with_wall_clocks(self, said: WallClocks) -> Self {
        Self { clocks: Clocks::new(Arc::new(said)), ..self }
    }

    /// Keeps rollups of a SQLite database in `file`, which the first refresh makes; a refresh may take
    /// at most `time`. `place` identifies the folder of `file`: only processes with the same place
    /// rely on each other's refreshes. The first refresh writes it to [`Self::PLACE_FILE`] in that
    /// folder, unless it is empty. Other databases keep their rollups themselves.
    #[must_use]
    pub fn with_rollup_file(self, file: &Path, place: &str, time: Duration) -> Self {
        match self.database {
            Database::Sqlite(sqlite) => {
                let name = self.name.clone();
                let (workers, path) = (sqlite.rollup_workers(file), sqlite.path());
                let writer = SqliteRollups::new(name, workers, path, file, place, time);
                let database = Database::Sqlite(sqlite.with_rollups(file));
                let (rollups, place) = (Some(RollupWriter::Sqlite(writer)), place.to_owned());
                Self { database, rollups, place, ..self }
            }
            Database::Postgres(_) | Database::MySql(_) => self,
        }
    }

    /// Keeps rollups of a server in its schema `brisk`, written over connections to `url`; a refresh may
    /// take at most `time`. Its user may be all-powerful if that was allowed before for the source's own
    /// ([`Self::with_rights`]). Has no effect on SQLite.
    pub fn with_rollup_url(self, url: &str, time: Duration) -> Result<Self, SourceError> {
        let rollups = match &self.database {
            Database::Sqlite(_) => return Ok(self),
            Database::Postgres(postgres) => {
                let name = self.name.clone();
                let rollups =
                    PostgresRollups::new(name, url, postgres.options().get_username(), time)?;
                let rollups = rollups.only_of_writers(postgres.allows_users());
                RollupWriter::Postgres(Box::new(rollups))
            }
            Database::MySql(mysql) => {
                let database = mysql.options().get_database();
                let rollups = MySqlRollups::new(self.name.clone(), url, database, time)?;
                let rollups = rollups.only_of_writers(mysql.allows_users());
                RollupWriter::MySql(Box::new(rollups))
            }
        };
        Ok(Self { rollups: Some(rollups), ..self })
    }

    /// The MySQL or MariaDB at `url`, or one that speaks their protocol, over at most
    /// `connections`, which are made when first needed.
    pub fn mysql(
        name: SourceName,
        url: &str,
        connections: u32,
        limits: Limits,
    ) -> Result<Self, SourceError> {
        let database = Database::MySql(mysql::open(name.clone(), url, connections, limits)?);
        Ok(Self::of(name, database))
    }

    /// The same with what its owner allows its panels. Without this, functions are checked all the
    /// same, but the user is not. Has no effect on SQLite.
    #[must_use]
    pub fn with_rights(self, rights: Rights) -> Self {
        let database = match self.database {
            Database::Sqlite(sqlite) => Database::Sqlite(sqlite),
            Database::Postgres(postgres) => Database::Postgres(postgres.with_rights(rights)),
            Database::MySql(mysql) => Database::MySql(mysql.with_rights(rights)),
        };
        Self { database, ..self }
    }

    /// Listens for changes over connections to `url`, or not at all. Has an effect on PostgreSQL
    /// only.
    pub fn listening_at(self, url: Option<&str>) -> Result<Self, SourceError> {
        let listen_at = match (&self.database, url) {
            (Database::Postgres(_), Some(url)) => Some(ListenAt(Arc::new(session::options(url)?))),
            _ => None,
        };
        Ok(Self { listen_at, ..self })
    }

    /// Whether it can listen for changes.
    pub fn can_listen(&self) -> bool {
        self.listen_at.is_some()
    }

    /// Begins to listen for changes; an error if it cannot.
    pub async fn listen(&self) -> Result<ChangeListener, SourceError> {
        match &self.listen_at {
            Some(at) => ChangeListener::connect(at).await,
            None => Err(SourceError::Unavailable("it tells nobody of changes".into())),
        }
    }

    /// The tables that have to tell so that changes of `tables` are noticed, and whether they do. Empty if
    /// the database has no triggers that tell.
    pub async fn told_tables(&self, tables: &[String]) -> Result<Vec<ToldTable>, SourceError> {
        let Database::Postgres(_) = &self.database else { return Ok(Vec::new()) };
        let run =
            |statement: Statement| async move { self.run_closed(&statement, &[]).await }.boxed();
        triggers::tables(tables, &run).await
    }

    /// Whether `statement` may run: its user and its functions are allowed; on SQLite, which checks
    /// functions itself, it is prepared. Nothing of it runs.
    pub async fn check(&self, statement: &Statement) -> Result<(), SourceError> {
        let Database::Sqlite(sqlite) = &self.database else { return self.pass(statement).await };
        match &statement.open {
            Some(open) if !open.0.questions().is_empty() => {
                let types = self.types_of(&open.0.questions(), statement).await?;
                sqlite.check(&open.0.close(statement, &types)?).await
            }
            _ => sqlite.check(statement).await,
        }
    }

    /// Whether the user and the functions of `statement` are allowed, on databases where that has
    /// to be queried.
    async fn pass(&self, statement: &Statement) -> Result<(), SourceError> {
        match &self.database {
            Database::Sqlite(_) => Ok(()),
            Database::Postgres(postgres) => postgres.check(statement).await,
            Database::MySql(mysql) => mysql.check(statement).await,
        }
    }

    /// Whether the server of its rollups can be reached, if they are written over a URL of their own.
    pub async fn check_rollup_server(&self) -> Result<(), ConnectError> {
        match &self.rollups {
            Some(RollupWriter::Postgres(writer)) => writer.check_server().await,
            Some(RollupWriter::MySql(writer)) => writer.check_server().await,
            Some(RollupWriter::Sqlite(_)) | None => Ok(()),
        }
    }

    /// Whether its user is allowed.
    pub async fn check_user(&self) -> Result<(), SourceError> {
        self.pass(&Statement::of_our_own(String::new(), Vec::new())).await
    }

    /// Its name.
    pub fn name(&self) -> &SourceName {
        &self.name
    }

    /// Identifies the folder of its rollups, where processes do not share one.
    pub fn rollup_place(&self) -> &str {
        &self.place
    }

    /// The SQL that it speaks.
    pub fn dialect(&self) -> Dialect {
        match self.database {
            Database::Sqlite(_) => Dialect::Sqlite,
            Database::Postgres(_) => Dialect::Postgres,
            Database::MySql(_) => Dialect::MySql,
        }
    }

    /// What statements for it are compiled for.
    pub fn target(&self) -> Target {
        let revision = Arc::clone(&self.revision);
        Target { dialect: self.dialect(), clocks: self.clocks.clone(), revision }
    }

    /// The limits of its statements.
    pub fn limits(&self) -> Limits {
        match &self.database {
            Database::Sqlite(sqlite) => sqlite.limits(),
            Database::Postgres(postgres) => postgres.limits(),
            Database::MySql(mysql) => mysql.limits(),
        }
    }

    /// How many connections it may have, and how many it has.
    pub fn connections(&self) -> (u32, u32) {
        match &self.database {
            Database::Sqlite(sqlite) => sqlite.connections(),
            Database::Postgres(postgres) => postgres.connections(),
            Database::MySql(mysql) => mysql.connections(),
        }
    }

    /// Runs `statement`, read-only and within the limits. Columns of whole numbers or decimals
    /// named in `scales` count 10^-scale units and become decimals.
    pub async fn run(
        &self,
        statement: &Statement,
        scales: &[(String, u8)],
    ) -> Result<Frame, SourceError> {
        let open = statement.open.as_ref().map(|open| (open, open.0.questions()));
        let Some((open, asked)) = open.filter(|(_, asked)| !asked.is_empty()) else {
            return self.run_closed(statement, scales).await;
        };
        let types = self.types_of(&asked, statement).await?;
        let closed = open.0.close(statement, &types)?;
        let frame = self.run_closed(&closed, scales).await?;
        Ok(on_stated_clocks(frame, self.dialect(), &open.0.stated_clocks(&types)))
    }

    /// The columns without a time zone that `statement` uses and for which nothing is declared,
    /// each as `table.column`.
    pub async fn unstated_columns(
        &self,
        statement: &Statement,
    ) -> Result<Vec<String>, SourceError> {
        let Some(open) = &statement.open else { return Ok(Vec::new()) };
        let types = self.types_of(&open.0.columns(), statement).await?;
        Ok(open.0.unstated_columns(&types))
    }

    /// The types of the columns that `statement` asks for.
    async fn types_of(
        &self,
        asked: &Questions<'_>,
        statement: &Statement,
    ) -> Result<ColumnTypes, SourceError> {
        // To describe a view, a server may call some of its functions.
        self.pass(statement).await?;
        let run =
            |statement: Statement| async move { self.run_closed(&statement, &[]).await }.boxed();
        let version = match &self.database {
            Database::Sqlite(sqlite) => sqlite.version().await,
            Database::Postgres(_) | Database::MySql(_) => None,
        };
        self.types.of(asked, self.dialect(), version, &run).await
    }

    async fn run_closed(
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

    /// How often its server's catalog was read for all statements, and how often it was asked what the functions of one
    /// do.
    pub fn catalog_questions(&self) -> (u64, u64) {
        match &self.database {
            Database::Sqlite(_) => (0, 0),
            Database::Postgres(postgres) => postgres.asked(),
            Database::MySql(mysql) => mysql.asked(),
        }
    }

    /// What to do about `zone`, if a statement found that the server does not know it as Brisk does.
    pub fn zone_advice(&self, zone: &ZoneName) -> Option<&'static str> {
        match &self.database {
            Database::Sqlite(_) => None,
            Database::Postgres(postgres) => postgres.zone_advice(zone),
            Database::MySql(mysql) => mysql.zone_advice(zone),
        }
    }

    /// Its server, and what the reading user may do besides; an error if it cannot be reached, or its user
    /// is refused.
    pub async fn about(&self) -> Result<About, ConnectError> {
        match &self.database {
            Database::Sqlite(sqlite) => sqlite.about().await,
            Database::Postgres(postgres) => postgres.about().await,
            Database::MySql(mysql) => mysql.about().await,
        }
    }

    /// Whether a statement that cannot be parsed names a view, or a function that may read tables: then
    /// it may read more than it names. True if the database does not tell.
    pub async fn hides_tables(&self, statement: &Statement) -> bool {
        let Some(unread) = statement.unread.as_ref().filter(|unread| !unread.names.is_empty())
        else {
            return false;
        };
        let syntax = self.dialect().syntax();
        let mut binds = Vec::new();
        let listed = |binds: &mut Vec<Bind>| {
            let list = unread.names.iter().enumerate().map(|(i, name)| {
                if binds.len() <= i || !syntax.numbers_placeholders() {
                    binds.push(Bind::Text(name.clone()));
                }
                syntax.placeholder(i + 1)
            });
            list.collect::<Vec<_>>().join(", ")
        };
        let sql = syntax.hides_tables(&mut || listed(&mut binds));
        let asked = Statement {
            sql,
            binds,
            times: Vec::new(),
            zone: None,
            open: None,
            unread: None,
            names: Arc::default(),
            ..statement.clone()
        };
        match self.run(&asked, &[]).await {
            Ok(frame) => {
                frame.columns().first().and_then(|c| c.values.exact(0)) != Some("0".into())
            }
            Err(error) => {
                tracing::warn!(source = %self.name, %error, "a statement's tables are not known");
                true
            }
        }
    }

    /// The views that read one of `tables`, directly or through other views, and are invalidated with
    /// them. Names are in lower case, with a schema or without; on servers, those of views have one.
    pub async fn readers_of(&self, tables: &[String]) -> Result<Vec<String>, SourceError> {
        let run =
            |statement: Statement| async move { self.run_closed(&statement, &[]).await }.boxed();
        readers::readers(self.dialect(), tables, &run).await
    }

    /// The database's plan for `statement`, in its own words, line by line.
    pub async fn explain(&self, statement: &Statement) -> Result<Vec<String>, SourceError> {
        let syntax = self.dialect().syntax();
        let before = format!("{} ", syntax.explain());
        let statement = self.within(statement, &before, "").await?;
        let frame = self.run_closed(&statement, &[]).await?;
        let wanted = syntax.explain_column();
        let columns =
            frame.columns().iter().filter(|column| wanted.is_none_or(|name| column.name == name));
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

    /// The names of the columns that `statement` returns, without running it. `None` if the database does
    /// not tell.
    pub async fn result_columns(
        &self,
        statement: &Statement,
    ) -> Result<Option<Vec<String>>, SourceError> {
        let statement =
            self.within(statement, "select * from (\n", "\n) as brisk_result limit 0").await?;
        let frame = match self.run_closed(&statement, &[]).await {
            Ok(frame) => frame,
            // MySQL and MariaDB accept no subquery with two columns of one name.
            Err(error) if error.to_string().contains("Duplicate column name") => return Ok(None),
            Err(error) => return Err(error),
        };
        let names: Vec<&str> = frame.columns().iter().map(|column| column.name.as_str()).collect();
        // SQLite calls the second `n` of a subquery `n:1`.
        let given = names.iter().map(|name| match name.rsplit_once(':') {
            Some((first, _)) if names.contains(&first) => first,
            _ => *name,
        });
        Ok(Some(distinct_names(given)))
    }

    /// `statement` between `before` and `after`, with no types left to query.
    async fn within(
        &self,
        statement: &Statement,
        before: &str,
        after: &str,
    ) -> Result<Statement, SourceError> {
        let closed = match &statement.open {
            Some(open) if !open.0.questions().is_empty() => Some(
                open.0.close(statement, &self.types_of(&open.0.questions(), statement).await?)?,
            ),
            _ => None,
        };
        let statement = closed.as_ref().unwrap_or(statement);
        let within = |sql: &str| format!("{before}{sql}{after}");
        let moved = |places: &Places| places.clone().moved(|at| at + before.len());
        let (places, mut zone) = (moved(&statement.places), statement.zone.clone());
        if let Some(zone) = &mut zone {
            zone.lookup_places = moved(&zone.lookup_places);
            if let Some((sql, _)) = &mut zone.lookup {
                *sql = within(sql);
            }
        }
        let sql = within(&statement.sql);
        Ok(Statement { sql, places, zone, times: Vec::new(), ..statement.clone() })
    }

    /// Refreshes a rollup's table; readers see either the old rows or the new ones.
    pub async fn refresh(&self, refresh: &Refresh<'_>) -> Result<RollupReport, SourceError> {
        let writer = self.writer()?;
        // The role that writes rollups can do more than the one that reads.
        self.pass(&refresh.plan.whole).await?;
        let open = refresh.plan.whole.open.as_ref();
        let asked = open.map(|open| open.0.questions()).filter(|asked| !asked.is_empty());
        let Some(asked) = asked else { return writer.refresh(refresh).await };
        let plan = refresh.plan.with_types(self.types_of(&asked, &refresh.plan.whole).await?)?;
        writer.refresh(&Refresh { plan: &plan, ..*refresh }).await
    }

    /// What the database records about its rollups' last refreshes.
    pub async fn rollup_records(&self) -> Result<Vec<Record>, SourceError> {
        self.writer()?.records().await
    }

    fn writer(&self) -> Result<&RollupWriter, SourceError> {
        self.rollups.as_ref().ok_or_else(|| {
            let message = format!(
                "source \"{}\" has no \"rollup_url\": rollups are written by a user of their own",
                self.name
            );
            SourceError::Rollup { message }
        })
    }
}
