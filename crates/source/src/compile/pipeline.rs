//! [`compile`]: the author's text, checked and bound. Pure.

use crate::check::{self, Checked};
use crate::rollup::rollup_name;
use crate::template::Piece;
use crate::writer::Writer;
use crate::{Dialect, StatementError, template};
use brisk_domain::rollup::ROLLUP_SCHEMA;
use brisk_domain::{
    Access, Bounds, Interval, Query, Selection, VariableName, ZoneName, ZoneOffsets,
};
use std::collections::BTreeMap;

/// What a statement is compiled for.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// `:from` and `:to`, and the bounds of `$range`.
    pub bounds: Bounds,
    /// `:interval`, and the width of `$bucket`.
    pub interval: Interval,
    /// `:tz`.
    pub zone: &'a ZoneName,
    /// The zone's offsets over all instants that the source may hold: the same ones for every
    /// range, so that statements without a range stay the same.
    pub offsets: &'a ZoneOffsets,
    /// The chosen values.
    pub variables: &'a BTreeMap<VariableName, Selection>,
    /// Who asks: the values of `:user.name`.
    pub access: &'a Access,
}

/// A bound value.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Bind {
    /// A whole number.
    Int(i64),
    /// Text.
    Text(String),
}

/// A statement that is ready to run.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Statement {
    /// SQL with places for the values.
    pub sql: String,
    /// The values in the order of their places.
    pub binds: Vec<Bind>,
    /// The tables that it reads, in lower case, sorted; they become its tags.
    pub tables: Vec<String>,
    /// The columns that hold instants.
    pub times: Vec<String>,
    /// The width that all of its `$bucket`s name, where they name one and the same.
    pub interval: Option<Interval>,
    /// The author's text, for errors.
    pub query: Query,
}

/// Checks and binds `query`. A statement that uses neither the range, the interval nor a variable
/// is the same for all views in one zone; one without macros of time, in all zones.
pub fn compile(
    query: &Query,
    dialect: Dialect,
    context: &Context<'_>,
) -> Result<Statement, StatementError> {
    let pieces = template::parse(query, dialect)?;
    let Checked { tables, times, .. } = check::check(query, &pieces, dialect)?;
    let (sql, binds) = Writer::new(query, dialect, context).write_all(&pieces)?;
    let interval = named_interval(&pieces);
    Ok(Statement { sql, binds, tables, times, interval, query: query.clone() })
}

fn named_interval(pieces: &[Piece]) -> Option<Interval> {
    let mut named = Vec::new();
    collect_intervals(pieces, &mut named);
    let first = *named.first()?;
    first.filter(|_| named.iter().all(|other| *other == first))
}

/// The width that each `$bucket` names, if it does.
fn collect_intervals(pieces: &[Piece], named: &mut Vec<Option<Interval>>) {
    for piece in pieces {
        let Piece::Macro { name, arguments, .. } = piece else { continue };
        if name == "bucket" {
            named.push(match arguments.get(1).map(Vec::as_slice) {
                Some([Piece::Sql { text, .. }]) => Interval::parse(text.trim().trim_matches('\'')),
                _ => None,
            });
        }
        for argument in arguments {
            collect_intervals(argument, named);
        }
    }
}

impl Statement {
    /// The names of the rollups that it reads.
    pub fn rollups(&self) -> impl Iterator<Item = &str> {
        self.tables.iter().filter_map(|table| rollup_name(table))
    }

    /// A refusal at the author's `brisk.name`.
    pub fn refuse_rollup(&self, name: &str, message: impl Into<String>) -> StatementError {
        let written = format!("{ROLLUP_SCHEMA}.{name}");
        let at = self.query.sql.to_lowercase().find(&written).unwrap_or(0);
        StatementError::at(&self.query, at, message)
    }

    /// All that distinguishes this statement's result, for the entry key. Where the author wrote
    /// it is left out.
    pub fn fingerprint_parts(&self) -> Vec<Vec<u8>> {
        let mut parts = vec![self.sql.clone().into_bytes()];
        for bind in &self.binds {
            parts.push(match bind {
                Bind::Int(value) => [b"int ".as_slice(), &value.to_le_bytes()].concat(),
                Bind::Text(value) => [b"text ".as_slice(), value.as_bytes()].concat(),
            });
        }
        for column in &self.times {
            parts.push([b"time ".as_slice(), column.as_bytes()].concat());
        }
        parts
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use brisk_domain::{AttributeName, Timestamp};

    const SQL: &str = "select $bucket(at) as day, sum(net) as net from t
        where $range(at) and $optional(country in :country) and name <> :name group by 1";

    fn compiled(
        sql: &str,
        dialect: Dialect,
        from: i64,
        chosen: &[&str],
    ) -> Result<Statement, StatementError> {
        let values = |values: &[&str]| Selection::of(values.iter().map(|v| (*v).to_owned()));
        let name = |name| VariableName::parse(name).unwrap();
        let variables = BTreeMap::from([
            (name("country"), values(chosen)),
            (name("name"), values(&["x' or 1 = 1 --"])),
        ]);
        let tenants = [("tenant", &["acme"][..]), ("regions", &["north", "south"])];
        let attribute = |name| AttributeName::parse(name).unwrap();
        let access = Access::of(tenants.map(|(name, of)| (attribute(name), values(of))));
        let context = Context {
            bounds: Bounds {
                from: Timestamp::from_seconds(from),
                to: Timestamp::from_seconds(from + 86_400),
            },
            interval: Interval::Day,
            zone: &ZoneName::utc(),
            offsets: &ZoneOffsets::utc(),
            variables: &variables,
            access: &access,
        };
        compile(&Query::new(sql), dialect, &context)
    }

    #[test]
    fn a_width_that_all_buckets_name_is_the_statements() {
        let width = |select: &str| {
            let sql = format!("select {select} from t group by 1");
            compiled(&sql, Dialect::Sqlite, 0, &[]).unwrap().interval
        };
        assert_eq!(width("$bucket(at, month) as month"), Some(Interval::Month));
        assert_eq!(
            width("coalesce($bucket(at, day), $bucket(b, 'day')) as day"),
            Some(Interval::Day)
        );
        assert_eq!(width("$bucket(at) as day"), None);
        assert_eq!(width("$bucket(at, day) as day, $bucket(at) as t"), None);
        assert_eq!(width("count(*) as n"), None);
    }

    fn text(value: &str) -> Bind {
        Bind::Text(value.into())
    }

    #[test]
    fn values_are_bound_and_never_spliced_on_every_dialect() {
        for dialect in Dialect::ALL {
            let statement = compiled(SQL, dialect, 100, &["b", "a"]).unwrap();
            assert!(!statement.sql.contains("or 1"), "{}", statement.sql);
            let expected =
                [Bind::Int(100), Bind::Int(86_500), text("a"), text("b"), text("x' or 1 = 1 --")];
            assert_eq!(statement.binds, expected, "{dialect:?}");
            assert_eq!(statement.times, ["day"]);
            assert_eq!(statement.tables, ["t"]);
        }
    }

    #[test]
    fn places_are_numbered_where_the_dialect_numbers_them() {
        let sql = "select :name as a, :name as b, 1 as c from t where $range(x + :from)";
        let bound = |dialect| compiled(sql, dialect, 100, &[]).unwrap();
        assert_eq!(
            bound(Dialect::Sqlite).sql,
            "select ?1 as a, ?1 as b, 1 as c from t where ((x + ?2) >= ?2 and (x + ?2) < ?3)"
        );
        assert_eq!(bound(Dialect::Sqlite).binds.len(), 3);
        let mysql = bound(Dialect::MySql);
        assert_eq!(mysql.sql.matches('?').count(), 6);
        let (from, to) = (Bind::Int(100), Bind::Int(86_500));
        let name = text("x' or 1 = 1 --");
        let expected = [name.clone(), name, from.clone(), from.clone(), from, to];
        assert_eq!(mysql.binds, expected);
    }

    #[test]
    fn a_statement_without_a_range_is_the_same_for_every_range() {
        let same = |sql: &str| {
            let at = |from, chosen| compiled(sql, Dialect::Sqlite, from, chosen).unwrap();
            at(100, &["a"]) == at(200, &["b"])
        };
        assert!(same("select country, $year(at) as year from t"));
        assert!(!same("select 1 as one from t where $range(at)"));
        assert!(!same("select 1 as one from t where $optional(country in :country)"));
    }

    #[test]
    fn attributes_of_who_asks_are_bound_and_whoever_lacks_one_gets_nothing() {
        let sql = "select 1 as a from t where tenant = :user.tenant and region in :user.regions";
        for dialect in Dialect::ALL {
            let statement = compiled(sql, dialect, 0, &[]).unwrap();
            assert_eq!(statement.binds, [text("acme"), text("north"), text("south")]);
        }
        let error = |sql| compiled(sql, Dialect::Postgres, 0, &[]).unwrap_err();
        let lacking = error("select 1 as a\nfrom t where owner = :user.email");
        assert_eq!((lacking.line, lacking.lacks.as_deref()), (2, Some("email")));
        assert_eq!(error("select 1 as a from t where region = :user.regions").lacks, None);
        let optional = error("select 1 as a from t where $optional(tenant = :user.tenant)");
        assert!(optional.message.contains("variable"), "access is never optional: {optional}");
    }

    #[test]
    fn values_without_a_place_are_not_bound() {
        let statement = compiled("select :from as a", Dialect::Sqlite, 100, &[]).unwrap();
        assert_eq!(statement.binds, [Bind::Int(100)]);
    }

    #[test]
    fn nothing_chosen_means_all_inside_optional_and_an_error_outside() {
        let none = |sql: &str| compiled(sql, Dialect::Sqlite, 0, &[]);
        let statement =
            none("select 1 as one from t where $optional(country in :country)").unwrap();
        assert_eq!(statement.sql, "select 1 as one from t where (1 = 1)");
        let error = none("select 1 as one from t\nwhere country in :country").unwrap_err();
        assert_eq!((error.line, error.column), (2, 18));
        assert!(error.message.contains("$optional("), "{error}");
    }

    #[test]
    fn lists_stand_behind_in_with_or_without_parentheses() {
        for sql in ["select 1 from t where a in :country", "select 1 from t where a in (:country)"]
        {
            let statement = compiled(sql, Dialect::Sqlite, 0, &["a", "b"]).unwrap();
            assert!(
                statement.sql.replace("in(", "in (").ends_with("in (?1, ?2)"),
                "{}",
                statement.sql
            );
        }
        assert!(
            compiled("select 1 from t where a = :country", Dialect::Sqlite, 0, &["a", "b"])
                .is_err()
        );
    }

    #[test]
    fn what_no_macro_or_variable_is_called_is_refused_at_its_place() {
        let cases = [
            ("select $sum(a) as x from t", 8),
            ("select $bucket() as x from t", 8),
            ("select $bucket(a, fortnight) as x from t", 8),
            ("select $bucket($bucket($bucket(a))) as x, :nobody as y", 43),
            ("select 1 from t where $optional(a = 1)", 23),
            ("select 1 from t where $optional(a, b in :name)", 23),
            ("select :nobody", 8),
            ("select a, ?1 from t", 11),
            ("select :Country", 8),
        ];
        for (sql, column) in cases {
            let error = compiled(sql, Dialect::Sqlite, 0, &[]).unwrap_err();
            assert_eq!((error.line, error.column), (1, column), "{sql}: {error}");
        }
    }
}
