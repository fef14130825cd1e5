//! Which columns of a statement hold instants: those that come from `$bucket`, `$time`, `$local`, or a
//! macro of [`TimeColumn`]. Pure.
//!
//! SQLite gives plain numbers, so that only the statement can tell. A name that a macro got in a
//! subquery or a `with` is followed to the outside.

use crate::outline::MACRO;
use crate::time_columns::TimeColumn;
use sqlparser::ast::{
    Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, Query, Select, SelectItem,
    SetExpr, Spanned, Visit, Visitor,
};
use sqlparser::tokenizer::Location;
use std::collections::BTreeSet;
use std::ops::ControlFlow;

/// Functions that give one of their arguments back.
const KEEPS: [&str; 9] =
    ["min", "max", "coalesce", "ifnull", "nullif", "lag", "lead", "first_value", "last_value"];

/// The names of the instants among the columns of `body`, sorted; or the place of one that has no
/// name.
pub(crate) fn columns(body: &Query) -> Result<Vec<String>, Location> {
    let mut times = Times::default();
    let _: ControlFlow<()> = body.visit(&mut times);
    let Some(select) = first_select(&body.body) else {
        return Ok(times.names.into_iter().collect());
    };
    let wild = select
        .projection
        .iter()
        .any(|item| matches!(item, SelectItem::Wildcard(_) | SelectItem::QualifiedWildcard(..)));
    let mut columns = if wild { times.names.clone() } else { BTreeSet::new() };
    for item in &select.projection {
        match item {
            SelectItem::ExprWithAlias { expr, alias } if times.holds(expr) => {
                columns.insert(alias.value.clone());
            }
            SelectItem::ExprWithAlias { alias, .. } => {
                columns.remove(&alias.value);
            }
            SelectItem::UnnamedExpr(expr) if times.holds(expr) => match name(expr) {
                Some(name) => _ = columns.insert(name.to_owned()),
                None => return Err(expr.span().start),
            },
            _ => {}
        }
    }
    Ok(columns.into_iter().collect())
}

/// The names of all columns of `body`, where it says them.
pub(crate) fn names(body: &Query) -> Option<Vec<String>> {
    let names = first_select(&body.body)?.projection.iter().map(|item| match item {
        SelectItem::ExprWithAlias { alias, .. } => Some(alias.value.clone()),
        SelectItem::UnnamedExpr(expr) => name(expr).map(ToOwned::to_owned),
        _ => None,
    });
    names.collect()
}

/// The select that names the columns of a set operation.
fn first_select(body: &SetExpr) -> Option<&Select> {
    match body {
        SetExpr::Select(select) => Some(select),
        SetExpr::Query(query) => first_select(&query.body),
        SetExpr::SetOperation { left, .. } => first_select(left),
        _ => None,
    }
}

#[derive(Default)]
struct Times {
    names: BTreeSet<String>,
    /// For each query around this place: the columns that its `with` names for it.
    given: Vec<Vec<String>>,
    /// The same for the queries of the `with`s around this place.
    coming: Vec<(*const Query, Vec<String>)>,
}

impl Times {
    fn holds(&self, expr: &Expr) -> bool {
        match expr {
            Expr::Nested(inner) => self.holds(inner),
            Expr::Function(function) => {
                let called = function.name.to_string().to_lowercase();
                match called.strip_prefix(MACRO) {
                    Some(name) => {
                        matches!(name, "bucket" | "time" | "local")
                            || TimeColumn::parse(name).is_some()
                    }
                    None => {
                        KEEPS.contains(&called.as_str())
                            && first_argument(function).is_some_and(|inner| self.holds(inner))
                    }
                }
            }
            _ => name(expr).is_some_and(|name| self.names.contains(name)),
        }
    }
}

impl Visitor for Times {
    type Break = ();

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        let own = |(body, _): &(*const Query, _)| std::ptr::eq(*body, query);
        let given = self.coming.iter().find(|cte| own(cte));
        self.given.push(given.map_or(Vec::new(), |(_, names)| names.clone()));
        for cte in query.with.iter().flat_map(|with| &with.cte_tables) {
            let names = cte.alias.columns.iter();
            let names = names.map(|column| column.name.value.clone()).collect();
            self.coming.push((&*cte.query, names));
        }
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, _: &Query) -> ControlFlow<()> {
        self.given.pop();
        ControlFlow::Continue(())
    }

    // After the subqueries that the select reads from.
    fn post_visit_select(&mut self, select: &Select) -> ControlFlow<()> {
        for (i, item) in select.projection.iter().enumerate() {
            let (expr, alias) = match item {
                SelectItem::ExprWithAlias { expr, alias } => (expr, Some(&alias.value)),
                SelectItem::UnnamedExpr(expr) => (expr, None),
                _ => continue,
            };
            if self.holds(expr) {
                let given = self.given.last().and_then(|names| names.get(i));
                self.names.extend(given.or(alias).cloned());
            }
        }
        ControlFlow::Continue(())
    }
}

/// The name of a column, `day` or `d.day`.
fn name(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Identifier(name) => Some(&name.value),
        Expr::CompoundIdentifier(parts) => parts.last().map(|name| name.value.as_str()),
        _ => None,
    }
}

fn first_argument(function: &Function) -> Option<&Expr> {
    let FunctionArguments::List(list) = &function.args else {
        return None;
    };
    match list.args.first() {
        Some(FunctionArg::Unnamed(FunctionArgExpr::Expr(expr))) => Some(expr),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::{Dialect, StatementError, check::check, template};
    use brisk_domain::Query;

    fn times(sql: &str) -> Result<Vec<String>, StatementError> {
        let query = Query::new(sql);
        let pieces = template::parse(&query, Dialect::Sqlite)?;
        Ok(check(&query, &pieces, Dialect::Sqlite)?.times)
    }

    #[test]
    fn names_of_times_are_followed_to_the_outside() {
        let cases = [
            ("select $bucket(at) as day, count(*) as n from t", "day"),
            ("select $bucket(at, month) \"My day\" from t", "My day"),
            ("with d as (select $time(at) as day from t) select d.day, 1 as x from d", "day"),
            ("with d as (select $time(at) as day from t) select day as first from d", "first"),
            ("with d(day) as (select $bucket(at) from t) select * from d", "day"),
            ("select max(day) as last from (select $bucket(at) as day from t) d", "last"),
            ("select $time(a) as x from t union all select b from u", "x"),
            ("select $bucket(min(at)) as start from t", "start"),
        ];
        for (sql, expected) in cases {
            assert_eq!(times(sql).unwrap(), [expected], "{sql}");
        }
    }

    #[test]
    fn an_inner_name_that_is_given_anew_is_no_time() {
        let sql = "with d as (select $bucket(at) as day from t)
                   select $weekday(day) as day, $hour(day) as hour from d";
        assert!(times(sql).unwrap().is_empty());
    }

    #[test]
    fn a_time_without_a_name_is_refused_at_its_place() {
        let error = times("select 1 as one,\n  $bucket(at) from t").unwrap_err();
        assert_eq!((error.line, error.column), (2, 3));
    }
}
