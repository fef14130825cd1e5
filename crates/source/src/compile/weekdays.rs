//! Which expressions give days of the week as numbers, and how these are counted. Pure.

use crate::dialect::Dialect;
use brisk_domain::Weekdays;
use sqlparser::ast::{BinaryOperator, DataType, DateTimeField, Expr, UnaryOperator, Value};

/// `extract(isodow from …)`.
pub(super) fn of_field(field: &DateTimeField) -> Option<Weekdays> {
    of_word(&field.to_string())
}

/// A call of `name` with `arguments`.
pub(super) fn of_function(name: &str, arguments: &[&Expr], dialect: Dialect) -> Option<Weekdays> {
    let word = |at: usize| arguments.get(at).and_then(|argument| literal(argument));
    match (name, dialect) {
        ("date_part", Dialect::Postgres) => of_word(word(0)?),
        ("to_char", Dialect::Postgres) => match word(1)? {
            "ID" => Some(Weekdays::ISO),
            "D" | "d" => Some(Weekdays::FROM_SUNDAY_AS_1),
            _ => None,
        },
        ("dayofweek", Dialect::MySql) => Some(Weekdays::FROM_SUNDAY_AS_1),
        ("weekday", Dialect::MySql) => Some(Weekdays::FROM_MONDAY),
        ("date_format", Dialect::MySql) => (word(1)? == "%w").then_some(Weekdays::FROM_SUNDAY),
        ("strftime", Dialect::Sqlite) => match word(0)? {
            "%u" => Some(Weekdays::ISO),
            "%w" => Some(Weekdays::FROM_SUNDAY),
            _ => None,
        },
        _ => None,
    }
}

/// Whether a cast to `to` leaves the number as it is.
pub(super) fn survive(to: &DataType) -> bool {
    let to = to.to_string().to_lowercase();
    let kind = to.split(['(', ' ']).next().unwrap_or_default();
    matches!(
        kind,
        "int"
            | "integer"
            | "int2"
            | "int4"
            | "int8"
            | "smallint"
            | "bigint"
            | "tinyint"
            | "signed"
            | "unsigned"
            | "numeric"
            | "decimal"
            | "float"
            | "double"
            | "real"
            | "text"
            | "char"
            | "varchar"
    )
}

/// What `op` and the literal `number` make of days that are numbered so.
pub(super) fn moved(weekdays: Weekdays, op: &BinaryOperator, number: &Expr) -> Option<Weekdays> {
    let count = whole(number)?;
    match op {
        BinaryOperator::Plus => weekdays.plus(count),
        BinaryOperator::Minus => weekdays.plus(count.checked_neg()?),
        _ => None,
    }
}

fn of_word(field: &str) -> Option<Weekdays> {
    match field.to_ascii_lowercase().as_str() {
        "isodow" => Some(Weekdays::ISO),
        "dow" => Some(Weekdays::FROM_SUNDAY),
        _ => None,
    }
}

fn whole(expr: &Expr) -> Option<i32> {
    match expr {
        Expr::Nested(inner) => whole(inner),
        Expr::UnaryOp { op: UnaryOperator::Minus, expr } => whole(expr)?.checked_neg(),
        Expr::Value(value) => match &value.value {
            Value::Number(digits, _) => digits.parse().ok(),
            _ => None,
        },
        _ => None,
    }
}

fn literal(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Value(value) => match &value.value {
            Value::SingleQuotedString(text) | Value::DoubleQuotedString(text) => Some(text),
            _ => None,
        },
        _ => None,
    }
}
