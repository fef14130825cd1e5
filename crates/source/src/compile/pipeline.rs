//! [`compile`]: the author's text, checked, expanded and bound. Pure.

use super::bucket_columns;
use super::check::{self, Checked};
use super::column_clock::{ColumnTypes, Target};
use super::earlier_rows;
use super::open_statement::{InSql, OpenStatement};
use super::statement::{Context, Open, Statement, Unread};
use super::template;
use crate::error::StatementError;
use brisk_domain::Query;
use std::sync::Arc;

/// Checks and binds `query`. A statement that uses neither the range, the interval nor a variable
/// is the same for all views in one zone; one without time macros, in all zones, unless the database's
/// session is in a zone.
pub fn compile(
    query: &Query,
    target: impl Into<Target>,
    context: &Context<'_>,
) -> Result<Statement, StatementError> {
    compile_for(query, &target.into(), context, true)
}

/// The same without the database's own clock: its result has instants, which can be stored. Only for
/// statements that can be parsed.
pub(crate) fn compile_to_store(
    query: &Query,
    target: &Target,
    context: &Context<'_>,
) -> Result<Statement, StatementError> {
    let statement = compile_for(query, target, context, false)?;
    // The statement becomes part of one that writes.
    match statement.unread {
        Some(Unread { reason, .. }) => Err(reason),
        None => Ok(statement),
    }
}

fn compile_for(
    query: &Query,
    target: &Target,
    context: &Context<'_>,
    in_zone: bool,
) -> Result<Statement, StatementError> {
    let pieces = template::parse(query, target.dialect)?;
    let checked = check::check(query, &pieces, target.dialect)?;
    let range = bucket_columns::range_use(&pieces);
    let open = OpenStatement::new(query, pieces, &checked, target, context, in_zone);
    let InSql { sql, binds, places, zone } = open.written(&ColumnTypes::new())?;
    let Checked {
        tables, times, buckets, written, width, additivity, unread, names, origins, ..
    } = checked;
    let written =
        written.and_then(|written| written.written_on(target.clocks.of_source(), context.zone));
    // Otherwise no type can make a difference.
    let open = open.uses_columns().then(|| Open(Arc::new(open)));
    Ok(Statement {
        sql,
        binds,
        tables,
        times,
        buckets,
        written,
        weekdays: origins.weekdays,
        additivity,
        zone,
        interval: width,
        range,
        any_row: earlier_rows::of(query, target.dialect),
        query: query.clone(),
        open,
        places,
        unread,
        names: Arc::new(names),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compile::statement::{Bind, Chosen};
    use crate::dialect::Dialect;
    use brisk_domain::{
        Access, AttributeName, Bounds, Interval, Selection, Timestamp, VariableName, ZoneName,
        ZoneOffsets,
    };
    use std::collections::BTreeMap;

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

    /// The value `text` of the parameter `name`, at its first place in `sql`.
    fn chosen(sql: &str, name: &str, text: &str) -> Bind {
        let offset = sql.find(name).unwrap();
        Bind::Chosen(Chosen { name: name.into(), text: text.into(), offset, is_number: false })
    }

    /// The values without immediate repetitions: on SQLite, a value compared with a column is bound
    /// as a number and as text, and so twice as text if it is not a number.
    fn once(statement: &Statement) -> Vec<Bind> {
        let mut binds = statement.binds.clone();
        binds.dedup();
        binds
    }

    #[test]
    fn values_are_bound_and_never_spliced_on_every_dialect() {
        for dialect in Dialect::ALL {
            let statement = compiled(SQL, dialect, 100, &["b", "a"]).unwrap();
            assert!(!statement.sql.contains("or 1"), "{}", statement.sql);
            let country = |text| chosen(SQL, ":country", text);
            let name = chosen(SQL, ":name", "x' or 1 = 1 --");
            let range = [Bind::Int(100), Bind::Int(86_500)];
            let expected = [&range[..], &[country("a"), country("b"), name]].concat();
            assert_eq!(once(&statement), expected, "{dialect:?}");
            assert_eq!(statement.times, ["day"]);
            assert_eq!(statement.tables, ["t"]);
        }
    }

    #[test]
    fn placeholders_are_numbered_where_the_dialect_numbers_them() {
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
        let name = chosen(sql, ":name", "x' or 1 = 1 --");
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
    fn user_attributes_are_bound_and_users_without_one_get_nothing() {
        let sql = "select 1 as a from t where tenant = :user.tenant and region in :user.regions";
        for dialect in Dialect::ALL {
            let statement = compiled(sql, dialect, 0, &[]).unwrap();
            let region = |text| chosen(sql, ":user.regions", text);
            let tenant = chosen(sql, ":user.tenant", "acme");
            assert_eq!(once(&statement), [tenant, region("north"), region("south")]);
        }
        let error = |sql| compiled(sql, Dialect::Postgres, 0, &[]).unwrap_err();
        let lacking = error("select 1 as a\nfrom t where owner = :user.email");
        assert_eq!((lacking.line, lacking.lacks.as_deref()), (2, Some("email")));
        assert_eq!(error("select 1 as a from t where region = :user.regions").lacks, None);
        let optional = error("select 1 as a from t where $optional(tenant = :user.tenant)");
        assert!(optional.message.contains("variable"), "access is never optional: {optional}");
    }

    #[test]
    fn values_without_a_placeholder_are_not_bound() {
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
    fn lists_stand_after_in_with_or_without_parentheses() {
        for sql in ["select 1 from t where a in :country", "select 1 from t where a in (:country)"]
        {
            let statement = compiled(sql, Dialect::Postgres, 0, &["a", "b"]).unwrap();
            assert!(
                statement.sql.replace("in(", "in (").ends_with("in ($1, $2)"),
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
    fn unknown_macros_and_variables_are_errors_at_their_position() {
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
