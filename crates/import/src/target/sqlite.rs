//! SQLite: multi-row inserts, all in one transaction.

use super::schema::{Schema, create_table};
use crate::ImportError;
use crate::read::{Batch, Batches};
use crate::value::Value;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, Sqlite};
use std::path::Path;

/// Rows and values per statement; SQLite allows 32,766 values.
pub(super) const AT_ONCE: (usize, usize) = (500, 32_766);

/// 8 MiB, in SQLite's notation: rows arrive in the table's order, so further pages would only be kept
/// until they are written.
const CACHE: &str = "-8192";

pub(super) async fn load(
    database: &Path,
    schema: &Schema<'_>,
    batches: &mut Batches<'_>,
) -> Result<(), ImportError> {
    let connect = SqliteConnectOptions::new()
        .filename(database)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Normal)
        .pragma("cache_size", CACHE)
        // Sorting for an index takes space that grows with the file, so it goes to disk.
        .pragma("temp_store", "file");
    let mut connection = SqliteConnection::connect_with(&connect).await?;
    let written = write(&mut connection, schema, batches).await;
    // Closing waits for SQLite's thread, so the file is complete when we return.
    let closed = connection.close().await;
    written?;
    Ok(closed?)
}

async fn write(
    connection: &mut SqliteConnection,
    schema: &Schema<'_>,
    batches: &mut Batches<'_>,
) -> Result<(), ImportError> {
    let table = schema.dialect.quoted(schema.table);
    let mut transaction = connection.begin().await?;
    let drop_table = format!("drop table if exists {table}");
    transaction.execute(AssertSqlSafe(drop_table)).await?;
    let mut lines = schema.definitions();
    lines.extend(schema.constraints.iter().cloned());
    let rowid = if schema.without_rowid { " without rowid" } else { "" };
    let create = create_table("", &table, &lines, rowid);
    transaction.execute(AssertSqlSafe(create)).await?;
    while let Some(batch) = batches.next().await? {
        insert(&mut transaction, schema, &table, batch).await?;
    }
    batches.stage("indexes and derived tables");
    for statement in schema.derived(|name| schema.dialect.quoted(name))? {
        transaction.execute(AssertSqlSafe(statement)).await?;
    }
    transaction.execute("analyze").await?;
    transaction.commit().await?;
    Ok(())
}

async fn insert(
    connection: &mut SqliteConnection,
    schema: &Schema<'_>,
    table: &str,
    batch: Batch,
) -> Result<(), ImportError> {
    let mut query = sqlx::query::<Sqlite>(AssertSqlSafe(insert_sql(schema, table, batch.rows)));
    for value in batch.values {
        query = match value {
            Value::Null => query.bind(None::<i64>),
            Value::Int(number) => query.bind(number),
            Value::Float(number) => query.bind(number),
            Value::Time(at) => query.bind(at.seconds()),
            Value::Numeric(text) => query.bind(text),
            Value::Day(day) => query.bind(day.to_string()),
            Value::Text(text) => query.bind(text),
        };
    }
    query.execute(connection).await?;
    Ok(())
}

fn insert_sql(schema: &Schema<'_>, table: &str, rows: usize) -> String {
    let place = format!("({})", vec!["?"; schema.width()].join(","));
    let places = vec![place; rows].join(",");
    let (loaded, names) = (schema.loaded_names(), schema.names());
    if !schema.has_computed() {
        return format!("insert into {table} ({names}) values {places}");
    }
    format!(
        "with loaded ({loaded}) as (values {places}) insert into {table} ({names}) \
         select {loaded}{} from loaded",
        schema.and_expressions()
    )
}
