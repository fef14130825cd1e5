//! PostgreSQL: rows by `copy`, all in one transaction.
//!
//! Rows go into a new table, which replaces the old one at the end: readers of the old table are
//! blocked only for that, not for the whole import.

use super::connection;
use super::schema::{NEW, Schema, create_table};
use crate::ImportError;
use crate::read::{Batch, Batches};
use crate::value::{self, Value};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _};
use std::fmt::Write as _;

/// Rows per `copy`: errors surface only at its end, so it is not the whole file. Values are
/// unlimited.
pub(super) const AT_ONCE: (usize, usize) = (8_000, usize::MAX);

/// Parses the URL into connection options.
pub(super) fn options(url: &str) -> Result<PgConnectOptions, ImportError> {
    const FORM: &str = "postgres://user:password@host:5432/database";
    let options: PgConnectOptions = connection::parsed(url, ["postgres", "postgresql"], FORM)?;
    Ok(options.application_name("brisk import").disable_statement_logging())
}

pub(super) async fn load(
    options: &PgConnectOptions,
    schema: &Schema<'_>,
    batches: &mut Batches<'_>,
) -> Result<(), ImportError> {
    let mut connection = connection::connected(options.connect()).await?;
    let written = write(&mut connection, schema, batches).await;
    // The server rolls back uncommitted work when the connection ends, at the latest.
    let _ = connection.close().await;
    written
}

async fn write(
    connection: &mut PgConnection,
    schema: &Schema<'_>,
    batches: &mut Batches<'_>,
) -> Result<(), ImportError> {
    let mut transaction = connection.begin().await?;
    match replace(&mut transaction, schema, batches).await {
        Ok(()) => Ok(transaction.commit().await?),
        Err(error) => {
            // Awaited, so that no locks are left when we return.
            let _ = transaction.rollback().await;
            Err(error)
        }
    }
}

async fn replace(
    connection: &mut PgConnection,
    schema: &Schema<'_>,
    batches: &mut Batches<'_>,
) -> Result<(), ImportError> {
    // The role's default timeout is meant for readers.
    execute(connection, "set local statement_timeout = 0").await?;
    let names = Names::of(connection, schema).await?;
    lock(connection, schema, &names).await?;
    let create = create_table("", &names.new, &schema.definitions(), "");
    execute(connection, &create).await?;
    if schema.has_computed() {
        // `copy` cannot compute columns: rows go into a temporary table first.
        let definitions = schema.loaded_definitions();
        let create = create_table("temporary ", &names.loaded, &definitions, " on commit drop");
        execute(connection, &create).await?;
        copy_all(connection, schema, &names.loaded, batches).await?;
        batches.stage("computed columns");
        let computed = format!(
            "insert into {} ({}) select {}{} from {}",
            names.new,
            schema.names(),
            schema.loaded_names(),
            schema.and_expressions(),
            names.loaded
        );
        execute(connection, &computed).await?;
        execute(connection, &format!("drop table {}", names.loaded)).await?;
    } else {
        copy_all(connection, schema, &names.new, batches).await?;
    }
    batches.stage("indexes and derived tables");
    take_place(connection, schema, &names).await?;
    for statement in schema.derived(|name| schema.dialect.quoted(name))? {
        execute(connection, &statement).await?;
    }
    execute(connection, &format!("analyze {}", names.table)).await
}

/// The names of an import's tables, quoted for SQL.
struct Names {
    /// The plan's table, qualified with its schema.
    table: String,
    /// The same, unqualified.
    plain: String,
    /// The new table, to be renamed to the plan's.
    new: String,
    /// The temporary table for `copy`, if columns are computed.
    loaded: String,
}

impl Names {
    async fn of(connection: &mut PgConnection, schema: &Schema<'_>) -> Result<Self, ImportError> {
        // The schema in which unqualified tables are created. A table of that name in another
        // schema is not replaced.
        let home: Option<String> =
            sqlx::query_scalar("select current_schema()::text").fetch_one(&mut *connection).await?;
        let Some(home) = home else {
            let message = "none of the schemas in the role's search_path is there";
            return Err(ImportError::Plan(message.into()));
        };
        let home = format!("\"{}\"", home.replace('"', "\"\""));
        let quoted = |name: &str| schema.dialect.quoted(name);
        let plain = quoted(schema.table);
        Ok(Self {
            table: format!("{home}.{plain}"),
            new: format!("{home}.{}", quoted(&format!("{NEW}{}", schema.table))),
            loaded: format!("pg_temp.{plain}"),
            plain,
        })
    }
}

/// Two concurrent imports into one table would only overwrite each other's work.
async fn lock(
    connection: &mut PgConnection,
    schema: &Schema<'_>,
    names: &Names,
) -> Result<(), ImportError> {
    let lock = "select pg_try_advisory_xact_lock(hashtext('brisk import'), hashtext($1))";
    let locked: bool =
        sqlx::query_scalar(lock).bind(&names.table).fetch_one(&mut *connection).await?;
    if locked { Ok(()) } else { Err(ImportError::Busy(schema.table.to_owned())) }
}

async fn copy_all(
    connection: &mut PgConnection,
    schema: &Schema<'_>,
    table: &str,
    batches: &mut Batches<'_>,
) -> Result<(), ImportError> {
    // Names format and encoding of what `written` produces, whatever the database's own encoding.
    let copy = format!(
        "copy {table} ({}) from stdin with (format text, encoding 'utf8')",
        schema.loaded_names()
    );
    while let Some(batch) = batches.next().await? {
        let text = written(&batch, schema.width());
        let mut copying = connection.copy_in_raw(&copy).await?;
        copying.send(text.as_bytes()).await?;
        copying.finish().await?;
    }
    Ok(())
}

/// The rows in `copy`'s text format: values separated by tabs, rows ended by line breaks, `\N` for
/// NULL.
fn written(batch: &Batch, width: usize) -> String {
    let size: usize = batch.values.iter().map(|value| value.size() + 12).sum();
    let mut out = String::with_capacity(size);
    for row in batch.values.chunks(width.max(1)) {
        for (i, value) in row.iter().enumerate() {
            if i > 0 {
                out.push('\t');
            }
            // Writing to a `String` cannot fail.
            _ = match value {
                Value::Null => out.write_str("\\N"),
                Value::Int(number) => write!(out, "{number}"),
                Value::Float(number) => write!(out, "{number}"),
                Value::Numeric(number) => out.write_str(number),
                Value::Day(day) => write!(out, "{day}"),
                Value::Time(at) => write!(out, "{}+00", value::utc_text(*at)),
                Value::Text(text) => {
                    escape(text, &mut out);
                    Ok(())
                }
            };
        }
        out.push('\n');
    }
    out
}

fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            c => out.push(c),
        }
    }
}

/// Gives the new table the old one's name, and its grants.
async fn take_place(
    connection: &mut PgConnection,
    schema: &Schema<'_>,
    names: &Names,
) -> Result<(), ImportError> {
    // Grants belong to the table: whoever could read the old one can read the new one.
    let grants = "select format('grant %s on table %s to %s%s', privilege_type, $1::text,
           case grantee when 0 then 'public' else quote_ident(pg_get_userbyid(grantee)) end,
           case when is_grantable then ' with grant option' else '' end)
         from pg_class, aclexplode(relacl)
         where pg_class.oid = to_regclass($1::text) and grantee <> relowner";
    let grants: Vec<String> =
        sqlx::query_scalar(grants).bind(&names.table).fetch_all(&mut *connection).await?;
    execute(connection, &format!("drop table if exists {}", names.table)).await?;
    execute(connection, &format!("alter table {} rename to {}", names.new, names.plain)).await?;
    // Only now, because the old table's indexes had the same names. It is also faster.
    for constraint in schema.constraints {
        execute(connection, &format!("alter table {} add {constraint}", names.table)).await?;
    }
    for grant in grants {
        execute(connection, &grant).await?;
    }
    Ok(())
}

async fn execute(connection: &mut PgConnection, sql: &str) -> Result<(), ImportError> {
    connection.execute(AssertSqlSafe(sql.to_owned())).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copy_gets_one_line_per_row_whatever_the_texts_contain() {
        let text = |text: &str| Value::Text(text.into());
        let values = vec![text("a\tb\n\\.\r"), Value::Null, text("\\N"), Value::Int(-1)];
        let batch = Batch { values, rows: 2 };
        assert_eq!(written(&batch, 2), "a\\tb\\n\\\\.\\r\t\\N\n\\\\N\t-1\n");
    }
}
