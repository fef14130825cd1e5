//! The type that a statement expects of each parameter, on databases that do not infer it themselves.
//! Pure.

use super::operand::{Class, Operands};
use super::outline::{MACRO, Outline};
use crate::dialect::Dialect;
use sqlparser::ast::{
    BinaryOperator, Expr, LimitClause, Query, UnaryOperator, Value, Visit, Visitor,
};
use sqlparser::tokenizer::Location;
use std::collections::BTreeMap;
use std::ops::ControlFlow;

/// How a value is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comparison {
    /// `in`, `not in`.
    List,
    /// `x = :v`.
    Equal,
    /// `x <> :v`.
    NotEqual,
    /// By order, or with the parameter on the left.
    Other,
}

/// What is expected of a parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Expected {
    pub(crate) class: Class,
    pub(crate) comparison: Comparison,
    /// What it is compared with, if that can be repeated in SQL.
    pub(crate) operand: Option<String>,
    pub(crate) place: Location,
}

/// What is expected of parameters, by their offset in the author's text.
pub(crate) type Expectations = BTreeMap<usize, Expected>;

/// The expectations of `body`; none where the database infers the types of parameters.
pub(crate) fn of(body: &Query, outline: &Outline<'_>, dialect: Dialect) -> Expectations {
    if dialect == Dialect::Postgres || !outline.has_chosen() {
        return Expectations::new();
    }
    let operands = Operands::of(body, dialect);
    let mut finder = Finder { outline, operands, found: Expectations::new() };
    let _: ControlFlow<()> = body.visit(&mut finder);
    finder.found
}

struct Finder<'a> {
    outline: &'a Outline<'a>,
    operands: Operands,
    found: Expectations,
}

impl Finder<'_> {
    fn add(
        &mut self,
        parameter: &Expr,
        class: Class,
        comparison: Comparison,
        other: Option<&Expr>,
    ) {
        let Some(place) = placeholder(parameter) else { return };
        let Some(offset) = self.outline.chosen_at(place) else { return };
        // Stand-ins for macros and parameters are not the SQL that runs.
        let operand = other.filter(|_| class == Class::Unknown).map(ToString::to_string);
        let operand = operand.filter(|sql| !sql.contains(MACRO) && !sql.contains('?'));
        self.found.insert(offset, Expected { class, comparison, operand, place });
    }

    fn number(&mut self, parameter: &Expr) {
        self.add(parameter, Class::Number, Comparison::Other, None);
    }

    fn compared(&mut self, parameter: &Expr, other: &Expr, comparison: Comparison) {
        if placeholder(parameter).is_some() {
            let class = self.operands.class(other);
            self.add(parameter, class, comparison, Some(other));
        }
    }
}

impl Visitor for Finder<'_> {
    type Break = ();

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        match &query.limit_clause {
            Some(LimitClause::LimitOffset { limit, offset, .. }) => {
                let offset = offset.as_ref().map(|offset| &offset.value);
                limit.iter().chain(offset).for_each(|expr| self.number(expr));
            }
            Some(LimitClause::OffsetCommaLimit { offset, limit }) => {
                self.number(offset);
                self.number(limit);
            }
            None => {}
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        match expr {
            Expr::BinaryOp { left, op, right } => match op {
                BinaryOperator::Eq => {
                    self.compared(right, left, Comparison::Equal);
                    self.compared(left, right, Comparison::Other);
                }
                BinaryOperator::NotEq => {
                    self.compared(right, left, Comparison::NotEqual);
                    self.compared(left, right, Comparison::Other);
                }
                BinaryOperator::Lt
                | BinaryOperator::LtEq
                | BinaryOperator::Gt
                | BinaryOperator::GtEq
                | BinaryOperator::Spaceship => {
                    self.compared(right, left, Comparison::Other);
                    self.compared(left, right, Comparison::Other);
                }
                BinaryOperator::Plus
                | BinaryOperator::Minus
                | BinaryOperator::Multiply
                | BinaryOperator::Divide
                | BinaryOperator::MyIntegerDivide
                | BinaryOperator::Modulo => {
                    self.number(left);
                    self.number(right);
                }
                _ => {}
            },
            Expr::UnaryOp { op: UnaryOperator::Minus, expr } => self.number(expr),
            Expr::InList { expr, list, .. } => {
                for item in list {
                    self.compared(item, expr, Comparison::List);
                }
            }
            Expr::Between { expr, low, high, .. } => {
                self.compared(low, expr, Comparison::Other);
                self.compared(high, expr, Comparison::Other);
            }
            _ => {}
        }
        ControlFlow::Continue(())
    }
}

/// The location of the placeholder that `expr` consists of.
pub(crate) fn placeholder(expr: &Expr) -> Option<Location> {
    match expr {
        Expr::Nested(inner) => placeholder(inner),
        Expr::Value(value) if matches!(value.value, Value::Placeholder(_)) => {
            Some(value.span.start)
        }
        _ => None,
    }
}
