//! Statements whose result tells whether tables have changed: `select max(updated_at), count(*) …`.

use crate::engine::Engine;
use brisk_cache::Fingerprint;
use brisk_domain::{
    Access, Bounds, Frame, Interval, Query, SourceName, Tag, Timestamp, ZoneName, ZoneOffsets,
};
use brisk_source::{Context, Statement};
use std::collections::BTreeMap;

/// The most cells that a result may have: it is compared, and shown.
const MOST_CELLS: usize = 1_000;
/// How much of a result is shown, in bytes.
const SHOWN: usize = 200;

/// What a watched statement returned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WatchedValue {
    /// Equal only for equal results: a hash of all cells, in hexadecimal.
    pub hash: String,
    /// The beginning of the result, for people.
    pub shown: String,
}

/// A watched statement that can run.
#[derive(Debug, Clone)]
pub struct WatchedStatement {
    source: SourceName,
    statement: Statement,
}

impl WatchedStatement {
    /// The tags of the tables that it reads.
    pub fn tags(&self) -> Vec<Tag> {
        let tag =
            |table: &String| Tag::Table { source: self.source.to_string(), table: table.clone() };
        self.statement.tables.iter().map(tag).collect()
    }
}

impl Engine {
    /// Checks that `sql` is one `select` for `source`, as for panels; otherwise the reason why it is
    /// not.
    pub fn watched(&self, source: &SourceName, sql: &str) -> Result<WatchedStatement, String> {
        let declared = self.loader.source(source);
        let declared = declared.ok_or_else(|| format!("source \"{source}\" is not declared"))?;
        let (zone, offsets) = (ZoneName::utc(), ZoneOffsets { first: 0, changes: Vec::new() });
        let (variables, access) = (BTreeMap::new(), Access::anonymous());
        let context = Context {
            bounds: Bounds { from: Timestamp(0), to: self.clock.now() },
            interval: Interval::Day,
            zone: &zone,
            offsets: &offsets,
            variables: &variables,
            access: &access,
        };
        let query = Query::new(sql.to_owned());
        let statement = brisk_source::compile(&query, declared.target(), &context);
        let statement = statement.map_err(|error| error.to_string())?;
        Ok(WatchedStatement { source: source.clone(), statement })
    }

    /// Runs it.
    pub async fn watch(&self, watched: &WatchedStatement) -> Result<WatchedValue, String> {
        let WatchedStatement { source, statement } = watched;
        let declared = self.loader.source(source);
        let declared = declared.ok_or_else(|| format!("source \"{source}\" is not declared"))?;
        let frame = declared.run(statement, &[]).await.map_err(|error| error.to_string())?;
        value(&frame)
    }
}

fn value(frame: &Frame) -> Result<WatchedValue, String> {
    let cells = frame.rows().saturating_mul(frame.columns().len());
    if cells > MOST_CELLS {
        return Err(format!(
            "it returns {cells} cells, more than {MOST_CELLS}: let it count, or take the largest"
        ));
    }
    let (mut parts, mut shown) = (vec![frame.columns().len().to_string()], String::new());
    for row in 0..frame.rows() {
        for column in frame.columns() {
            let cell = column.values.exact(row);
            // Keeps NULL apart from every text.
            parts.push(cell.as_ref().map_or_else(|| "-".into(), |cell| format!("+{cell}")));
            if shown.len() < SHOWN {
                if !shown.is_empty() {
                    shown.push_str(", ");
                }
                shown.push_str(cell.as_deref().unwrap_or("null"));
            }
        }
    }
    let end = shown.floor_char_boundary(SHOWN);
    if end < shown.len() {
        shown.truncate(end);
        shown.push('…');
    }
    Ok(WatchedValue { hash: Fingerprint::of(parts).to_string(), shown })
}

#[cfg(test)]
mod tests {
    use super::*;
    use brisk_domain::{Column, Values};

    fn of(cells: Vec<Option<&str>>) -> WatchedValue {
        let cells = cells.into_iter().map(|cell| cell.map(ToOwned::to_owned)).collect();
        let column = Column { name: "n".into(), values: Values::Text(cells) };
        value(&Frame::new(vec![column]).unwrap()).unwrap()
    }

    #[test]
    fn any_other_cell_is_another_value() {
        let values = [
            of(vec![]),
            of(vec![None]),
            of(vec![Some("")]),
            of(vec![Some("-")]),
            of(vec![Some("null")]),
            of(vec![Some("a"), Some("b")]),
            of(vec![Some("b"), Some("a")]),
            of(vec![Some("ab")]),
        ];
        for (at, one) in values.iter().enumerate() {
            assert_eq!(values.iter().filter(|other| other.hash == one.hash).count(), 1, "{at}");
        }
        assert_eq!(of(vec![Some("7"), None]).shown, "7, null");
        assert!(of(vec![Some(&"é".repeat(300))]).shown.len() < 210);
    }

    #[test]
    fn what_returns_a_whole_table_is_refused() {
        let column = Column { name: "n".into(), values: Values::Int(vec![Some(1); 1_001]) };
        assert!(value(&Frame::new(vec![column]).unwrap()).unwrap_err().contains("1001 cells"));
    }
}
