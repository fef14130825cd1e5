//! Which columns hold instants in a statement that the parser cannot read: those named after
//! `$bucket`, `$time` and the like, and columns further out of the same name, or renamed. Pure.

use super::instant_columns::{PASS_THROUGH, is_instant_macro};
use super::lexemes::Lexeme;
use super::outline::{MACRO, Outline};
use crate::error::StatementError;
use std::collections::BTreeSet;

/// Their names, sorted.
pub(crate) fn of(outline: &Outline<'_>, lexemes: &[Lexeme]) -> Result<Vec<String>, StatementError> {
    let is_macro: &dyn Fn(&str) -> bool = &is_instant_macro;
    let origin = Origin { is_macro, functions: &[], pass_through: &PASS_THROUGH };
    names(Words { outline, lexemes, origin })
}

/// The names of the columns that hold the starts of time buckets, sorted.
pub(crate) fn buckets(
    outline: &Outline<'_>,
    lexemes: &[Lexeme],
) -> Result<Vec<String>, StatementError> {
    let is_macro: &dyn Fn(&str) -> bool = &|name| name == "bucket";
    let pass_through = &PASS_THROUGH[..5];
    names(Words {
        outline,
        lexemes,
        origin: Origin { is_macro, functions: &["date_trunc"], pass_through },
    })
}

/// The functions that instants come from.
#[derive(Clone, Copy)]
struct Origin<'a> {
    is_macro: &'a dyn Fn(&str) -> bool,
    /// The database's own functions.
    functions: &'a [&'a str],
    /// Functions that return one of their arguments.
    pass_through: &'a [&'a str],
}

#[derive(Clone, Copy)]
struct Words<'a> {
    outline: &'a Outline<'a>,
    lexemes: &'a [Lexeme],
    origin: Origin<'a>,
}

fn names(words: Words<'_>) -> Result<Vec<String>, StatementError> {
    let columns = columns(words)?;
    let mut instants: BTreeSet<&str> = BTreeSet::new();
    loop {
        let known = instants.len();
        for column in &columns {
            let is_instant = match column.of {
                Of::Macro => true,
                Of::Column(name) => instants.contains(name),
                Of::Other => false,
            };
            if is_instant {
                instants.insert(column.name);
            }
        }
        if instants.len() == known {
            break;
        }
    }
    // What the outermost `select` says about a name decides.
    for column in columns.iter().filter(|column| column.is_outermost) {
        if matches!(column.of, Of::Other) {
            instants.remove(column.name);
        }
    }
    Ok(instants.into_iter().map(ToOwned::to_owned).collect())
}

/// A name given to an expression.
struct Named<'a> {
    name: &'a str,
    of: Of<'a>,
    is_outermost: bool,
}

enum Of<'a> {
    Macro,
    /// Another column, or an aggregate that returns one of its values.
    Column(&'a str),
    Other,
}

fn columns(words: Words<'_>) -> Result<Vec<Named<'_>>, StatementError> {
    let Words { outline, lexemes, .. } = words;
    let (mut columns, mut depth) = (Vec::new(), 0_i32);
    for (i, lexeme) in lexemes.iter().enumerate() {
        if lexeme.is_symbol('(') {
            depth += 1;
        }
        if lexeme.is_symbol(')') {
            depth -= 1;
        }
        let is_outermost = depth == 0;
        let next = lexemes.get(i + 1);
        if lexeme.is("as") {
            let Some(name) = next.and_then(Lexeme::name) else { continue };
            columns.push(Named { name, of: before(words, i), is_outermost });
            continue;
        }
        if !lexeme.is_symbol(')') || !matches!(before(words, i + 1), Of::Macro) {
            continue;
        }
        let open = opening(lexemes, i);
        let is_item = open
            .checked_sub(1)
            .is_some_and(|at| lexemes[at].is("select") || lexemes[at].is_symbol(','));
        match next {
            Some(next) if is_item && (next.is_symbol(',') || next.is("from")) => {
                // The expressions of a `group by` are separated by commas, too.
                if lexemes[..open].iter().rev().any(|l| l.is("group") || l.is("order")) {
                    continue;
                }
                let message = "this time has no name: write $bucket(created_at) as day";
                return Err(outline.error_at(lexemes[open].at, message));
            }
            Some(next) if is_item => {
                let name = next.name().filter(|_| !next.is("as"));
                columns.extend(name.map(|name| Named { name, of: Of::Macro, is_outermost }));
            }
            _ => {}
        }
    }
    Ok(columns)
}

/// The expression that ends before `at`.
fn before(words: Words<'_>, at: usize) -> Of<'_> {
    let Words { outline, lexemes, origin } = words;
    let Some(last) = at.checked_sub(1) else { return Of::Other };
    let starts_item = |at: Option<usize>| {
        at.is_some_and(|at| lexemes[at].is("select") || lexemes[at].is_symbol(','))
    };
    if let Some(name) = lexemes[last].name() {
        // `day`, or `d.day`.
        let start = match last.checked_sub(2) {
            Some(start) if lexemes[last - 1].is_symbol('.') => start,
            _ => last,
        };
        return if starts_item(start.checked_sub(1)) { Of::Column(name) } else { Of::Other };
    }
    if !lexemes[last].is_symbol(')') {
        return Of::Other;
    }
    let open = opening(lexemes, last);
    let inner = lexemes.get(open + 1).filter(|inner| !outline.is_authors(inner.at));
    let inner = inner.and_then(|inner| inner.name()?.strip_prefix(MACRO));
    if inner.is_some_and(origin.is_macro) && !outline.is_authors(lexemes[open].at) {
        return if starts_item(open.checked_sub(1)) { Of::Macro } else { Of::Other };
    }
    let function = open.checked_sub(1).and_then(|at| lexemes[at].name());
    let is_one = |names: &[&str]| {
        function
            .is_some_and(|function| names.iter().any(|name| name.eq_ignore_ascii_case(function)))
    };
    if is_one(origin.functions) && starts_item(open.checked_sub(2)) {
        return Of::Macro;
    }
    let passes = is_one(origin.pass_through);
    let argument = lexemes[open + 1..last].iter().rev().find_map(Lexeme::name);
    match argument {
        Some(name) if passes && starts_item(open.checked_sub(2)) => Of::Column(name),
        _ => Of::Other,
    }
}

/// Where the parenthesis that closes at `close` opens.
fn opening(lexemes: &[Lexeme], close: usize) -> usize {
    let mut depth = 0_i32;
    for (i, lexeme) in lexemes[..=close].iter().enumerate().rev() {
        depth += i32::from(lexeme.is_symbol(')')) - i32::from(lexeme.is_symbol('('));
        if depth == 0 {
            return i;
        }
    }
    0
}
