//! Which columns of a statement hold instants: those that come from `$bucket`, `$time`, `$local`, or
//! a macro that decodes a time. Pure.
//!
//! SQLite returns plain numbers, so only the statement can tell. The name given to a macro in a
//! subquery or a `with` is followed outwards.

use super::outline::MACRO;
use super::time_encodings;
use sqlparser::ast::{
    Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, Query, Select, SelectItem,
    SetExpr, Spanned, Visit, Visitor,
};
use sqlparser::tokenizer::Location;
use std::collections::BTreeSet;
use std::ops::ControlFlow;

/// Functions that return one of their arguments.
pub(crate) const PASS_THROUGH: [&str; 9] =
    ["min", "max", "coalesce", "ifnull", "nullif", "lag", "lead", "first_value", "last_value"];

/// The names of the instants among the columns of `body`, sorted; or the location of one that has
/// no name.
pub(crate) fn of(body: &Query) -> Result<Vec<String>, Location> {
    let is_instant = |expr: &Expr| {
        let Expr::Function(function) = expr else { return false };
        let called = function.name.to_string().to_lowercase();
        called.strip_prefix(MACRO).is_some_and(is_instant_macro)
    };
    from(body, Instants::new(&is_instant, &PASS_THROUGH, false))
}

/// The names of the columns of `body` that come from an expression that makes buckets, also where they
/// are cast or moved to another clock; sorted.
pub(crate) fn buckets(body: &Query, makes_buckets: impl Fn(&Expr) -> bool) -> Vec<String> {
    let instants = Instants::new(&makes_buckets, &PASS_THROUGH[..5], true);
    // Only times need names.
    from(body, instants).unwrap_or_default()
}

fn from(body: &Query, mut instants: Instants<'_>) -> Result<Vec<String>, Location> {
    let _: ControlFlow<()> = body.visit(&mut instants);
    let Some(select) = first_select(&body.body) else {
        return Ok(instants.names.into_iter().collect());
    };
    let wild = select
        .projection
        .iter()
        .any(|item| matches!(item, SelectItem::Wildcard(_) | SelectItem::QualifiedWildcard(..)));
    let mut columns = if wild { instants.names.clone() } else { BTreeSet::new() };
    for item in &select.projection {
        match item {
            SelectItem::ExprWithAlias { expr, alias } if instants.contains(expr) => {
                columns.insert(alias.value.clone());
            }
            SelectItem::ExprWithAlias { alias, .. } => {
                columns.remove(&alias.value);
            }
            SelectItem::UnnamedExpr(expr) if instants.contains(expr) => match name(expr) {
                Some(name) => _ = columns.insert(name.to_owned()),
                // PostgreSQL names a column after the function that it comes from.
                None if instants.follows_casts => columns.extend(function_name(expr)),
                None => return Err(expr.span().start),
            },
            _ => {}
        }
    }
    Ok(columns.into_iter().collect())
}

/// Whether the macro `name` gives instants.
pub(crate) fn is_instant_macro(name: &str) -> bool {
    matches!(name, "bucket" | "time" | "local") || time_encodings::of_macro(name).is_some()
}

/// The names of all columns of `body`, if it states them.
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

struct Instants<'a> {
    /// Which expressions columns have to come from.
    is_origin: &'a dyn Fn(&Expr) -> bool,
    /// The functions that return one of their arguments.
    pass_through: &'a [&'a str],
    /// Whether casts and clocks are looked through.
    follows_casts: bool,
    names: BTreeSet<String>,
    /// For each enclosing query, from the outside: the column names that its `with` declares.
    declared: Vec<Vec<String>>,
    /// The same for the queries of the enclosing `with`s, which are yet to be visited.
    upcoming: Vec<(*const Query, Vec<String>)>,
}

impl<'a> Instants<'a> {
    fn new(
        is_origin: &'a dyn Fn(&Expr) -> bool,
        pass_through: &'a [&'a str],
        follows_casts: bool,
    ) -> Self {
        Self {
            is_origin,
            pass_through,
            follows_casts,
            names: BTreeSet::new(),
            declared: Vec::new(),
            upcoming: Vec::new(),
        }
    }

    fn contains(&self, expr: &Expr) -> bool {
        if (self.is_origin)(expr) {
            return true;
        }
        match expr {
            Expr::Nested(inner) => self.contains(inner),
            Expr::Cast { expr: inner, .. } | Expr::AtTimeZone { timestamp: inner, .. }
                if self.follows_casts =>
            {
                self.contains(inner)
            }
            Expr::Function(function) => {
                let called = function.name.to_string().to_lowercase();
                self.pass_through.contains(&called.as_str())
                    && first_argument(function).is_some_and(|inner| self.contains(inner))
            }
            _ => name(expr).is_some_and(|name| self.names.contains(name)),
        }
    }
}

impl Visitor for Instants<'_> {
    type Break = ();

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        let own = |(body, _): &(*const Query, _)| std::ptr::eq(*body, query);
        let declared = self.upcoming.iter().find(|cte| own(cte));
        self.declared.push(declared.map_or(Vec::new(), |(_, names)| names.clone()));
        for cte in query.with.iter().flat_map(|with| &with.cte_tables) {
            let names = cte.alias.columns.iter();
            let names = names.map(|column| column.name.value.clone()).collect();
            self.upcoming.push((&*cte.query, names));
        }
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, _: &Query) -> ControlFlow<()> {
        self.declared.pop();
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
            if self.contains(expr) {
                let declared = self.declared.last().and_then(|names| names.get(i));
                self.names.extend(declared.or(alias).cloned());
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

/// The name of the function that an expression consists of, casts aside.
fn function_name(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Function(function) => Some(function.name.to_string().to_lowercase()),
        Expr::Nested(inner) | Expr::Cast { expr: inner, .. } => function_name(inner),
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
