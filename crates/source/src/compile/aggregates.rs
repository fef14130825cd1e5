//! Which columns of a `select` are aggregates, and so no names of its rows. Pure.

use sqlparser::ast::{
    Expr, Function, FunctionArguments, GroupByExpr, Query, Select, SelectItem, Value, Visit,
    Visitor,
};
use std::ops::ControlFlow;

/// Whether a column is an aggregate of several rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) enum Aggregate {
    /// It is none, or nobody knows.
    #[default]
    No,
    /// Of rows that other columns of the result name.
    OfNamed,
    /// Of rows that nothing else in the result may name: `max(name) … group by id`.
    OfUnnamed,
}

/// The aggregates of the three databases whose results may be text, times or truth values; those that give
/// numbers do no harm here.
const FUNCTIONS: [&str; 32] = [
    "any_value",
    "array_agg",
    "avg",
    "bit_and",
    "bit_or",
    "bool_and",
    "bool_or",
    "count",
    "every",
    "group_concat",
    "json_agg",
    "json_arrayagg",
    "json_group_array",
    "json_group_object",
    "json_object_agg",
    "json_objectagg",
    "jsonb_agg",
    "jsonb_group_array",
    "jsonb_group_object",
    "jsonb_object_agg",
    "max",
    "min",
    "mode",
    "percentile_cont",
    "percentile_disc",
    "range_agg",
    "stddev",
    "string_agg",
    "sum",
    "total",
    "variance",
    "xmlagg",
];

impl Aggregate {
    /// What an aggregate is in a `select` that may leave out what names its rows.
    pub(crate) fn passed_on(self) -> Self {
        match self {
            Self::No => Self::No,
            Self::OfNamed | Self::OfUnnamed => Self::OfUnnamed,
        }
    }
}

/// What an aggregate in the projection of `select` is.
pub(crate) fn of(select: &Select) -> Aggregate {
    let GroupByExpr::Expressions(groups, _) = &select.group_by else { return Aggregate::OfUnnamed };
    let groups: Vec<&Expr> = groups.iter().flat_map(parts).collect();
    let has_wildcard = select.projection.iter().any(|item| expression(item).is_none());
    let is_shown = |group: &&Expr| match place(group) {
        Some(_) => !has_wildcard,
        None => select.projection.iter().any(|item| is_same(group, item)),
    };
    if groups.iter().all(is_shown) { Aggregate::OfNamed } else { Aggregate::OfUnnamed }
}

/// Whether `select` groups by the column `at`.
pub(crate) fn is_grouped(select: &Select, at: usize) -> bool {
    let GroupByExpr::Expressions(groups, _) = &select.group_by else { return false };
    let item = select.projection.get(at);
    groups.iter().flat_map(parts).any(|group| match place(group) {
        Some(place) => place == at + 1,
        None => item.is_some_and(|item| is_same(group, item)),
    })
}

/// Whether an aggregate is called in `expr`, outside of its subqueries.
pub(crate) fn is_called_in(expr: &Expr) -> bool {
    expr.visit(&mut Calls { depth: 0 }).is_break()
}

/// The columns whose values a part of `group by` combines.
fn parts(group: &Expr) -> Vec<&Expr> {
    match group {
        Expr::Rollup(sets) | Expr::Cube(sets) | Expr::GroupingSets(sets) => {
            sets.iter().flatten().collect()
        }
        Expr::Tuple(parts) => parts.iter().collect(),
        Expr::Nested(inner) => parts(inner),
        one => vec![one],
    }
}

/// The number of a column, as `group by 1` says it.
fn place(group: &Expr) -> Option<usize> {
    match group {
        Expr::Value(value) => match &value.value {
            Value::Number(digits, _) => digits.to_string().parse().ok(),
            _ => None,
        },
        _ => None,
    }
}

fn is_same(group: &Expr, item: &SelectItem) -> bool {
    let text = group.to_string();
    let is_alias = matches!(item, SelectItem::ExprWithAlias { alias, .. }
        if alias.to_string().eq_ignore_ascii_case(&text));
    is_alias
        || expression(item).is_some_and(|expr| {
            let bare = |expr: &Expr| match expr {
                Expr::CompoundIdentifier(parts) => parts.last().map(ToString::to_string),
                Expr::Identifier(name) => Some(name.to_string()),
                _ => None,
            };
            expr.to_string().eq_ignore_ascii_case(&text)
                // `group by name` of `select c.name`; both with a table have been compared.
                || (matches!(group, Expr::Identifier(_)) || matches!(expr, Expr::Identifier(_)))
                    && bare(expr).zip(bare(group)).is_some_and(|(a, b)| a.eq_ignore_ascii_case(&b))
        })
}

fn expression(item: &SelectItem) -> Option<&Expr> {
    match item {
        SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. } => Some(expr),
        _ => None,
    }
}

struct Calls {
    /// How many subqueries are around the expression.
    depth: usize,
}

impl Visitor for Calls {
    type Break = ();

    fn pre_visit_query(&mut self, _: &Query) -> ControlFlow<()> {
        self.depth += 1;
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, _: &Query) -> ControlFlow<()> {
        self.depth -= 1;
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        match expr {
            Expr::Function(function) if self.depth == 0 && is_aggregate(function) => {
                ControlFlow::Break(())
            }
            _ => ControlFlow::Continue(()),
        }
    }
}

fn is_aggregate(function: &Function) -> bool {
    let name = function.name.to_string().to_lowercase();
    let several = matches!(&function.args, FunctionArguments::List(list) if list.args.len() > 1);
    // The least or largest of one row in SQLite.
    let is_of_one_row = several && matches!(name.as_str(), "min" | "max");
    function.over.is_none() && !is_of_one_row && FUNCTIONS.contains(&name.as_str())
}
