//! Rollups of a MySQL or MariaDB: in a database `brisk` beside the source's own, over a connection
//! of a user who may write there.
//!
//! Each `create`, `drop` or `rename` ends a transaction there. So a table that is built anew is
//! filled under another name, and one `rename table` puts it in place; until that is written down,
//! its record says that nobody knows what is in it. What a process that was killed has left lies
//! under names that the next refresh uses again.

use super::mysql_connection::Writing;
use super::{Plan, Record, Refresh, made_by};
use crate::mysql_session::Ender;
use crate::{Bind, Dialect, SourceError, Statement, mysql, mysql_error};
use brisk_domain::rollup::ROLLUP_SCHEMA;
use brisk_domain::{RollupReport, SourceName, Timestamp};
use sqlx::mysql::{MySqlArguments, MySqlQueryResult};
use sqlx::query::Query;
use sqlx::{AssertSqlSafe, Executor as _, MySql, MySqlConnection, Row as _};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Writes the rollups of one database of a MySQL or MariaDB. Cheap to clone.
#[derive(Clone)]
pub(crate) struct MySqlRollups {
    pub(super) ender: Ender,
    /// The source's own database.
    database: String,
    pub(super) time: Duration,
}

/// The server ends a statement itself, if it can; this is how much longer we wait for it to say so.
const GRACE: Duration = Duration::from_secs(2);
/// For how long a table is asked for that somebody reads, at first and at most. Who wants to read it
/// waits meanwhile.
const FIRST_TRY: u64 = 1;
const LONGEST_TRY: u64 = 32;
/// How long those who waited have for themselves then.
const PAUSE: Duration = Duration::from_millis(200);

/// Where Brisk remembers what it did.
const RECORDS: &str = "create table if not exists brisk.rollups (
  name varchar(64) character set ascii collate ascii_bin not null primary key,
  definition mediumtext not null, -- empty while a table is put in place
  origin varchar(64) not null, -- the database whose tables it reads
  refreshed_at datetime(6) not null, -- in UTC
  since datetime(6), -- from when on; all of it where null
  row_count bigint not null,
  seconds double not null
) engine = InnoDB default charset = utf8mb4";

/// Whether a table of that name is there.
const EXISTS: &str = "select count(*) from information_schema.tables
  where table_schema = 'brisk' and table_name = ?";

impl MySqlRollups {
    /// Over connections to `url`, for a source whose own database is `database`.
    pub(crate) fn new(
        name: SourceName,
        url: &str,
        database: Option<&str>,
        time: Duration,
    ) -> Result<Self, SourceError> {
        let options = mysql::options(url)?;
        let refused = |message: &str| Err(SourceError::Rollup { message: message.into() });
        let Some(database) = database else {
            return refused("the source's own URL has to name a database: mysql://…/shop");
        };
        if options.get_database() != Some(database) {
            return refused("it has to name the same database as the source's own URL");
        }
        if database.eq_ignore_ascii_case(ROLLUP_SCHEMA) {
            return refused(
                "rollups are kept in a database \"brisk\", which must not be the source's own",
            );
        }
        let ender = Ender { name, options: Arc::new(options) };
        Ok(Self { ender, database: database.to_owned(), time })
    }

    pub(crate) async fn refresh(&self, refresh: &Refresh<'_>) -> Result<RollupReport, SourceError> {
        let work = async {
            let mut writing = Writing::connect(self).await?;
            let refreshing = Refreshing {
                rollups: self,
                refresh,
                connection: writing.connection().map_err(|error| self.unreachable(&error))?,
            };
            let report = refreshing.run().await;
            writing.close().await;
            report
        };
        let given_up = |_| SourceError::Timeout { seconds: self.time.as_secs() };
        tokio::time::timeout(self.time + GRACE, work).await.map_err(given_up)?
    }

    pub(crate) async fn records(&self) -> Result<Vec<Record>, SourceError> {
        let failed = |error| self.unreachable(&error);
        let mut writing = Writing::connect(self).await?;
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
        let record = |row: &sqlx::mysql::MySqlRow| {
            Ok(Record {
                name: row.try_get(0)?,
                definition: row.try_get(1)?,
                refreshed_at: Timestamp(row.try_get(2)?),
                rows: row.try_get::<i64, _>(3)?.unsigned_abs(),
                seconds: row.try_get(4)?,
            })
        };
        rows.and_then(|rows| rows.iter().map(record).collect()).map_err(failed)
    }

    pub(super) fn unreachable(&self, error: &sqlx::Error) -> SourceError {
        match denied(error) {
            Some(message) => SourceError::Rollup { message },
            None => mysql::source_error(error, &self.ender.name, None, self.time),
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
        let made_by = made_by(self.refresh.definition, &columns, "");
        let exists = self.exists(plan.rollup().name.as_str()).await?;
        let known = if exists { self.known().await? } else { None };
        match known.filter(|(definition, _)| *definition == made_by) {
            Some((_, rows)) if !self.refresh.rebuild => {
                self.execute("start transaction").await?;
                let (report, rows) = self.replace_rows(rows).await?;
                self.remember(&made_by, report, rows, started).await?;
                self.execute("commit").await?;
                Ok(report)
            }
            _ => {
                let built = self.build(exists).await;
                if built.is_err() {
                    // It has said what is wrong; the next refresh would drop them, too.
                    let _ = self.drop_leftovers().await;
                }
                let written = built?;
                let report = RollupReport { from: None, written, rows: written };
                self.remember(&made_by, report, written as i64, started).await?;
                self.drop_leftovers().await?;
                Ok(report)
            }
        }
    }

    /// The database, and the table in which Brisk remembers what it did.
    async fn make_schema(&mut self) -> Result<(), SourceError> {
        if self.exists("rollups").await? {
            return Ok(());
        }
        // Where it is there, whoever made it may have left us no right to make databases.
        let known = "select count(*) from information_schema.schemata where schema_name = 'brisk'";
        if self.number(known).await? == Some(0) {
            self.execute("create database if not exists brisk character set utf8mb4").await?;
        }
        self.execute(RECORDS).await?;
        Ok(())
    }

    /// Processes that share no Redis take turns here, until their connection ends.
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

    /// Makes a table of the connection's own that is as the rollup's has to be, and gives its
    /// columns and their types. The server then knows the values, and with them the types, better
    /// than when it prepares the statement; it runs nothing of it.
    async fn probe(&mut self) -> Result<Vec<(String, String)>, SourceError> {
        let plan = self.refresh.plan;
        let (probe, identity, whole) = (self.probe_table(), plan.identity(), &plan.whole);
        let sql = format!(
            "create temporary table {probe} (primary key ({identity})) engine = InnoDB \
             select * from ({}) as brisk_rows limit 0",
            whole.sql
        );
        self.run_bound(sql, whole).await?;
        let sql = AssertSqlSafe(format!("show full columns from {probe}"));
        let shown = (&mut *self.connection).fetch_all(sql).await;
        let column = |row: &sqlx::mysql::MySqlRow| {
            let (name, kind): (String, String) =
                (row.try_get_unchecked(0)?, row.try_get_unchecked(1)?);
            // Texts are told apart as in the source's own tables.
            let collation: Option<String> = row.try_get_unchecked(2)?;
            Ok((name, [Some(kind), collation].into_iter().flatten().collect::<Vec<_>>().join(" ")))
        };
        let columns = shown.and_then(|rows| rows.iter().map(column).collect());
        let columns: Vec<(String, String)> = columns.map_err(|error| self.failed(&error))?;
        let names: Vec<&str> = columns.iter().map(|(name, _)| name.as_str()).collect();
        plan.check_columns(&names)?;
        let time = plan.rollup().time.as_str();
        match columns.iter().find(|(name, _)| name == time) {
            Some((_, kind)) if !kind.starts_with("datetime") => {
                let message = format!("\"{time}\" is a {kind}: it has to be $bucket(e)");
                Err(SourceError::Rollup { message })
            }
            _ => Ok(columns),
        }
    }

    /// What the table was made by, and how many rows it has.
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
        // Two that take turns would each read the other's rows.
        if origin != self.rollups.database {
            let table = format!("{ROLLUP_SCHEMA}.{name}");
            let message = format!(
                "{table} on this server is kept for the database \"{origin}\": give this rollup \
                 another name, or drop {table} if nobody needs it any more"
            );
            return Err(SourceError::Rollup { message });
        }
        Ok(Some((definition, rows)))
    }

    /// Makes a new table and puts it in the place of the one before; gives its number of rows.
    async fn build(&mut self, replaces: bool) -> Result<u64, SourceError> {
        let plan = self.refresh.plan;
        let (table, probe) = (plan.table(), self.probe_table());
        let (next, before) = (plan.table_on_the_way("next"), plan.table_on_the_way("before"));
        self.drop_leftovers().await?;
        self.execute(&format!("create table {next} like {probe}")).await?;
        let statement = plan.statement(None)?;
        let insert = format!("insert into {next} {}", statement.sql);
        let written = self.run_bound(insert, &statement).await?.rows_affected();
        // Until the server's own turn comes, plans would be made for an empty table.
        self.execute(&format!("analyze local table {next}")).await?;
        // From here until the new record is written, what is in the table is not known.
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

    /// Waits for those who read the table, a little at a time: behind who waits for a table, those
    /// wait who want to read it.
    async fn swap(&mut self, rename: &str) -> Result<(), SourceError> {
        let mut seconds = FIRST_TRY;
        loop {
            self.execute(&format!("set session lock_wait_timeout = {seconds}")).await?;
            let renamed = self.connection.execute(AssertSqlSafe(rename.to_owned())).await;
            match renamed {
                Ok(_) => return Ok(()),
                Err(error) if mysql_error::is_lock_wait(&error) => {
                    tokio::time::sleep(PAUSE).await;
                    seconds = (seconds * 2).min(LONGEST_TRY);
                }
                Err(error) => return Err(self.failed(&error)),
            }
        }
    }

    /// Drops what stood in the rollup's place, and what a refresh has left that was killed.
    async fn drop_leftovers(&mut self) -> Result<(), SourceError> {
        let plan = self.refresh.plan;
        let (next, before) = (plan.table_on_the_way("next"), plan.table_on_the_way("before"));
        self.execute(&format!("drop table if exists {next}, {before}")).await.map(|_| ())
    }

    /// Deletes and selects again what may have changed in a table of `rows` rows.
    async fn replace_rows(&mut self, rows: i64) -> Result<(RollupReport, i64), SourceError> {
        let plan = self.refresh.plan;
        let table = plan.table();
        let time = Dialect::MySql.quoted(plan.rollup().time.as_str());
        let newest = Dialect::MySql.seconds(&format!("max({time})"));
        let newest = self.number(&format!("select {newest} from {table}")).await?;
        let newest = newest.map(Timestamp::from_seconds);
        let from = plan.first_to_refresh(newest, self.refresh.now);
        let start = |from: Timestamp| Dialect::MySql.instant(&from.seconds().to_string());
        let since = from.map_or_else(|| "true".into(), |from| format!("{time} >= {}", start(from)));
        let deleted = self.execute(&format!("delete from {table} where {since}")).await?;
        let statement = plan.statement(from)?;
        let insert = format!("insert into {table} {}", statement.sql);
        let written = self.run_bound(insert, &statement).await?.rows_affected();
        let inside = self.number(&format!("select count(*) from {table} where {since}")).await?;
        if inside != i64::try_from(written).ok() {
            return Err(plan.outside());
        }
        let rows = rows - deleted.rows_affected() as i64 + written as i64;
        Ok((RollupReport { from, written, rows: rows.unsigned_abs() }, rows))
    }

    async fn remember(
        &mut self,
        made_by: &str,
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
            .bind(made_by)
            .bind(&self.rollups.database)
            .bind(self.refresh.now.0)
            .bind(report.from.map(|from| from.0))
            .bind(rows)
            .bind(started.elapsed().as_secs_f64());
        let remembered = record.execute(&mut *self.connection).await;
        remembered.map(|_| ()).map_err(|error| self.failed(&error))
    }

    fn probe_table(&self) -> String {
        self.refresh.plan.table_on_the_way("probe")
    }

    async fn exists(&mut self, table: &str) -> Result<bool, SourceError> {
        let known = sqlx::query(EXISTS).bind(table).fetch_one(&mut *self.connection).await;
        let count = known.and_then(|row| row.try_get::<i64, _>(0));
        count.map(|count| count > 0).map_err(|error| self.failed(&error))
    }

    async fn number(&mut self, sql: &str) -> Result<Option<i64>, SourceError> {
        let row = (&mut *self.connection).fetch_one(AssertSqlSafe(sql.to_owned())).await;
        row.and_then(|row| row.try_get_unchecked(0)).map_err(|error| self.failed(&error))
    }

    async fn execute(&mut self, sql: &str) -> Result<MySqlQueryResult, SourceError> {
        let done = self.connection.execute(AssertSqlSafe(sql.to_owned())).await;
        done.map_err(|error| self.failed(&error))
    }

    async fn run_bound(
        &mut self,
        sql: String,
        statement: &Statement,
    ) -> Result<MySqlQueryResult, SourceError> {
        let query = bound(sql, statement).persistent(false);
        query.execute(&mut *self.connection).await.map_err(|error| self.failed(&error))
    }

    fn failed(&self, error: &sqlx::Error) -> SourceError {
        let plan: &Plan = self.refresh.plan;
        match mysql::answer(error).map(|answer| answer.number()) {
            Some(1062) => plan.not_unique(),
            Some(1048) => plan.null_key(),
            // A text without a length, or longer ones than an index of this server holds.
            Some(1170 | 1071) => key_too_long(plan),
            _ => match denied(error) {
                Some(message) => SourceError::Rollup { message },
                None => {
                    let (source, statement) = (&self.rollups.ender.name, Some(&plan.whole));
                    mysql::source_error(error, source, statement, self.rollups.time)
                }
            },
        }
    }
}

fn key_too_long(plan: &Plan) -> SourceError {
    let identity = plan.identity_in_words();
    let message = format!(
        "{identity} are too long to identify a row, which takes an index: write left(…, 100) \
         around texts"
    );
    SourceError::Rollup { message }
}

/// What to do where the user may not do what is needed.
fn denied(error: &sqlx::Error) -> Option<String> {
    let refusal = mysql::answer(error)?;
    if !mysql_error::is_missing_right(refusal.number()) {
        return None;
    }
    Some(format!(
        "{}: the user of the source's \"rollup_url\" needs select on the tables that rollups read, \
         and select, insert, update, delete, create, create temporary tables, alter and drop on \
         brisk.*",
        mysql_error::without_user(refusal.message())
    ))
}

fn bound(sql: String, statement: &Statement) -> Query<'static, MySql, MySqlArguments> {
    statement.binds.iter().fold(sqlx::query(AssertSqlSafe(sql)), |query, bind| match bind {
        Bind::Int(value) => query.bind(*value),
        Bind::Text(value) => query.bind(value.clone()),
    })
}
