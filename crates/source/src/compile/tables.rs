//! The tables that a statement reads. They become its tags, so none may be missing. Pure.

use crate::dialect::Dialect;
use brisk_domain::rollup::ROLLUP_SCHEMA;
use sqlparser::ast::{ObjectName, Query, Spanned, TableFactor, Visit, Visitor};
use sqlparser::tokenizer::Location;
use std::collections::BTreeSet;
use std::ops::ControlFlow;

/// The tables that `body` reads, in lower case, sorted; as the author names them, with a schema or
/// without. Names of common table expressions are left out within their scope: outside of it the
/// same name is a table.
pub(crate) fn read_by(body: &Query, dialect: Dialect) -> Vec<String> {
    let mut reads = Reads { dialect, scopes: Vec::new(), function: false, tables: BTreeSet::new() };
    let _: ControlFlow<()> = body.visit(&mut reads);
    reads.tables.into_iter().collect()
}

/// The last part of a name without its quotes, in lower case, and the name's location.
pub(crate) fn last_name(name: &ObjectName) -> (String, Location) {
    let last = name.0.last().and_then(|part| part.as_ident());
    let last = last.map(|ident| ident.value.to_lowercase());
    (last.unwrap_or_default(), name.span().start)
}

/// SQLite's own functions that take the place of tables.
const SQLITE_FUNCTIONS: [&str; 5] =
    ["generate_series", "json_each", "json_tree", "jsonb_each", "jsonb_tree"];

struct Reads {
    dialect: Dialect,
    /// The enclosing queries, from the outside.
    scopes: Vec<Scope>,
    /// Whether the next relation is a function's name.
    function: bool,
    tables: BTreeSet<String>,
}

struct Scope {
    /// The query itself, for comparison only.
    query: *const Query,
    /// The names that its `with` defines, and their queries.
    named: Vec<(String, *const Query)>,
    /// Whether they see themselves and each other.
    recursive: bool,
}

impl Reads {
    fn is_named_here(&self, name: &str) -> bool {
        self.scopes.iter().enumerate().any(|(i, scope)| {
            let inside = self.scopes.get(i + 1);
            // Inside a named query only the names before it are visible.
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
            recursive: with.is_some_and(|with| with.recursive)
                || self.dialect.syntax().sees_later_ctes(),
        });
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, _: &Query) -> ControlFlow<()> {
        self.scopes.pop();
        ControlFlow::Continue(())
    }

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> ControlFlow<()> {
        self.function = match factor {
            TableFactor::Table { name, args: Some(_), .. } => {
                // Anything else with arguments there is a virtual table.
                let name = last_name(name).0;
                self.dialect != Dialect::Sqlite || SQLITE_FUNCTIONS.contains(&name.as_str())
            }
            _ => false,
        };
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

/// The name of the rollup that `table` is, if it is one; `table` is written as in statements, in
/// lower case.
pub(crate) fn rollup_name(table: &str) -> Option<&str> {
    table.strip_prefix(ROLLUP_SCHEMA)?.strip_prefix('.')
}
