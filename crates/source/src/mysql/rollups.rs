//! Rollups on MySQL or MariaDB, in a database `brisk` next to the source's own, written by a user
//! who may write there.
//!
//! Here, each `create`, `drop` or `rename` commits. So a rebuilt table is filled under another name,
//! and one `rename table` puts it in place; until that is recorded, its record says that its content
//! is unknown. Tables left behind by a killed process have names that the next refresh reuses.

use super::executor::MySql;
use super::write_connection::WriteConnection;
use super::{error, offered_functions, session};
use crate::bind::bound;
use crate::compile::statement::Statement;
use crate::connect_error::ConnectError;
use crate::error::SourceError;
use crate::rollup::plan::Plan;
use crate::rollup::refresh::{
    Record, Refresh, RefreshConnection, recorded_definition, replace_rows, too_powerful,
};
use crate::server::{Canceller, GRACE, connected};
use brisk_domain::rollup::ROLLUP_SCHEMA;
use brisk_domain::{RollupReport, SourceName};
use sqlx::{AssertSqlSafe, Executor as _, MySqlConnection, Row as _};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Writes the rollups of one MySQL or MariaDB database. Cheap to clone.
#[derive(Clone)]
pub(crate) struct MySqlRollups {
    canceller: Canceller<MySql>,
    /// The source's own database.
    database: String,
    time: Duration,
    /// Whether an all-powerful writing user is refused.
    only_of_writers: Option<&'static str>,
}

/// How many seconds to wait at first, and at most, for the lock of a table that is being read. New
/// readers queue behind that lock.
const FIRST_TRY: u64 = 1;
const LONGEST_TRY: u64 = 32;
/// How long the queued readers get before the next try.
const PAUSE: Duration = Duration::from_millis(200);

/// How to make a user that writes rollups and nothing else.
const A_WRITER: &str = "create user brisk_rollups identified by '…'; grant select on DATABASE.* to \
     brisk_rollups; grant select, insert, update, delete, create, create temporary tables, alter, drop on \
     brisk.* to brisk_rollups";

/// Brisk's record of its refreshes.
const RECORDS: &str = "create table if not exists brisk.rollups (
  name varchar(64) character set ascii collate ascii_bin not null primary key,
  definition mediumtext not null, -- empty while a rebuilt table is put in place
  origin varchar(64) not null, -- the database whose tables it reads
  refreshed_at datetime(6) not null, -- in UTC
  since datetime(6), -- the first refreshed bucket; null after a rebuild
  row_count bigint not null,
  seconds double not null
) engine = InnoDB default charset = utf8mb4";

/// Whether a table of that name exists.
const EXISTS: &str = "select count(*) from information_schema.tables
  where table_schema = 'brisk' and table_name = ?";

impl MySqlRollups {
    /// Rollups over connections to `url`, for a source whose own database is `database`.
    pub(crate) fn new(
        name: SourceName,
        url: &str,
        database: Option<&str>,
        time: Duration,
    ) -> Result<Self, SourceError> {
        let options = session::options(url)?;
        let error = |message: &str| Err(SourceError::Rollup { message: message.into() });
        let Some(database) = database else {
            return error("the source's own URL has to name a database: mysql://…/shop");
        };
        if options.get_database() != Some(database) {
            return error("it has to name the same database as the source's own URL");
        }
        if database.eq_ignore_ascii_case(ROLLUP_SCHEMA) {
            return error(
                "rollups are kept in a database \"brisk\", which must not be the source's own",
            );
        }
        let canceller = Canceller { source: name, options: Arc::new(options) };
        let database = database.to_owned();
        Ok(Self { canceller, database, time, only_of_writers: None })
    }

    /// The same; an all-powerful user is refused if `is_so`.
    pub(crate) fn only_of_writers(self, otherwise: Option<&'static str>) -> Self {
        Self { only_of_writers: otherwise, ..self }
    }

    pub(crate) async fn refresh(&self, refresh: &Refresh<'_>) -> Result<RollupReport, SourceError> {
        let work = async {
            let mut writing = self.connect().await?;
            let refreshing = Refreshing {
                rollups: self,
                refresh,
                connection: writing.connection().map_err(|error| self.unreachable(&error))?,
            };
            let report = refreshing.run().await;
            writing.close().await;
            report
        };
        let timeout = |_| SourceError::Timeout { seconds: self.time.as_secs() };
        tokio::time::timeout(self.time + GRACE, work).await.map_err(timeout)?
    }

    pub(crate) async fn records(&self) -> Result<Vec<Record>, SourceError> {
        let failed = |error: sqlx::Error| self.unreachable(&error);
        let mut writing = self.connect().await?;
        let connection = writing.connection().map_err(failed)?;
        let known = sqlx::query(EXISTS).bind("rollups").fetch_one(&mut *connection).await;
        if known.and_then(|row| row.try_get::<i64, _>(0)).map_err(failed)? == 0 {
            writing.close().await;
            return Ok(Vec::new());
        }
        let sql = "select name, definition, \
                     timestampdiff(microsecond, timestamp'1970-01-01 00:00:00', refreshed_at), \
                     row_count, seconds \
                   from brisk.rollups where origin = ?";
        let rows = sqlx::query(sql).bind(&self.database).fetch_all(connection).await;
        writing.close().await;
        rows.and_then(|rows| rows.iter().map(Record::read).collect()).map_err(failed)
    }

    /// Whether it lets the user in.
    pub(crate) async fn check_server(&self) -> Result<(), ConnectError> {
        // A connection that cannot be closed ends with its socket.
        let connection = connected::<MySql>(&self.canceller.options).await?;
        let _ = sqlx::Connection::close(connection).await;
        Ok(())
    }

    async fn connect(&self) -> Result<WriteConnection, SourceError> {
        let connected = WriteConnection::connect(&self.canceller, self.time).await;
        let connected = connected.map_err(|error| self.unreachable(&error))?;
        let unavailable = || SourceError::Unavailable("it does not answer".into());
        let mut writing = connected.ok_or_else(unavailable)?;
        if let Some(otherwise) = self.only_of_writers {
            let connection = writing.connection().map_err(|error| self.unreachable(&error))?;
            let power = offered_functions::power(connection).await;
            if let Some(power) = power.map_err(|error| self.unreachable(&error))? {
                return Err(too_powerful(&format!("it {power}"), A_WRITER, otherwise));
            }
        }
        Ok(writing)
    }

    fn unreachable(&self, error: &sqlx::Error) -> SourceError {
        match denied(error) {
            Some(message) => SourceError::Rollup { message },
            None => error::source_error(error, &self.canceller.source, None, self.time),
        }
    }
}

/// One refresh.
struct Refreshing<'a> {
    rollups: &'a MySqlRollups,
    refresh: &'a Refresh<'a>,
    connection: &'a mut MySqlConnection,
}

impl Refreshing<'_> {
    async fn run(mut self) -> Result<RollupReport, SourceError> {
        let (plan, started) = (self.refresh.plan, Instant::now());
        self.make_schema().await?;
        self.lock().await?;
        let columns = self.probe().await?;
        let definition = recorded_definition(self.refresh.definition, &columns, "");
        let exists = self.exists(plan.rollup().name.as_str()).await?;
        let known = if exists { self.known().await? } else { None };
        match known.filter(|(known, _)| *known == definition) {
            Some((_, rows)) if !self.refresh.rebuild => {
                self.execute("start transaction").await?;
                let refresh = self.refresh;
                let (report, rows) = replace_rows(&mut self, refresh, rows).await?;
                self.record(&definition, report, rows, started).await?;
                self.execute("commit").await?;
                Ok(report)
            }
            _ => {
                let built = self.build(exists).await;
                if built.is_err() {
                    // The refresh's own error matters more; the next refresh drops them as well.
                    let _ = self.drop_leftovers().await;
                }
                let written = built?;
                let report = RollupReport { from: None, written, rows: written };
                self.record(&definition, report, written as i64, started).await?;
                self.drop_leftovers().await?;
                Ok(report)
            }
        }
    }

    /// Makes the database and the table of records.
    async fn make_schema(&mut self) -> Result<(), SourceError> {
        if self.exists("rollups").await? {
            return Ok(());
        }
        // If an administrator made it, this user may lack the privilege to make databases.
        let known = "select count(*) from information_schema.schemata where schema_name = 'brisk'";
        if self.number(known).await? == Some(0) {
            self.execute("create database if not exists brisk character set utf8mb4").await?;
        }
        self.execute(RECORDS).await?;
        Ok(())
    }

    /// Processes without a shared Redis take turns here, until their connection ends.
    async fn lock(&mut self) -> Result<(), SourceError> {
        let lock = format!("brisk.rollups.{}", self.refresh.plan.rollup().name);
        let seconds = i64::try_from(self.rollups.time.as_secs()).unwrap_or(i64::MAX);
        let locked = sqlx::query("select get_lock(?, ?)").bind(lock).bind(seconds);
        let locked = locked.fetch_one(&mut *self.connection).await;
        let locked = locked.and_then(|row| row.try_get_unchecked::<Option<i64>, _>(0));
        match locked.map_err(|error| self.failed(&error))? {
            Some(1) => Ok(()),
            _ => Err(SourceError::Timeout { seconds: self.rollups.time.as_secs() }),
        }
    }

    /// Makes a temporary table with the structure that the rollup must have, and returns its columns
    /// and their types. With bound values the server knows the types better than when it prepares the
    /// statement; it runs none of it.
    async fn probe(&mut self) -> Result<Vec<(String, String)>, SourceError> {
        let plan = self.refresh.plan;
        let (probe, identity, whole) = (self.probe_table(), plan.identity(), &plan.whole);
        let sql = format!(
            "create temporary table {probe} (primary key ({identity})) engine = InnoDB \
             select * from ({}) as brisk_rows limit 0",
            whole.sql
        );
        self.execute_bound(sql, whole).await?;
        let sql = AssertSqlSafe(format!("show full columns from {probe}"));
        let shown = (&mut *self.connection).fetch_all(sql).await;
        let column = |row: &sqlx::mysql::MySqlRow| {
            let (name, kind): (String, String) =
                (row.try_get_unchecked(0)?, row.try_get_unchecked(1)?);
            // Text must compare as in the source's own tables.
            let collation: Option<String> = row.try_get_unchecked(2)?;
            Ok((name, [Some(kind), collation].into_iter().flatten().collect::<Vec<_>>().join(" ")))
        };
        let columns = shown.and_then(|rows| rows.iter().map(column).collect());
        let columns: Vec<(String, String)> = columns.map_err(|error| self.failed(&error))?;
        let names: Vec<&str> = columns.iter().map(|(name, _)| name.as_str()).collect();
        plan.check_columns(&names)?;
        let time = plan.rollup().time.as_str();
        match columns.iter().find(|(name, _)| name == time) {
            Some((_, kind)) if !kind.starts_with("datetime") => Err(plan.not_an_instant(kind)),
            _ => Ok(columns),
        }
    }

    /// The recorded definition of the table, and how many rows it has.
    async fn known(&mut self) -> Result<Option<(String, i64)>, SourceError> {
        let name = self.refresh.plan.rollup().name.as_str();
        let known =
            sqlx::query("select definition, row_count, origin from brisk.rollups where name = ?");
        let known = known.bind(name).fetch_optional(&mut *self.connection).await;
        let read = |row: sqlx::mysql::MySqlRow| {
            Ok::<(String, i64, String), _>((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?))
        };
        let known = known.and_then(|row| row.map(read).transpose());
        let Some((definition, rows, origin)) = known.map_err(|error| self.failed(&error))? else {
            return Ok(None);
        };
        // Two databases that take turns would each read the other's rows.
        if origin != self.rollups.database {
            let table = format!("{ROLLUP_SCHEMA}.{name}");
            let message = format!(
                "{table} on this server belongs to the database \"{origin}\": give this rollup \
                 another name, or drop {table} if it is no longer needed"
            );
            return Err(SourceError::Rollup { message });
        }
        Ok(Some((definition, rows)))
    }

    /// Builds a new table and replaces the old one with it; returns its number of rows.
    async fn build(&mut self, replaces: bool) -> Result<u64, SourceError> {
        let plan = self.refresh.plan;
        let (table, probe) = (plan.table(), self.probe_table());
        let (next, before) = (plan.working_table("next"), plan.working_table("before"));
        self.drop_leftovers().await?;
        self.execute(&format!("create table {next} like {probe}")).await?;
        let statement = plan.statement(None)?;
        let insert = format!("insert into {next} {}", statement.sql);
        let written = self.execute_bound(insert, &statement).await?;
        // Until the server analyzed it on its own, queries would be planned for an empty table.
        self.execute(&format!("analyze local table {next}")).await?;
        // From here until the new record is written, the content of the table is unknown.
        let forget = sqlx::query("update brisk.rollups set definition = '' where name = ?");
        let forgotten = forget.bind(plan.rollup().name.as_str()).execute(&mut *self.connection);
        forgotten.await.map_err(|error| self.failed(&error))?;
        let swap = match replaces {
            true => format!("rename table {table} to {before}, {next} to {table}"),
            false => format!("rename table {next} to {table}"),
        };
        self.swap(&swap).await?;
        Ok(written)
    }

    /// Waits for the table's readers, a little at a time, because new readers queue behind a waiting
    /// `rename`.
    async fn swap(&mut self, rename: &str) -> Result<(), SourceError> {
        let mut seconds = FIRST_TRY;
        loop {
            self.execute(&format!("set session lock_wait_timeout = {seconds}")).await?;
            let renamed = self.connection.execute(AssertSqlSafe(rename.to_owned())).await;
            match renamed {
                Ok(_) => return Ok(()),
                Err(error) if error::is_lock_wait(&error) => {
                    tokio::time::sleep(PAUSE).await;
                    seconds = (seconds * 2).min(LONGEST_TRY);
                }
                Err(error) => return Err(self.failed(&error)),
            }
        }
    }

    /// Drops the table that was replaced, and what a killed refresh has left behind.
    async fn drop_leftovers(&mut self) -> Result<(), SourceError> {
        let plan = self.refresh.plan;
        let (next, before) = (plan.working_table("next"), plan.working_table("before"));
        self.execute(&format!("drop table if exists {next}, {before}")).await.map(|_| ())
    }

    async fn record(
        &mut self,
        definition: &str,
        report: RollupReport,
        rows: i64,
        started: Instant,
    ) -> Result<(), SourceError> {
        let record = sqlx::query(
            "replace into brisk.rollups
               (name, definition, origin, refreshed_at, since, row_count, seconds)
             values (?, ?, ?, timestamp'1970-01-01 00:00:00' + interval ? microsecond,
               timestamp'1970-01-01 00:00:00' + interval ? microsecond, ?, ?)",
        );
        let record = record
            .bind(self.refresh.plan.rollup().name.as_str())
            .bind(definition)
            .bind(&self.rollups.database)
            .bind(self.refresh.now.0)
            .bind(report.from.map(|from| from.0))
            .bind(rows)
            .bind(started.elapsed().as_secs_f64());
        let recorded = record.execute(&mut *self.connection).await;
        recorded.map(|_| ()).map_err(|error| self.failed(&error))
    }

    fn probe_table(&self) -> String {
        self.refresh.plan.working_table("probe")
    }

    async fn exists(&mut self, table: &str) -> Result<bool, SourceError> {
        let known = sqlx::query(EXISTS).bind(table).fetch_one(&mut *self.connection).await;
        let count = known.and_then(|row| row.try_get::<i64, _>(0));
        count.map(|count| count > 0).map_err(|error| self.failed(&error))
    }

    fn failed(&self, error: &sqlx::Error) -> SourceError {
        let plan: &Plan = self.refresh.plan;
        match error::answer(error).map(|answer| answer.number()) {
            Some(1062) => plan.not_unique(),
            Some(1048) => plan.null_key(),
            // Text without a length, or longer than an index of this server can hold.
            Some(1170 | 1071) => key_too_long(plan),
            _ => match denied(error) {
                Some(message) => SourceError::Rollup { message },
                None => {
                    let (source, statement) = (&self.rollups.canceller.source, Some(&plan.whole));
                    error::source_error(error, source, statement, self.rollups.time)
                }
            },
        }
    }
}

fn key_too_long(plan: &Plan) -> SourceError {
    let identity = plan.identity_in_words();
    let message = format!(
        "{identity} are too long to identify a row, which takes an index: write left(…, 100) \
         around text columns"
    );
    SourceError::Rollup { message }
}

/// What to do if the user lacks a privilege.
fn denied(error: &sqlx::Error) -> Option<String> {
    let refusal = error::answer(error)?;
    if !error::is_missing_privilege(refusal.number()) {
        return None;
    }
    Some(format!(
        "{}: the user of the source's \"rollup_url\" needs select on the tables that rollups read, \
         and select, insert, update, delete, create, create temporary tables, alter and drop on \
         brisk.*",
        error::without_user(refusal.message())
    ))
}

impl RefreshConnection for Refreshing<'_> {
    async fn execute(&mut self, sql: &str) -> Result<u64, SourceError> {
        let done = self.connection.execute(AssertSqlSafe(sql.to_owned())).await;
        done.map(|done| done.rows_affected()).map_err(|error| self.failed(&error))
    }

    async fn execute_bound(
        &mut self,
        sql: String,
        statement: &Statement,
    ) -> Result<u64, SourceError> {
        let query = bound(sqlx::query(AssertSqlSafe(sql)), &statement.binds).persistent(false);
        let done = query.execute(&mut *self.connection).await;
        done.map(|done| done.rows_affected()).map_err(|error| self.failed(&error))
    }

    async fn number(&mut self, sql: &str) -> Result<Option<i64>, SourceError> {
        let row = self.connection.fetch_one(AssertSqlSafe(sql.to_owned())).await;
        row.and_then(|row| row.try_get_unchecked(0)).map_err(|error| self.failed(&error))
    }
}
