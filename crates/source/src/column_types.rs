//! The types of a source's columns, as its database describes them, remembered for a minute.

use crate::compile::column_clock::{ColumnTypes, Questions};
use crate::compile::column_type::{Cell, ColumnType};
use crate::compile::statement::{Bind, Statement};
use crate::dialect::Dialect;
use crate::error::SourceError;
use crate::sqlite::file::Version;
use brisk_domain::rollup::ROLLUP_SCHEMA;
use brisk_domain::{Frame, Values};
use futures::future::BoxFuture;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

/// How long a table's description is trusted: types rarely change.
const KNOWN: Duration = Duration::from_secs(60);

/// Runs a statement of Brisk's own.
pub(crate) type Run<'a> =
    dyn Fn(Statement) -> BoxFuture<'a, Result<Frame, SourceError>> + Send + Sync + 'a;

/// The types of a source's columns, as far as they have been queried. Shared by clones.
#[derive(Debug, Clone, Default)]
pub(crate) struct KnownTypes(Arc<Mutex<Tables>>);

#[derive(Debug, Default)]
struct Tables {
    /// The version of the file they are in, if the database is a file.
    version: Option<Version>,
    known: BTreeMap<String, Known>,
}

#[derive(Debug, Clone)]
struct Known {
    since: Instant,
    asked: BTreeSet<String>,
    types: BTreeMap<String, ColumnType>,
}

impl KnownTypes {
    /// The types of `asked`; `run` runs a statement of Brisk's own. Columns that the database does not
    /// describe, because the table does not exist or is not visible, are left out. A database that is
    /// a file has another `version` once it is replaced.
    pub(crate) async fn of(
        &self,
        asked: &Questions<'_>,
        dialect: Dialect,
        version: Option<Version>,
        run: &Run<'_>,
    ) -> Result<ColumnTypes, SourceError> {
        self.forget_others(version);
        let mut all = ColumnTypes::new();
        for (table, columns) in asked {
            if let Some(types) = self.remembered(table, columns) {
                all.insert((*table).to_owned(), types);
                continue;
            }
            let types = match described(dialect, table, columns, run).await {
                Ok(types) => types,
                Err(error @ (SourceError::Unavailable(_) | SourceError::Timeout { .. })) => {
                    return Err(error);
                }
                Err(_) => BTreeMap::new(),
            };
            let asked = columns.iter().map(|column| (*column).to_owned()).collect();
            let known = Known { since: Instant::now(), asked, types: types.clone() };
            self.tables().known.insert((*table).to_owned(), known);
            all.insert((*table).to_owned(), types);
        }
        Ok(all)
    }

    fn remembered(
        &self,
        table: &str,
        columns: &BTreeSet<&str>,
    ) -> Option<BTreeMap<String, ColumnType>> {
        let tables = self.tables();
        let known = tables.known.get(table).filter(|known| known.since.elapsed() < KNOWN)?;
        let has =
            |column: &&str| known.asked.contains(*column) || known.types.contains_key(*column);
        columns.iter().all(has).then(|| known.types.clone())
    }

    fn forget_others(&self, version: Option<Version>) {
        let mut tables = self.tables();
        if tables.version != version {
            *tables = Tables { version, known: BTreeMap::new() };
        }
    }

    fn tables(&self) -> MutexGuard<'_, Tables> {
        self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

async fn described(
    dialect: Dialect,
    table: &str,
    columns: &BTreeSet<&str>,
    run: &Run<'_>,
) -> Result<BTreeMap<String, ColumnType>, SourceError> {
    match dialect {
        Dialect::Postgres => postgres(table, run).await,
        Dialect::MySql => mysql(table, run).await,
        Dialect::Sqlite => sqlite(table, columns, run).await,
    }
}

async fn postgres(table: &str, run: &Run<'_>) -> Result<BTreeMap<String, ColumnType>, SourceError> {
    let sql = format!("select * from {table} where false");
    let frame = run(Statement::of_our_own(sql, Vec::new())).await?;
    let types = frame.columns().iter().map(|column| {
        let of = match column.values {
            Values::Time(_) => ColumnType::Instant,
            Values::WallTime(_) => ColumnType::WallTime,
            Values::Date(_) => ColumnType::Date,
            _ => ColumnType::Other,
        };
        (column.name.to_lowercase(), of)
    });
    Ok(types.collect())
}

async fn mysql(table: &str, run: &Run<'_>) -> Result<BTreeMap<String, ColumnType>, SourceError> {
    let (schema, name) = schema_and_name(table);
    let select = "select convert(column_name using utf8mb4) as name, \
                  convert(data_type using utf8mb4) as kind from information_schema.columns";
    let is_rollup = schema.as_deref() == Some(ROLLUP_SCHEMA);
    let (sql, binds) = match schema {
        Some(schema) => (
            format!("{select} where table_schema = ? and table_name = ?"),
            vec![Bind::Text(schema), Bind::Text(name)],
        ),
        None => (
            format!("{select} where table_schema = database() and table_name = ?"),
            vec![Bind::Text(name)],
        ),
    };
    let frame = run(Statement::of_our_own(sql, binds)).await?;
    let types = rows(&frame).map(|(name, kind)| {
        let of = match kind.to_lowercase().as_str() {
            "timestamp" => ColumnType::Instant,
            // In Brisk's own rollups, these are instants.
            "datetime" if is_rollup => ColumnType::Instant,
            "datetime" => ColumnType::WallTime,
            "date" => ColumnType::Date,
            _ => ColumnType::Other,
        };
        (name.to_lowercase(), of)
    });
    Ok(types.collect())
}

/// The longest text that may be a time, in bytes; other texts may be long.
const LONGEST: usize = 64;
/// How many of a column's first values are examined: a tenth of a second's work.
const LOOKED_AT: i64 = 200_000;
/// How many of its last values are examined as well, if it has more.
const LAST: usize = 1_000;

/// In SQLite, declarations say little: only a column's values tell what it holds.
async fn sqlite(
    table: &str,
    columns: &BTreeSet<&str>,
    run: &Run<'_>,
) -> Result<BTreeMap<String, ColumnType>, SourceError> {
    let (schema, name) = schema_and_name(table);
    let mut binds = vec![Bind::Text(name)];
    binds.extend(schema.map(Bind::Text));
    let arguments = if binds.len() == 2 { "?1, ?2" } else { "?1" };
    let sql = format!("select name, type as kind from pragma_table_xinfo({arguments})");
    let frame = run(Statement::of_our_own(sql, binds)).await?;
    let declared: Vec<(String, String)> = rows(&frame).collect();
    let mut types = BTreeMap::new();
    for (name, kind) in declared {
        let (lower, kind) = (name.to_lowercase(), kind.to_lowercase());
        if !columns.contains(lower.as_str()) {
            continue;
        }
        let cells = cells(table, &Dialect::Sqlite.quoted(&name), run).await?;
        let cells = cells.iter().map(|(stored, text)| match stored.as_str() {
            "text" => Cell::Text(text),
            "integer" | "real" => Cell::Number,
            _ => Cell::Other,
        });
        let of = match ColumnType::of_cells(cells) {
            Some(of) => of,
            None if kind == "date" => ColumnType::Date,
            None if ["char", "text", "clob", "date", "time"].iter().any(|w| kind.contains(w)) => {
                ColumnType::WallTime
            }
            None => ColumnType::Instant,
        };
        types.insert(lower, of);
    }
    Ok(types)
}

/// A column's values, one of each form that occurs, with the type that it is stored as. Of a long column, its
/// first and last values are examined; and its least and largest if it has an index: numbers, and most values
/// that are not times, are found there.
async fn cells(
    table: &str,
    column: &str,
    run: &Run<'_>,
) -> Result<Vec<(String, String)>, SourceError> {
    let text = |of: &str| format!("cast(substr({of}, 1, {LONGEST}) as text)");
    let values = format!("select {column} as c from {table} where {column} is not null");
    let forms = format!(
        "select typeof(c) as name, {} as kind, count(*) as n from ({values} limit {LOOKED_AT}) \
         group by typeof(c), brisk_time_form(c)",
        text("min(c)")
    );
    let frame = run(Statement::of_our_own(forms, Vec::new())).await?;
    let mut cells: Vec<(String, String)> = rows(&frame).collect();
    let counts = frame.column("n").map(|counts| &counts.values);
    let looked_at: i64 = match counts {
        Some(Values::Int(counts)) => counts.iter().flatten().sum(),
        _ => 0,
    };
    if looked_at < LOOKED_AT {
        return Ok(cells);
    }
    // Views and some tables have no rowid.
    let typed = format!("select typeof(c) as name, {} as kind from", text("c"));
    let last = format!("{typed} ({values} order by rowid desc limit {LAST})");
    cells.extend(optional(last, run).await?.iter().flat_map(rows));
    let least = format!("select min({column}) as c from {table}");
    let plan = optional(format!("explain query plan {least}"), run).await?;
    let detail = plan.as_ref().and_then(|plan| plan.column("detail")?.values.exact(0));
    if detail.is_some_and(|detail| detail.starts_with("SEARCH")) {
        let ends = format!("{typed} ({least} union all select max({column}) from {table})");
        cells.extend(optional(ends, run).await?.iter().flat_map(rows));
    }
    Ok(cells)
}

/// The result of a statement that does not work on every table; `None` if it fails.
async fn optional(sql: String, run: &Run<'_>) -> Result<Option<Frame>, SourceError> {
    match run(Statement::of_our_own(sql, Vec::new())).await {
        Ok(frame) => Ok(Some(frame)),
        Err(error @ (SourceError::Unavailable(_) | SourceError::Timeout { .. })) => Err(error),
        Err(_) => Ok(None),
    }
}

/// The first two texts of each row.
fn rows(frame: &Frame) -> impl Iterator<Item = (String, String)> + '_ {
    (0..frame.rows()).filter_map(|row| {
        let [name, kind, ..] = frame.columns() else { return None };
        Some((name.values.exact(row)?, kind.values.exact(row)?))
    })
}

/// The schema and the name of a table, without quotes.
fn schema_and_name(table: &str) -> (Option<String>, String) {
    let plain: String = table.chars().filter(|c| !matches!(c, '"' | '`' | '[' | ']')).collect();
    match plain.rsplit_once('.') {
        Some((schema, name)) => (Some(schema.to_owned()), name.to_owned()),
        None => (None, plain),
    }
}
