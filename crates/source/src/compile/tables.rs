//! The tables that a statement reads: they become its tags, so none may be missing. Pure.

use crate::Dialect;
use sqlparser::ast::{ObjectName, Query, Spanned, TableFactor, Visit, Visitor};
use sqlparser::tokenizer::Location;
use std::collections::BTreeSet;
use std::ops::ControlFlow;

/// The tables that `body` reads, in lower case, sorted; as the author names them, with a schema or
/// without. Names of common table expressions are left out where they hold: elsewhere the same
/// name is a table.
pub(crate) fn read_by(body: &Query, dialect: Dialect) -> Vec<String> {
    let mut reads = Reads { dialect, scopes: Vec::new(), function: false, tables: BTreeSet::new() };
    let _: ControlFlow<()> = body.visit(&mut reads);
    reads.tables.into_iter().collect()
}

/// The last part of a name without its quotes, in lower case, and where the name stands.
pub(crate) fn last_name(name: &ObjectName) -> (String, Location) {
    let last = name.0.last().and_then(|part| part.as_ident());
    let last = last.map(|ident| ident.value.to_lowercase());
    (last.unwrap_or_default(), name.span().start)
}

struct Reads {
    dialect: Dialect,
    /// The queries around this place, from the outside.
    scopes: Vec<Scope>,
    /// Whether the next relation is a function's name.
    function: bool,
    tables: BTreeSet<String>,
}

struct Scope {
    /// The query itself; only compared.
    query: *const Query,
    /// The names that its `with` gives, and the queries behind them.
    named: Vec<(String, *const Query)>,
    /// Whether they see themselves and each other.
    recursive: bool,
}

impl Reads {
    fn is_named_here(&self, name: &str) -> bool {
        self.scopes.iter().enumerate().any(|(i, scope)| {
            let inside = self.scopes.get(i + 1);
            // Inside a named query only the names before it are seen.
            let body = inside.and_then(|inside| {
                let mut bodies = scope.named.iter();
                bodies.position(|(_, body)| std::ptr::eq(*body, inside.query))
            });
            let visible = match body {
                Some(own) if !scope.recursive => &scope.named[..own],
                _ => scope.named.as_slice(),
            };
            visible.iter().any(|(named, _)| named == name)
        })
    }
}

impl Visitor for Reads {
    type Break = ();

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        let with = query.with.as_ref();
        let ctes = with.map_or(&[][..], |with| with.cte_tables.as_slice());
        let named = ctes.iter().map(|cte| {
            let body: *const Query = &*cte.query;
            (cte.alias.name.value.to_lowercase(), body)
        });
        self.scopes.push(Scope {
            query,
            named: named.collect(),
            recursive: with.is_some_and(|with| with.recursive) || self.dialect.sees_later_ctes(),
        });
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, _: &Query) -> ControlFlow<()> {
        self.scopes.pop();
        ControlFlow::Continue(())
    }

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> ControlFlow<()> {
        self.function = matches!(factor, TableFactor::Table { args: Some(_), .. });
        ControlFlow::Continue(())
    }

    fn pre_visit_relation(&mut self, relation: &ObjectName) -> ControlFlow<()> {
        let parts: Vec<String> = relation
            .0
            .iter()
            .map(|part| match part.as_ident() {
                Some(ident) => ident.value.to_lowercase(),
                None => part.to_string().to_lowercase(),
            })
            .collect();
        let function = std::mem::take(&mut self.function);
        let is_table = match parts.as_slice() {
            [name] => !self.is_named_here(name),
            _ => true,
        };
        if is_table && !function {
            self.tables.insert(parts.join("."));
        }
        ControlFlow::Continue(())
    }
}

#[cfg(test)]
mod tests {
    use crate::{Dialect, check::check, template};
    use brisk_domain::Query;

    fn read(dialect: Dialect, sql: &str) -> Vec<String> {
        let query = Query::new(sql);
        let pieces = template::parse(&query, dialect).unwrap();
        check(&query, &pieces, dialect).unwrap().tables
    }

    #[test]
    fn tables_are_found_without_the_names_of_ctes() {
        let sql = "with a as (select * from Orders) select * from a join main.lines l on l.x = a.x
                   where exists (select 1 from \"Third\") union all select * from fourth";
        let expected = ["fourth", "main.lines", "orders", "third"];
        assert_eq!(read(Dialect::Sqlite, sql), expected);
    }

    #[test]
    fn a_cte_hides_a_table_only_where_it_holds() {
        let elsewhere = "select * from a, (with a as (select 1) select * from a) b";
        assert_eq!(read(Dialect::Sqlite, elsewhere), ["a"]);
        let with_schema = "with a as (select 1) select * from a, main.a";
        assert_eq!(read(Dialect::Sqlite, with_schema), ["main.a"]);
        // Here the inner one is the table.
        let own_name = "with a as (select * from a) select * from a";
        assert_eq!(read(Dialect::Postgres, own_name), ["a"]);
        let later = "with a as (select * from b), b as (select 1) select * from a, b";
        assert_eq!(read(Dialect::Postgres, later), ["b"]);
        let recursive = "with recursive a as (select 1 union all select * from a) select * from a";
        assert!(read(Dialect::Postgres, recursive).is_empty());
        let inner =
            "with a as (select 1) select * from (select * from t where x in (select * from a)) b";
        assert_eq!(read(Dialect::MySql, inner), ["t"]);
    }

    #[test]
    fn functions_are_no_tables() {
        let sql = "select * from json_each('[1]') j, t";
        assert_eq!(read(Dialect::Sqlite, sql), ["t"]);
    }

    #[test]
    fn macros_and_lists_pass() {
        let sql = "select $bucket(at) as day, count(*) filter (where $range(at)) from t
                   where $range(at) and $optional(c in :country) and x in (:list) group by 1";
        for dialect in Dialect::ALL {
            if dialect != Dialect::MySql {
                assert_eq!(read(dialect, sql), ["t"]);
            }
        }
    }
}
