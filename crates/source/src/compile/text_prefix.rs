//! What is cut from a time that is written as text: `substr(at, 1, 7)`, `left(at::text, 7)`. Pure.

use brisk_domain::Interval;
use sqlparser::ast::{
    BinaryOperator, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, Value,
};

/// The text of which `expr` is cut, and the width of the buckets that it names, if it does: `2026-03-02 04:05` cut
/// behind the year, the month, the day, the hour or the minute. What stands behind it may be where the bucket
/// begins: `|| '-01'`.
pub(super) fn of(expr: &Expr) -> Option<(&Expr, Option<Interval>)> {
    match expr {
        Expr::Nested(inner) | Expr::Cast { expr: inner, .. } => of(inner),
        Expr::Substring { expr, substring_from, substring_for, .. } => {
            let from = substring_from.as_deref().map_or(Some(1), whole);
            Some(cut(expr, from, substring_for.as_deref().and_then(whole)))
        }
        Expr::BinaryOp { left, op: BinaryOperator::StringConcat, right } => {
            of(left).filter(|_| begins_a_bucket(right))
        }
        Expr::Function(function) => {
            let called = function.name.to_string().to_lowercase();
            match (called.as_str(), arguments(function)?.as_slice()) {
                ("left", [text, length]) => Some(cut(text, Some(1), whole(length))),
                ("right", [text, _]) => Some(cut(text, None, None)),
                ("substr" | "substring" | "mid", [text, from, length]) => {
                    Some(cut(text, whole(from), whole(length)))
                }
                ("concat", [first, rest @ ..]) => {
                    of(first).filter(|_| rest.iter().all(|one| begins_a_bucket(one)))
                }
                _ => None,
            }
        }
        _ => None,
    }
}

/// `length` characters from the one at `from`, counted from 1; SQLite and PostgreSQL take what stands before the
/// first one for nothing.
fn cut(text: &Expr, from: Option<i64>, length: Option<i64>) -> (&Expr, Option<Interval>) {
    let until = from.filter(|from| (0..=1).contains(from)).zip(length);
    let width = match until.and_then(|(from, length)| (from - 1).checked_add(length)) {
        Some(4) => Some(Interval::Year),
        Some(7) => Some(Interval::Month),
        Some(10) => Some(Interval::Day),
        Some(13) => Some(Interval::Hour),
        Some(16) => Some(Interval::Minute),
        _ => None,
    };
    (text, width)
}

/// Whether it is a text such as `-01`, ` 00:00` or `:00`.
fn begins_a_bucket(expr: &Expr) -> bool {
    let Expr::Value(value) = expr else { return false };
    match &value.value {
        Value::SingleQuotedString(text) | Value::DoubleQuotedString(text) => {
            text.chars().all(|c| "01-:T ".contains(c))
                && !text.starts_with(|c: char| c.is_ascii_digit())
        }
        _ => false,
    }
}

fn whole(expr: &Expr) -> Option<i64> {
    match expr {
        Expr::Value(value) => match &value.value {
            Value::Number(digits, _) => digits.parse().ok(),
            _ => None,
        },
        _ => None,
    }
}

fn arguments(function: &Function) -> Option<Vec<&Expr>> {
    let FunctionArguments::List(list) = &function.args else { return None };
    let expression = |argument| match argument {
        &FunctionArg::Unnamed(FunctionArgExpr::Expr(ref expr)) => Some(expr),
        _ => None,
    };
    list.args.iter().map(expression).collect()
}
