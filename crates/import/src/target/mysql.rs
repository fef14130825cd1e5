//! MySQL and MariaDB: prepared multi-row inserts into new tables, which then replace the old ones
//! in a single `rename table`.
//!
//! A transaction would not do: DDL commits implicitly.

use super::connection;
use super::schema::{NEW, Schema, create_table};
use crate::read::{Batch, Batches};
use crate::value::{self, Value};
use crate::{ImportError, derived};
use sqlx::mysql::{MySql, MySqlConnectOptions, MySqlConnection};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _, Row as _};
use std::collections::BTreeSet;

/// Rows and values per statement; the protocol counts values in 16 bits.
pub(super) const AT_ONCE: (usize, usize) = (500, 65_535);
/// Statements per transaction. One each would wait for the disk every time; all in one would keep
/// an undo log for tables that are dropped as a whole on failure.
const STATEMENTS: usize = 100;
/// The prefix of old tables until they are dropped; as long as [`NEW`].
const OLD: &str = "brisk_old_";

/// Parses the URL into connection options.
pub(super) fn options(url: &str) -> Result<MySqlConnectOptions, ImportError> {
    const FORM: &str = "mysql://user:password@host:3306/database";
    let options: MySqlConnectOptions = connection::parsed(url, ["mysql", "mariadb"], FORM)?;
    Ok(options
        .charset("utf8mb4")
        .timezone(Some("+00:00".to_owned()))
        // `begin` sets the modes.
        .pipes_as_concat(false)
        .no_engine_substitution(false)
        .disable_statement_logging())
}

/// Whether the plan's statements can take effect atomically.
pub(super) fn check(schema: &Schema<'_>) -> Result<(), ImportError> {
    derived::check_marked(schema.derived, &schema.tables()?)
}

pub(super) async fn load(
    options: &MySqlConnectOptions,
    schema: &Schema<'_>,
    batches: &mut Batches<'_>,
) -> Result<(), ImportError> {
    let mut connection = connection::connected(options.connect()).await?;
    let written = write(options, &mut connection, schema, batches).await;
    let _ = connection.close().await;
    written
}

async fn write(
    options: &MySqlConnectOptions,
    connection: &mut MySqlConnection,
    schema: &Schema<'_>,
    batches: &mut Batches<'_>,
) -> Result<(), ImportError> {
    begin(connection).await?;
    lock(connection, schema).await?;
    let tables = schema.tables()?;
    let old = replaced(connection, &tables).await?;
    // Leftovers of an import that was killed.
    drop_all(connection, NEW, &tables).await?;
    drop_all(connection, OLD, &tables).await?;
    match fill(connection, schema, batches).await {
        Ok(()) => {}
        Err(error) => {
            if drop_all(connection, NEW, &tables).await.is_err()
                && let Ok(mut other) = connection::connected(options.connect()).await
            {
                // The failure was the connection itself.
                let _ = drop_all(&mut other, NEW, &tables).await;
                let _ = other.close().await;
            }
            return Err(error);
        }
    }
    let renamed = execute(connection, &rename(&tables, &old)).await;
    if renamed.is_err() {
        let _ = drop_all(connection, NEW, &tables).await;
    }
    renamed?;
    // The import is done. If this fails, the next import drops the old tables.
    let _ = drop_all(connection, OLD, &tables).await;
    Ok(())
}

/// Session settings: the same as for panels, so that a statement means the same in both.
async fn begin(connection: &mut MySqlConnection) -> Result<(), ImportError> {
    let set = "set session autocommit = 1, time_zone = '+00:00', \
               sql_mode = 'ONLY_FULL_GROUP_BY,STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,\
NO_ENGINE_SUBSTITUTION'";
    execute(connection, set).await
}

/// Two concurrent imports into one table would write into the same new table. The server releases
/// the lock when the connection ends, but may notice a moment late that a failed import's has
/// ended; hence the short wait.
async fn lock(connection: &mut MySqlConnection, schema: &Schema<'_>) -> Result<(), ImportError> {
    let lock = "select get_lock(concat('brisk import ', md5(concat_ws('.', database(), ?))), 5)";
    let row = sqlx::query::<MySql>(lock).bind(schema.table).fetch_one(&mut *connection).await?;
    let locked: Option<i64> = row.try_get_unchecked(0)?;
    match locked {
        Some(1) => Ok(()),
        _ => Err(ImportError::Busy(schema.table.to_owned())),
    }
}

/// Which of the tables exist already; an error if one of them cannot be replaced.
async fn replaced(
    connection: &mut MySqlConnection,
    tables: &BTreeSet<String>,
) -> Result<BTreeSet<String>, ImportError> {
    let mut old = BTreeSet::new();
    for table in tables {
        // Whether table names are case-sensitive depends on the server.
        let kind = "select table_type from information_schema.tables
             where table_schema = database()
               and if(@@lower_case_table_names = 0, binary table_name = binary ?,
                      lower(table_name) = lower(?))";
        let row = sqlx::query::<MySql>(kind).bind(table).bind(table);
        let Some(row) = row.fetch_optional(&mut *connection).await? else { continue };
        let kind: String = row.try_get_unchecked(0)?;
        if kind == "VIEW" || kind == "SEQUENCE" {
            let message = format!("{table} is a {}, not a table", kind.to_lowercase());
            return Err(ImportError::Plan(message));
        }
        // Foreign keys would follow the old table to its new name.
        let referring = "select table_name from information_schema.key_column_usage
             where referenced_table_schema = database() and referenced_table_name = ?
               and table_name <> referenced_table_name limit 1";
        let referring = sqlx::query::<MySql>(referring).bind(table);
        if let Some(row) = referring.fetch_optional(&mut *connection).await? {
            let other: String = row.try_get_unchecked(0)?;
            let message =
                format!("{table} cannot be replaced: table {other} refers to it by a foreign key");
            return Err(ImportError::Plan(message));
        }
        old.insert(table.clone());
    }
    Ok(old)
}

async fn fill(
    connection: &mut MySqlConnection,
    schema: &Schema<'_>,
    batches: &mut Batches<'_>,
) -> Result<(), ImportError> {
    let named = |name: &str| schema.dialect.quoted(&format!("{NEW}{name}"));
    let table = named(schema.table);
    let mut lines = schema.definitions();
    lines.extend(schema.constraints.iter().cloned());
    let collation = collation(connection).await?;
    let text = format!(" default character set utf8mb4 collate {collation}");
    execute(connection, &create_table("", &table, &lines, &text)).await?;
    let mut statements = 0;
    execute(connection, "start transaction").await?;
    while let Some(batch) = batches.next().await? {
        insert(connection, schema, &table, batch).await?;
        statements += 1;
        if statements % STATEMENTS == 0 {
            execute(connection, "commit").await?;
            execute(connection, "start transaction").await?;
        }
    }
    execute(connection, "commit").await?;
    batches.stage("indexes and derived tables");
    for statement in schema.derived(named)? {
        execute(connection, &statement).await?;
    }
    for name in schema.tables()? {
        execute(connection, &format!("analyze table {}", named(&name))).await?;
    }
    Ok(())
}

/// A collation that compares texts exactly, as other databases do; the default ignores case,
/// accents and trailing spaces. The name depends on the server.
async fn collation(connection: &mut MySqlConnection) -> Result<String, ImportError> {
    let known = "select collation_name from information_schema.collations
         where collation_name in ('utf8mb4_nopad_bin', 'utf8mb4_0900_bin')
         order by collation_name desc limit 1";
    Ok(match connection.fetch_optional(known).await? {
        Some(row) => row.try_get_unchecked(0)?,
        None => "utf8mb4_bin".into(),
    })
}

async fn insert(
    connection: &mut MySqlConnection,
    schema: &Schema<'_>,
    table: &str,
    batch: Batch,
) -> Result<(), ImportError> {
    let sql = insert_sql(schema, table, batch.rows);
    // Other lengths are rare, and not worth caching.
    let is_full = batch.rows == AT_ONCE.0.min(AT_ONCE.1 / schema.width().max(1));
    let mut query = sqlx::query::<MySql>(AssertSqlSafe(sql)).persistent(is_full);
    for value in batch.values {
        query = match value {
            Value::Null => query.bind(None::<i64>),
            Value::Int(number) => query.bind(number),
            Value::Float(number) => query.bind(number),
            Value::Time(at) => query.bind(value::utc_text(at)),
            Value::Numeric(text) => query.bind(text),
            Value::Day(day) => query.bind(day.to_string()),
            Value::Text(text) => query.bind(text),
        };
    }
    query.execute(connection).await?;
    Ok(())
}

/// Expressions may use the columns listed before them, whose values have the column types;
/// placeholders would not.
fn insert_sql(schema: &Schema<'_>, table: &str, rows: usize) -> String {
    let values = vec!["?"; schema.width()].join(",");
    let row = format!("({values}{})", schema.and_expressions());
    let rows = vec![row; rows].join(",");
    format!("insert into {table} ({}) values {rows}", schema.names())
}

/// A single statement, and so atomic.
fn rename(tables: &BTreeSet<String>, old: &BTreeSet<String>) -> String {
    let mut renames = Vec::new();
    for table in tables {
        if old.contains(table) {
            renames.push(format!("`{table}` to `{OLD}{table}`"));
        }
        renames.push(format!("`{NEW}{table}` to `{table}`"));
    }
    format!("rename table {}", renames.join(", "))
}

async fn drop_all(
    connection: &mut MySqlConnection,
    prefix: &str,
    tables: &BTreeSet<String>,
) -> Result<(), ImportError> {
    let tables: Vec<String> = tables.iter().map(|table| format!("`{prefix}{table}`")).collect();
    execute(connection, &format!("drop table if exists {}", tables.join(", "))).await
}

async fn execute(connection: &mut MySqlConnection, sql: &str) -> Result<(), ImportError> {
    connection.execute(AssertSqlSafe(sql.to_owned())).await?;
    Ok(())
}
