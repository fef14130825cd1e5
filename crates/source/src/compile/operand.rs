//! Whether an expression is a number or text, as far as the statement alone tells. Pure.

use super::function_classes::{NUMBERS, PASS_THROUGH, TEXTS};
use super::outline::MACRO;
use super::tables::last_name;
use crate::dialect::Dialect;
use sqlparser::ast::{
    BinaryOperator, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, Query, Select,
    SelectItem, SetExpr, TableFactor, UnaryOperator, Value, Visit, Visitor,
};
use std::cell::Cell;
use std::collections::BTreeMap;
use std::ops::ControlFlow;

/// What an expression is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    Number,
    Text,
    /// Only the rows decide: a column, or an expression over columns.
    Unknown,
}

/// How far names that refer to each other are followed.
const DEEPEST: usize = 8;
/// The most expressions of a statement that are examined.
const MOST: usize = 20_000;

/// What the names of a statement's own columns stand for.
pub(crate) struct Operands {
    dialect: Dialect,
    named: BTreeMap<String, Vec<Expr>>,
    /// How many more expressions may be examined: names that refer to each other multiply.
    left: Cell<usize>,
}

impl Operands {
    pub(crate) fn of(body: &Query, dialect: Dialect) -> Self {
        let mut operands = Self { dialect, named: BTreeMap::new(), left: Cell::new(MOST) };
        let _: ControlFlow<()> = body.visit(&mut operands);
        operands
    }

    pub(crate) fn class(&self, expr: &Expr) -> Class {
        self.class_within(expr, DEEPEST)
    }

    fn class_within(&self, expr: &Expr, depth: usize) -> Class {
        let (Some(deeper), Some(left)) = (depth.checked_sub(1), self.left.get().checked_sub(1))
        else {
            return Class::Unknown;
        };
        self.left.set(left);
        let class = |expr: &Expr| self.class_within(expr, deeper);
        match expr {
            Expr::Nested(inner) => class(inner),
            Expr::Value(value) => match &value.value {
                Value::Number(..) | Value::Boolean(_) => Class::Number,
                Value::Placeholder(_) | Value::Null => Class::Unknown,
                _ => Class::Text,
            },
            Expr::Cast { data_type, .. } => of_type(&data_type.to_string().to_lowercase()),
            Expr::UnaryOp { op: UnaryOperator::Minus | UnaryOperator::Plus, .. } => Class::Number,
            Expr::BinaryOp { op, right, .. } => match op {
                BinaryOperator::StringConcat if self.dialect == Dialect::Sqlite => Class::Text,
                BinaryOperator::Arrow | BinaryOperator::LongArrow => Class::Unknown,
                // A time plus or minus a length of time is a time.
                _ if matches!(**right, Expr::Interval(_)) => Class::Text,
                _ => Class::Number,
            },
            Expr::Substring { .. } | Expr::Trim { .. } | Expr::TypedString(_) => Class::Text,
            Expr::Extract { .. }
            | Expr::Position { .. }
            | Expr::Ceil { .. }
            | Expr::Floor { .. } => Class::Number,
            Expr::Case { conditions, else_result, .. } => {
                let results = conditions.iter().map(|when| &when.result);
                common(results.chain(else_result.as_deref()).map(class))
            }
            Expr::Function(function) => self.of_function(function, deeper),
            Expr::Subquery(query) => columns(&query.body)
                .first()
                .map_or(Class::Unknown, |first| common(first.iter().copied().map(class))),
            Expr::Identifier(name) => self.of_name(&name.value, deeper),
            Expr::CompoundIdentifier(parts) => {
                parts.last().map_or(Class::Unknown, |name| self.of_name(&name.value, deeper))
            }
            _ => Class::Unknown,
        }
    }

    fn of_name(&self, name: &str, depth: usize) -> Class {
        let meant = self.named.get(&name.to_lowercase());
        meant.map_or(Class::Unknown, |meant| {
            common(meant.iter().map(|expr| self.class_within(expr, depth)))
        })
    }

    fn of_function(&self, function: &Function, depth: usize) -> Class {
        let (name, _) = last_name(&function.name);
        if let Some(name) = name.strip_prefix(MACRO) {
            return match (name, self.dialect) {
                ("year" | "month" | "weekday" | "hour", _) | (_, Dialect::Sqlite) => Class::Number,
                _ => Class::Text,
            };
        }
        let name = name.as_str();
        if NUMBERS.contains(&name) {
            return Class::Number;
        }
        if TEXTS.contains(&name) {
            return Class::Text;
        }
        let arguments = arguments(function);
        let considered = match name {
            "if" | "iif" => arguments.get(1..).unwrap_or_default(),
            "lag" | "lead" | "nth_value" | "nullif" => arguments.get(..1).unwrap_or_default(),
            name if PASS_THROUGH.contains(&name) => &arguments[..],
            _ => return Class::Unknown,
        };
        common(considered.iter().map(|expr| self.class_within(expr, depth)))
    }

    fn define(&mut self, name: &str, exprs: Vec<&Expr>) {
        self.named.entry(name.to_lowercase()).or_default().extend(exprs.into_iter().cloned());
    }
}

impl Visitor for Operands {
    type Break = ();

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        for cte in query.with.iter().flat_map(|with| &with.cte_tables) {
            let names = cte.alias.columns.iter().map(|column| column.name.value.as_str());
            for (name, exprs) in names.zip(columns(&cte.query.body)) {
                self.define(name, exprs);
            }
        }
        // A union's column has the class that all branches share, and its name from the first.
        if matches!(&*query.body, SetExpr::SetOperation { .. }) {
            for (name, exprs) in names_of(&query.body).into_iter().zip(columns(&query.body)) {
                if let Some(name) = name {
                    self.define(name, exprs);
                }
            }
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> ControlFlow<()> {
        if let TableFactor::Derived { subquery, alias: Some(alias), .. } = factor {
            let names = alias.columns.iter().map(|column| column.name.value.as_str());
            for (name, exprs) in names.zip(columns(&subquery.body)) {
                self.define(name, exprs);
            }
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_select(&mut self, select: &Select) -> ControlFlow<()> {
        for item in &select.projection {
            if let SelectItem::ExprWithAlias { expr, alias } = item {
                self.define(&alias.value, vec![expr]);
            }
        }
        ControlFlow::Continue(())
    }
}

/// The aliases of a query's columns, as far as it lists them.
fn names_of(body: &SetExpr) -> Vec<Option<&str>> {
    match body {
        SetExpr::Select(select) => {
            let mut names = Vec::new();
            for item in &select.projection {
                match item {
                    SelectItem::ExprWithAlias { alias, .. } => names.push(Some(&*alias.value)),
                    SelectItem::UnnamedExpr(_) => names.push(None),
                    _ => break,
                }
            }
            names
        }
        SetExpr::Query(query) => names_of(&query.body),
        SetExpr::SetOperation { left, .. } => names_of(left),
        _ => Vec::new(),
    }
}

/// The expressions of each column of a query, as far as it lists them: one for each branch or row.
fn columns(body: &SetExpr) -> Vec<Vec<&Expr>> {
    match body {
        SetExpr::Select(select) => {
            let of_item = |item| match item {
                &SelectItem::UnnamedExpr(ref expr)
                | &SelectItem::ExprWithAlias { ref expr, .. } => Some(vec![expr]),
                _ => None,
            };
            select.projection.iter().map_while(of_item).collect()
        }
        SetExpr::Query(query) => columns(&query.body),
        SetExpr::SetOperation { left, right, .. } => {
            let mut all = columns(left);
            for (column, more) in all.iter_mut().zip(columns(right)) {
                column.extend(more);
            }
            all
        }
        SetExpr::Values(values) => {
            let mut all: Vec<Vec<&Expr>> = Vec::new();
            for row in &values.rows {
                for (i, expr) in row.iter().enumerate() {
                    match all.get_mut(i) {
                        Some(column) => column.push(expr),
                        None => all.push(vec![expr]),
                    }
                }
            }
            all
        }
        _ => Vec::new(),
    }
}

fn arguments(function: &Function) -> Vec<&Expr> {
    let FunctionArguments::List(list) = &function.args else { return Vec::new() };
    let of_argument = |argument| match argument {
        &FunctionArg::Unnamed(FunctionArgExpr::Expr(ref expr)) => Some(expr),
        _ => None,
    };
    list.args.iter().filter_map(of_argument).collect()
}

/// By the rules of SQLite's affinity, which fit MySQL's types too.
fn of_type(name: &str) -> Class {
    let holds = |words: &[&str]| words.iter().any(|word| name.contains(word));
    if holds(&["int", "real", "floa", "doub", "num", "dec", "signed"]) {
        Class::Number
    } else if holds(&["char", "text", "clob", "date", "time"]) {
        Class::Text
    } else {
        Class::Unknown
    }
}

/// The class that all of `classes` share.
fn common(mut classes: impl Iterator<Item = Class>) -> Class {
    let Some(first) = classes.next() else { return Class::Unknown };
    if classes.all(|class| class == first) { first } else { Class::Unknown }
}
