//! What refreshing a rollup shares on all databases.

use super::plan::Plan;
use crate::compile::statement::Statement;
use crate::error::SourceError;
use brisk_domain::{RollupReport, Timestamp};
use sqlx::{ColumnIndex, Decode, Row, Type};

/// A refresh to be done.
#[derive(Debug, Clone, Copy)]
pub struct Refresh<'a> {
    /// The rollup.
    pub plan: &'a Plan,
    /// Identifies its definition: a table built from another one is rebuilt.
    pub definition: &'a str,
    /// The current time: rows with later times do not keep today's from being refreshed.
    pub now: Timestamp,
    /// Whether the table is rebuilt in any case.
    pub rebuild: bool,
}

/// What the database records about a rollup's last refresh.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// The rollup's name.
    pub name: String,
    /// Identifies its definition and what else its rows depend on.
    pub definition: String,
    /// When it was refreshed.
    pub refreshed_at: Timestamp,
    /// How many rows its table has.
    pub rows: u64,
    /// How long it took.
    pub seconds: f64,
}

impl Record {
    /// Reads the name, the definition, the microseconds since the epoch at which it was refreshed,
    /// the number of rows and the seconds that it took, in this order.
    pub(crate) fn read<R>(row: &R) -> Result<Self, sqlx::Error>
    where
        R: Row,
        usize: ColumnIndex<R>,
        for<'r> String: Decode<'r, R::Database> + Type<R::Database>,
        for<'r> i64: Decode<'r, R::Database> + Type<R::Database>,
        for<'r> f64: Decode<'r, R::Database> + Type<R::Database>,
    {
        Ok(Self {
            name: row.try_get(0)?,
            definition: row.try_get(1)?,
            refreshed_at: Timestamp(row.try_get(2)?),
            rows: row.try_get::<i64, _>(3)?.unsigned_abs(),
            seconds: row.try_get(4)?,
        })
    }
}

/// The recorded definition of a table: `definition`, the columns as the database describes them, and
/// where the rows come from.
pub(crate) fn recorded_definition(
    definition: &str,
    columns: &[(String, String)],
    origin: &str,
) -> String {
    let columns = columns.iter().map(|(name, kind)| format!("{name} {kind}"));
    format!("{definition}; {}; {origin}", columns.collect::<Vec<_>>().join(", "))
}

/// The error that the user of `rollup_url` has more power than it needs: `power` says which, `writer`
/// how to make a user without it, `otherwise` how to allow it all the same.
pub(crate) fn too_powerful(power: &str, writer: &str, otherwise: &str) -> SourceError {
    let message = format!(
        "the user of \"rollup_url\": {power}; give Brisk one that only writes rollups: \
         {writer}{otherwise}"
    );
    SourceError::Rollup { message }
}

/// The connection of one refresh, which may write.
pub(crate) trait RefreshConnection: Send {
    /// Runs `sql`; returns the number of rows that it changed.
    fn execute(&mut self, sql: &str) -> impl Future<Output = Result<u64, SourceError>> + Send;

    /// Runs `sql`, which contains `statement`, with its values; returns the number of rows that it
    /// changed.
    fn execute_bound(
        &mut self,
        sql: String,
        statement: &Statement,
    ) -> impl Future<Output = Result<u64, SourceError>> + Send;

    /// The only value of `sql`'s result.
    fn number(
        &mut self,
        sql: &str,
    ) -> impl Future<Output = Result<Option<i64>, SourceError>> + Send;

    /// A condition that each row's time must meet to be an instant.
    fn is_instant(_time: &str) -> String {
        "true".to_owned()
    }
}

/// Deletes and selects again the rows that may have changed in a table of `rows` rows; returns what
/// it did, and how many rows the table then has.
pub(crate) async fn replace_rows<C: RefreshConnection>(
    connection: &mut C,
    refresh: &Refresh<'_>,
    rows: i64,
) -> Result<(RollupReport, i64), SourceError> {
    let plan = refresh.plan;
    let (dialect, table) = (plan.dialect(), plan.table());
    let (syntax, time) = (dialect.syntax(), dialect.quoted(plan.rollup().time.as_str()));
    let newest = format!("select {} from {table}", syntax.seconds(&format!("max({time})")));
    let newest = connection.number(&newest).await?.map(Timestamp::from_seconds);
    let from = plan.first_to_refresh(newest, refresh.now);
    let since = from.map_or_else(
        || "true".to_owned(),
        |from| format!("{time} >= {}", syntax.instant(&from.seconds().to_string())),
    );
    let deleted = connection.execute(&format!("delete from {table} where {since}")).await?;
    let statement = plan.statement(from)?;
    let insert = format!("insert into {table} {}", statement.sql);
    let written = connection.execute_bound(insert, &statement).await?;
    let is_instant = C::is_instant(&time);
    let inside = format!("select count(*) from {table} where {since} and {is_instant}");
    if connection.number(&inside).await? != i64::try_from(written).ok() {
        return Err(plan.outside());
    }
    let rows = rows - deleted as i64 + written as i64;
    Ok((RollupReport { from, written, rows: rows.unsigned_abs() }, rows))
}
