//! Makes sure that a statement is one `select` that reads and does nothing else. Pure.
//!
//! This is the first fence, with a sentence for the author. The second one is the read-only
//! connection on which the statement runs.

use crate::outline::Outline;
use crate::tables::{self, last_name};
use crate::template::Piece;
use crate::{Dialect, StatementError, refused, times};
use brisk_domain::Query;
use sqlparser::ast::{
    Expr, Ident, ObjectName, Query as SqlQuery, Select, SetExpr, Spanned, Statement, TableFactor,
    Value, ValueWithSpan, Visit, Visitor,
};
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::Location;
use std::ops::ControlFlow;

/// What a good statement reads and gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// The tables that it reads, in lower case, sorted.
    pub tables: Vec<String>,
    /// The columns that hold instants, because they come from `$bucket` or `$time`.
    pub times: Vec<String>,
    /// The names of all its columns, as written; none where only the database knows them.
    pub columns: Option<Vec<String>>,
}

/// Checks the statement, or says at which place of the author's text it is refused.
pub fn check(query: &Query, pieces: &[Piece], dialect: Dialect) -> Result<Checked, StatementError> {
    let outline = Outline::of(query, pieces, dialect);
    let statements = Parser::parse_sql(dialect.grammar(), &outline.sql)
        .map_err(|error| unreadable(&outline, &error))?;
    let body = one_select(&outline, &statements)?;
    if let ControlFlow::Break((place, message)) =
        body.visit(&mut Fence { dialect, outline: &outline })
    {
        return Err(outline.error(place, message));
    }
    let times = times::columns(body).map_err(|place| {
        let message = "this time has no name: write $bucket(created_at) as day";
        outline.error(place, message)
    })?;
    let tables = tables::read_by(body, dialect);
    Ok(Checked { tables, times, columns: times::names(body) })
}

fn one_select<'a>(
    outline: &Outline<'_>,
    statements: &'a [Statement],
) -> Result<&'a SqlQuery, StatementError> {
    let start = Location::new(1, 1);
    match statements {
        [Statement::Query(body)] => Ok(body),
        [] => Err(outline.error(start, "the statement is empty: write one select")),
        [_] => Err(outline.error(start, "only select (or with … select) is allowed")),
        [_, second, ..] => Err(outline.error(
            second.span().start,
            "only one statement is allowed: remove what follows the semicolon",
        )),
    }
}

/// The parser's message as a sentence, at its place.
fn unreadable(outline: &Outline<'_>, error: &ParserError) -> StatementError {
    let text = match error {
        ParserError::TokenizerError(text) | ParserError::ParserError(text) => text.as_str(),
        ParserError::RecursionLimitExceeded => {
            let message = "the statement is nested too deeply: split it with a with clause";
            return outline.error(Location::new(1, 1), message);
        }
    };
    let (reason, place) = match text.rsplit_once(" at Line: ") {
        Some((reason, place)) => (reason, location(place)),
        None => (text, Location::empty()),
    };
    let reason = reason
        .replace(crate::outline::MACRO, "$")
        .replace("Expected: ", "expected ")
        .replace("found: EOF", "found the end")
        .replace("found: ", "found ");
    outline.error(place, format!("the statement cannot be read here: {reason}"))
}

/// Reads `1, Column: 8`.
fn location(text: &str) -> Location {
    let numbers = text
        .split_once(", Column: ")
        .and_then(|(line, column)| Some((line.parse().ok()?, column.trim().parse().ok()?)));
    numbers.map_or(Location::empty(), |(line, column)| Location::new(line, column))
}

struct Fence<'a> {
    dialect: Dialect,
    outline: &'a Outline<'a>,
}

type Refusal = ControlFlow<(Location, String)>;
const ALLOWED: Refusal = ControlFlow::Continue(());

impl Visitor for Fence<'_> {
    type Break = (Location, String);

    fn pre_visit_query(&mut self, query: &SqlQuery) -> Refusal {
        if let Some(message) = writes(&query.body) {
            return ControlFlow::Break((query.span().start, message.into()));
        }
        if !query.locks.is_empty() {
            let message = "panels lock nothing: remove for update or for share";
            return ControlFlow::Break((query.span().start, message.into()));
        }
        ALLOWED
    }

    fn pre_visit_select(&mut self, select: &Select) -> Refusal {
        if select.into.is_some() {
            let message = "select … into writes: remove the into";
            return ControlFlow::Break((select.select_token.0.span.start, message.into()));
        }
        ALLOWED
    }

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> Refusal {
        match factor {
            TableFactor::Table { name, .. } | TableFactor::Function { name, .. } => {
                self.function(name)
            }
            _ => ALLOWED,
        }
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> Refusal {
        match expr {
            Expr::Function(function) => self.function(&function.name),
            // `@x`, `@@x`, `@@global.x`.
            Expr::Identifier(name) => session_variable(name),
            Expr::CompoundIdentifier(names) => names.first().map_or(ALLOWED, session_variable),
            _ => ALLOWED,
        }
    }

    fn pre_visit_value(&mut self, value: &ValueWithSpan) -> Refusal {
        if let Value::Placeholder(text) = &value.value
            && !self.outline.stands_in(text, value.span.start)
        {
            let message = format!(
                "{text} is no parameter: write :from, :to, :interval, :tz or a variable's name, in \
                 lower case"
            );
            return ControlFlow::Break((value.span.start, message));
        }
        ALLOWED
    }
}

impl Fence<'_> {
    fn function(&self, name: &ObjectName) -> Refusal {
        let (last, place) = last_name(name);
        if refused::is_refused(self.dialect, &last) {
            let message = format!("the function {last} is not allowed in panels");
            return ControlFlow::Break((place, message));
        }
        ALLOWED
    }
}

/// Variables of the session outlive the statement, and those of the server are no data.
fn session_variable(name: &Ident) -> Refusal {
    if name.quote_style.is_none() && name.value.starts_with('@') {
        let message = format!("the variable {} is not allowed in panels", name.value);
        return ControlFlow::Break((name.span.start, message));
    }
    ALLOWED
}

/// Why a query's body writes, if it does.
fn writes(body: &SetExpr) -> Option<&'static str> {
    match body {
        SetExpr::Select(_) | SetExpr::Query(_) | SetExpr::Values(_) => None,
        SetExpr::SetOperation { left, right, .. } => writes(left).or_else(|| writes(right)),
        SetExpr::Insert(_) | SetExpr::Update(_) | SetExpr::Delete(_) | SetExpr::Merge(_) => {
            Some("only select is allowed: a panel never writes")
        }
        SetExpr::Table(_) => Some("write select * from instead of table"),
    }
}
