//! Rollups on PostgreSQL, in its schema `brisk`, written by a role that may write there. The role
//! that panels read with is granted only what it needs.

use super::{error, offered_functions, session};
use crate::bind::bound;
use crate::compile::statement::Statement;
use crate::connect_error::ConnectError;
use crate::dialect::Dialect;
use crate::error::SourceError;
use crate::known_zones::Standing;
use crate::rollup::refresh::{
    Record, Refresh, RefreshConnection, recorded_definition, replace_rows, too_powerful,
};
use crate::server::{CONNECT, GRACE, connected};
use brisk_domain::{RollupReport, SourceName, ZoneName};
use sqlx::error::ErrorKind;
use sqlx::postgres::PgConnectOptions;
use sqlx::{
    AssertSqlSafe, Column as _, Connection as _, Executor as _, PgConnection, Postgres, Row as _,
    SqlSafeStr as _, Statement as _, TypeInfo as _,
};
use std::time::{Duration, Instant};

/// Writes the rollups of one PostgreSQL database. Cheap to clone.
#[derive(Clone)]
pub(crate) struct PostgresRollups {
    name: SourceName,
    options: PgConnectOptions,
    /// The role that panels read with.
    reader: String,
    time: Duration,
    /// Whether an all-powerful writing role is refused.
    only_of_writers: Option<&'static str>,
}

/// How to make a role that writes rollups and nothing else.
const A_WRITER: &str = "create role brisk_rollups login password '…'; grant select on all tables in schema \
     public to brisk_rollups; create schema brisk authorization brisk_rollups";

/// Brisk's record of its refreshes.
const RECORDS: &str = "create table brisk.rollups (
  name text primary key,
  definition text not null,
  refreshed_at timestamptz not null,
  since timestamptz, -- the first refreshed bucket; null after a rebuild
  row_count bigint not null,
  seconds double precision not null
)";

impl PostgresRollups {
    pub(crate) fn new(
        name: SourceName,
        url: &str,
        reader: &str,
        time: Duration,
    ) -> Result<Self, SourceError> {
        let options = session::options(url)?.application_name("brisk rollups");
        let reader = reader.to_owned();
        Ok(Self { name, options, reader, time, only_of_writers: None })
    }

    /// The same; an all-powerful role is refused if `is_so`.
    pub(crate) fn only_of_writers(self, otherwise: Option<&'static str>) -> Self {
        Self { only_of_writers: otherwise, ..self }
    }

    pub(crate) async fn refresh(&self, refresh: &Refresh<'_>) -> Result<RollupReport, SourceError> {
        let work = async {
            let mut connection = self.connect().await?;
            let in_zone = self.enter_zone(&mut connection, refresh).await?;
            let mut refreshing =
                Refreshing { rollups: self, refresh, connection: &mut connection, in_zone };
            refreshing.make_schema().await?;
            let report = refreshing.run().await?;
            // A connection that cannot be closed ends with its socket.
            let _ = connection.close().await;
            Ok(report)
        };
        // Dropping the connection rolls back the transaction.
        let timeout = |_| SourceError::Timeout { seconds: self.time.as_secs() };
        tokio::time::timeout(self.time + CONNECT + GRACE, work).await.map_err(timeout)?
    }

    pub(crate) async fn records(&self) -> Result<Vec<Record>, SourceError> {
        let failed = |error: sqlx::Error| self.unreachable(&error);
        let mut connection = self.connect().await?;
        let known = sqlx::query("select to_regclass('brisk.rollups') is not null");
        let is_there: bool =
            known.fetch_one(&mut connection).await.map_err(failed)?.try_get(0).map_err(failed)?;
        if !is_there {
            return Ok(Vec::new());
        }
        let sql = "select name, definition, \
                     (extract(epoch from refreshed_at) * 1000000)::bigint, row_count, seconds \
                   from brisk.rollups";
        let rows = sqlx::query(sql).fetch_all(&mut connection).await.map_err(failed)?;
        rows.iter().map(Record::read).collect::<Result<_, _>>().map_err(failed)
    }

    /// Whether it lets the role in.
    pub(crate) async fn check_server(&self) -> Result<(), ConnectError> {
        // A connection that cannot be closed ends with its socket.
        let _ = connected::<super::executor::Postgres>(&self.options).await?.close().await;
        Ok(())
    }

    async fn connect(&self) -> Result<PgConnection, SourceError> {
        let late = |_| SourceError::Unavailable("it does not answer".into());
        let connecting = PgConnection::connect_with(&self.options);
        let connection = tokio::time::timeout(CONNECT, connecting).await.map_err(late)?;
        let mut connection = connection.map_err(|error| self.unreachable(&error))?;
        let milliseconds = self.time.as_millis();
        let settings = format!(
            "set statement_timeout = {milliseconds}; \
             set idle_in_transaction_session_timeout = {milliseconds}; set timezone = 'UTC'"
        );
        let set = connection.execute(AssertSqlSafe(settings)).await;
        set.map_err(|error| self.unreachable(&error))?;
        let set = session::switch_jit_off(&mut connection).await;
        set.map_err(|error| self.unreachable(&error))?;
        if let Some(otherwise) = self.only_of_writers {
            let power = offered_functions::power(&mut connection).await;
            if let Some(power) = power.map_err(|error| self.unreachable(&error))? {
                return Err(too_powerful(&power, A_WRITER, otherwise));
            }
        }
        Ok(connection)
    }

    /// Sets the session to the rollup's zone, as those of panels are set to the dashboard's, if the server
    /// knows it as Brisk does: the server's own functions then follow that clock.
    async fn enter_zone(
        &self,
        connection: &mut PgConnection,
        refresh: &Refresh<'_>,
    ) -> Result<bool, SourceError> {
        let (zone, offsets) = (&refresh.plan.rollup().zone, refresh.plan.offsets());
        let failed = |error: sqlx::Error| self.unreachable(&error);
        let known = session::knows(connection, zone, offsets).await.map_err(failed)?;
        let knows = known.standing(false) == Standing::InZone;
        if knows {
            session::enter_zone(connection, zone).await.map_err(failed)?;
        }
        Ok(knows)
    }

    fn unreachable(&self, error: &sqlx::Error) -> SourceError {
        match denied(error) {
            Some(message) => SourceError::Rollup { message },
            None => error::unavailable(error, &self.name),
        }
    }
}

/// One refresh.
struct Refreshing<'a> {
    rollups: &'a PostgresRollups,
    refresh: &'a Refresh<'a>,
    connection: &'a mut PgConnection,
    /// Whether the session is in the rollup's zone.
    in_zone: bool,
}

impl Refreshing<'_> {
    /// Makes the schema and the table of records.
    async fn make_schema(&mut self) -> Result<(), SourceError> {
        if self.flag("select to_regclass('brisk.rollups') is not null").await? {
            return Ok(());
        }
        // In a transaction, because two processes could both try to make it.
        self.execute("begin").await?;
        self.execute("select pg_advisory_xact_lock(hashtext('brisk.rollups'))").await?;
        // If an administrator made it, this role may lack the privilege to make schemas.
        if !self.flag("select to_regnamespace('brisk') is not null").await? {
            self.execute("create schema brisk").await?;
        }
        if !self.flag("select to_regclass('brisk.rollups') is not null").await? {
            self.execute(RECORDS).await?;
        }
        self.grant("usage on schema brisk").await?;
        self.grant("select on brisk.rollups").await?;
        self.execute("commit").await?;
        Ok(())
    }

    async fn run(&mut self) -> Result<RollupReport, SourceError> {
        let (plan, started) = (self.refresh.plan, Instant::now());
        let (name, table) = (plan.rollup().name.as_str(), plan.table());
        self.execute("begin").await?;
        // Processes without a shared Redis take turns here.
        let lock = "select pg_advisory_xact_lock(hashtext('brisk.rollups'), hashtext($1))";
        let locked = sqlx::query(lock).bind(name).execute(&mut *self.connection).await;
        locked.map_err(|error| self.failed(error))?;
        let columns = self.columns().await?;
        let zone = &plan.rollup().zone;
        let clock = if self.in_zone && *zone != ZoneName::utc() { zone.as_str() } else { "" };
        let definition = recorded_definition(self.refresh.definition, &columns, clock);
        let known = sqlx::query(
            "select definition, row_count from brisk.rollups
             where name = $1 and to_regclass($2) is not null",
        );
        let known = known.bind(name).bind(&table).fetch_optional(&mut *self.connection).await;
        let known = known.map_err(|error| self.failed(error))?;
        let rows = known.filter(|row| row.get::<&str, _>(0) == definition).map(|row| row.get(1));
        let refresh = self.refresh;
        let (report, rows) = match rows {
            Some(rows) if !refresh.rebuild => replace_rows(self, refresh, rows).await?,
            _ => self.build().await?,
        };
        let seconds = started.elapsed().as_secs_f64();
        let record = sqlx::query(
            "insert into brisk.rollups (name, definition, refreshed_at, since, row_count, seconds)
             values ($1, $2, to_timestamp($3::float8 / 1000000), to_timestamp($4), $5, $6)
             on conflict (name) do update set definition = excluded.definition,
               refreshed_at = excluded.refreshed_at, since = excluded.since,
               row_count = excluded.row_count, seconds = excluded.seconds",
        );
        let record = record
            .bind(name)
            .bind(&definition)
            .bind(self.refresh.now.0 as f64)
            .bind(report.from.map(|from| from.seconds() as f64))
            .bind(rows)
            .bind(seconds);
        record.execute(&mut *self.connection).await.map_err(|error| self.failed(error))?;
        self.execute("commit").await?;
        Ok(report)
    }

    /// The statement's columns and their types.
    async fn columns(&mut self) -> Result<Vec<(String, String)>, SourceError> {
        let plan = self.refresh.plan;
        let sql = AssertSqlSafe(plan.whole.sql.clone()).into_sql_str();
        let prepared = (&mut *self.connection).prepare(sql).await;
        let prepared = prepared.map_err(|error| self.failed(error))?;
        let column = |column: &sqlx::postgres::PgColumn| {
            (column.name().to_owned(), column.type_info().name().to_lowercase())
        };
        let columns: Vec<(String, String)> = prepared.columns().iter().map(column).collect();
        let names: Vec<&str> = columns.iter().map(|(name, _)| name.as_str()).collect();
        plan.check_columns(&names)?;
        let time = plan.rollup().time.as_str();
        match columns.iter().find(|(name, _)| name == time) {
            Some((_, kind)) if kind != "timestamptz" => Err(plan.not_an_instant(kind)),
            _ => Ok(columns),
        }
    }

    /// Builds a new table and replaces the old one with it. Readers see the old one until this is
    /// committed, and are blocked only during the swap.
    async fn build(&mut self) -> Result<(RollupReport, i64), SourceError> {
        let plan = self.refresh.plan;
        let (name, table, identity) = (plan.rollup().name.as_str(), plan.table(), plan.identity());
        let next = plan.working_table("next");
        let statement = plan.statement(None)?;
        let make = format!("create table {next} as {}", statement.sql);
        let written = self.execute_bound(make, &statement).await?;
        self.execute(&format!("alter table {next} add primary key ({identity})")).await?;
        // Until autovacuum analyzes it, queries would be planned for an empty table.
        self.execute(&format!("analyze {next}")).await?;
        self.execute(&format!("drop table if exists {table}")).await?;
        self.execute(&format!("alter table {next} rename to {}", Dialect::Postgres.quoted(name)))
            .await?;
        self.grant(&format!("select on {table}")).await?;
        Ok((RollupReport { from: None, written, rows: written }, written as i64))
    }

    /// Grants `what` to the reading role. If the server does not know that role, as behind a proxy
    /// with names of its own, an administrator has to do it.
    async fn grant(&mut self, what: &str) -> Result<(), SourceError> {
        self.execute("savepoint brisk_grant").await?;
        let reader = Dialect::Postgres.quoted(&self.rollups.reader);
        let granted = self.connection.execute(AssertSqlSafe(format!("grant {what} to {reader}")));
        match granted.await {
            Ok(_) => self.execute("release savepoint brisk_grant").await.map(|_| ()),
            Err(error) => {
                let source = &self.rollups.name;
                tracing::warn!(%source, %error, what, "the reading role could not be granted it");
                self.execute("rollback to savepoint brisk_grant").await.map(|_| ())
            }
        }
    }

    async fn flag(&mut self, sql: &str) -> Result<bool, SourceError> {
        self.value(sql).await
    }

    async fn value<T>(&mut self, sql: &str) -> Result<T, SourceError>
    where
        T: for<'r> sqlx::Decode<'r, Postgres> + sqlx::Type<Postgres>,
    {
        let row = sqlx::query(AssertSqlSafe(sql.to_owned())).fetch_one(&mut *self.connection);
        row.await.and_then(|row| row.try_get(0)).map_err(|error| self.failed(error))
    }

    fn failed(&self, error: sqlx::Error) -> SourceError {
        let plan = self.refresh.plan;
        let refusal = error.as_database_error();
        match refusal.map(sqlx::error::DatabaseError::kind) {
            Some(ErrorKind::UniqueViolation) => plan.not_unique(),
            Some(ErrorKind::NotNullViolation) => plan.null_key(),
            _ => match denied(&error) {
                Some(message) => SourceError::Rollup { message },
                None => {
                    let time = self.rollups.time;
                    error::source_error(&error, &self.rollups.name, Some(&plan.whole), time)
                }
            },
        }
    }
}

/// What to do if the role lacks a privilege.
fn denied(error: &sqlx::Error) -> Option<String> {
    let refusal = error.as_database_error().filter(|r| r.code().as_deref() == Some("42501"))?;
    Some(format!(
        "{}: the role of the source's \"rollup_url\" needs select on the tables that rollups read, \
         and create on the database, or usage and create on its schema brisk",
        refusal.message()
    ))
}

impl RefreshConnection for Refreshing<'_> {
    async fn execute(&mut self, sql: &str) -> Result<u64, SourceError> {
        let done = self.connection.execute(AssertSqlSafe(sql.to_owned())).await;
        done.map(|done| done.rows_affected()).map_err(|error| self.failed(error))
    }

    async fn execute_bound(
        &mut self,
        sql: String,
        statement: &Statement,
    ) -> Result<u64, SourceError> {
        let query = bound(sqlx::query(AssertSqlSafe(sql)), &statement.binds).persistent(false);
        let done = query.execute(&mut *self.connection).await;
        done.map(|done| done.rows_affected()).map_err(|error| self.failed(error))
    }

    async fn number(&mut self, sql: &str) -> Result<Option<i64>, SourceError> {
        self.value(sql).await
    }
}
