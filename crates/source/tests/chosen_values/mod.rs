//! A chosen value reaches the database as the type that the statement expects. The expected rows
//! are written by hand.

mod nulls;
mod postgres;
mod servers;

use brisk_domain::{
    Access, AttributeName, Bounds, Interval, Query, Selection, Timestamp, VariableName, ZoneName,
    ZoneOffsets,
};
use brisk_source::{Context, Source, Statement, StatementError, Target, compile};
use std::collections::BTreeMap;

/// The rows of `sql` with these chosen values, cells joined by `|`, NULL as `∅`; or the error. A name
/// that begins with `user.` is an attribute.
async fn rows(
    source: &Source,
    sql: &str,
    chosen: &[(&str, &[&str])],
) -> Result<Vec<String>, String> {
    let statement = compiled(source.target(), sql, chosen).map_err(|error| error.to_string())?;
    let frame = source.run(&statement, &[]).await.map_err(|error| error.to_string())?;
    let cell = |column: &brisk_domain::Column, row| {
        column.values.exact(row).unwrap_or_else(|| "∅".to_owned())
    };
    let row = |row| {
        let cells: Vec<_> = frame.columns().iter().map(|column| cell(column, row)).collect();
        cells.join("|")
    };
    Ok((0..frame.rows()).map(row).collect())
}

/// `sql` with these chosen values.
fn compiled(
    target: impl Into<Target>,
    sql: &str,
    chosen: &[(&str, &[&str])],
) -> Result<Statement, StatementError> {
    let selection = |values: &[&str]| {
        let texts = values.iter().filter(|value| **value != NULL).map(|v| (*v).to_owned());
        Selection::of(texts).with_null(values.contains(&NULL))
    };
    let (mut variables, mut attributes) = (BTreeMap::new(), Vec::new());
    for (name, values) in chosen {
        match name.strip_prefix("user.") {
            Some(name) => {
                attributes.push((AttributeName::parse(name).unwrap(), selection(values)));
            }
            None => _ = variables.insert(VariableName::parse(name).unwrap(), selection(values)),
        }
    }
    let at = Timestamp::from_seconds;
    let context = Context {
        bounds: Bounds { from: at(1_300_000_000), to: at(1_302_000_000) },
        interval: Interval::Day,
        zone: &ZoneName::utc(),
        offsets: &ZoneOffsets::utc(),
        variables: &variables,
        access: &Access::of(attributes),
    };
    compile(&Query::new(sql), target, &context)
}

/// The value that stands for NULL in [`Case`]s.
const NULL: &str = "\u{2205}";

/// Each statement, what is chosen for `:v`, and the rows.
type Case<'a> = (&'a str, &'a [&'a str], &'a [&'a str]);

async fn all_right(source: &Source, cases: &[Case<'_>]) {
    let mut wrong = Vec::new();
    for (sql, chosen, expected) in cases {
        // The same as an attribute of the user.
        let of_user = sql.replace(":v", ":user.v");
        for (sql, name) in [(*sql, "v"), (of_user.as_str(), "user.v")] {
            // Attributes are never NULL.
            if name == "user.v" && (sql.contains("$optional") || chosen.contains(&NULL)) {
                continue;
            }
            let found = rows(source, sql, &[(name, chosen)]).await;
            if found != Ok(expected.iter().map(|row| (*row).to_owned()).collect()) {
                wrong.push(format!("{sql} with {chosen:?}: {found:?}, not {expected:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
