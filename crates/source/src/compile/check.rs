//! Makes sure that a statement is one `select` that reads and does nothing else. Pure.
//!
//! This is the first line of defence, and explains itself to the author. The second one is the
//! read-only connection on which the statement runs.

use super::additivity;
use super::column_additivity::ColumnAdditivity;
use super::denied_functions::{is_denied, is_denied_table};
use super::expected::{self, Comparison, Expectations};
use super::names::Names;
use super::operand::Class;
use super::origin::{self, Origins};
use super::outline::{MACRO, Outline};
use super::statement::Unread;
use super::tables::{self, last_name};
use super::template::Piece;
use super::unread::{self, Words};
use super::written_buckets::{self, WrittenBucket};
use super::{bucket_columns, hints, instant_columns, lexemes, unread_instants};
use crate::dialect::Dialect;
use crate::error::StatementError;
use brisk_domain::{Interval, Query};
use sqlparser::ast::{
    Expr, Ident, ObjectName, Query as SqlQuery, Select, SetExpr, Spanned, Statement, TableFactor,
    Value, ValueWithSpan, Visit, Visitor,
};
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::Location;
use std::ops::ControlFlow;

/// What an accepted statement reads and returns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Checked {
    /// The tables that it reads, in lower case, sorted.
    pub(crate) tables: Vec<String>,
    /// The columns that hold instants, because they come from `$bucket` or `$time`.
    pub(crate) times: Vec<String>,
    /// The columns that hold the starts of time buckets.
    pub(crate) buckets: Vec<String>,
    /// The column that names time buckets by text or number.
    pub(crate) written: Option<WrittenBucket>,
    /// The width that all buckets name, if they all name the same one.
    pub(crate) width: Option<Interval>,
    /// The names of all its columns, as written; `None` if only the database knows them.
    pub(crate) columns: Option<Vec<String>>,
    /// Which of its columns add up.
    pub(crate) additivity: ColumnAdditivity,
    /// The types that it expects of its parameters.
    pub(crate) expected: Expectations,
    /// The columns that the arguments of its macros and its result come from.
    pub(crate) origins: Origins,
    /// What only the database can decide, if the statement cannot be parsed here.
    pub(crate) unread: Option<Unread>,
    /// The names in it that may call a function.
    pub(crate) names: Names,
}

/// Checks the statement; an error points into the author's text.
pub(crate) fn check(
    query: &Query,
    pieces: &[Piece],
    dialect: Dialect,
) -> Result<Checked, StatementError> {
    let outline = Outline::of(query, pieces, dialect);
    let read = |sql: &str| Parser::parse_sql(dialect.syntax().grammar(), sql);
    let statements = match read(&outline.sql) {
        Ok(statements) => statements,
        Err(error @ ParserError::RecursionLimitExceeded) => {
            return Err(unreadable(&outline, &error));
        }
        Err(error) => {
            let reason = unreadable(&outline, &error);
            let lexemes = lexemes::of(&outline, dialect)?;
            let plain = hints::without(&outline.sql, &lexemes);
            match plain.and_then(|plain| read(&plain).ok()) {
                Some(statements) => statements,
                None => return by_words(&outline, pieces, dialect, reason),
            }
        }
    };
    let body = one_select(&outline, &statements)?;
    let mut check = ReadOnlyCheck { dialect, outline: &outline, unread: None };
    if let ControlFlow::Break((place, message)) = body.visit(&mut check) {
        return Err(outline.error(place, message));
    }
    if let Some((place, message)) = check.unread {
        return by_words(&outline, pieces, dialect, outline.error(place, message));
    }
    let times = instant_columns::of(body).map_err(|place| {
        let message = "this time has no name: write $bucket(created_at) as day";
        outline.error(place, message)
    })?;
    let tables = tables::read_by(body, dialect);
    let expected = expected::of(body, &outline, dialect);
    for one in expected.values() {
        let is_unknown = (one.class, one.comparison) == (Class::Unknown, Comparison::Other);
        if dialect == Dialect::Sqlite && is_unknown && one.operand.is_none() {
            let message = "SQLite cannot tell whether this value is compared as a number or as text: \
                           write cast(… as integer), cast(… as real) or cast(… as text) around it";
            return Err(outline.error(one.place, message));
        }
    }
    let (columns, additivity) = (instant_columns::names(body), additivity::of(body));
    let (buckets, width) = (bucket_columns::names(body), bucket_columns::width(pieces, body));
    let (origins, unread) = (origin::of(body, &outline, dialect), None);
    let names = Names::of(&outline, dialect)?;
    Ok(Checked {
        tables,
        times,
        buckets,
        written: written_buckets::of(body, dialect),
        width,
        columns,
        additivity,
        expected,
        origins,
        unread,
        names,
    })
}

/// What the statement's words alone tell, if the parser fails to read it for `reason`.
fn by_words(
    outline: &Outline<'_>,
    pieces: &[Piece],
    dialect: Dialect,
    reason: StatementError,
) -> Result<Checked, StatementError> {
    let lexemes = lexemes::of(outline, dialect)?;
    let Words { tables, parts, expected } = unread::words(outline, &lexemes, dialect)?;
    Ok(Checked {
        tables,
        times: unread_instants::of(outline, &lexemes)?,
        buckets: unread_instants::buckets(outline, &lexemes)?,
        written: None,
        width: bucket_columns::width_of_macros(pieces),
        columns: None,
        additivity: ColumnAdditivity::unknown(),
        expected,
        origins: Origins::default(),
        unread: Some(Unread { reason, names: parts }),
        names: Names::of(outline, dialect)?,
    })
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

/// The parser's message as a sentence, at its position.
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
        .replace(MACRO, "$")
        .replace("Expected: ", "expected ")
        .replace("found: EOF", "found the end")
        .replace("found: ", "found ");
    outline.error(place, format!("the statement cannot be parsed here: {reason}"))
}

/// Reads `1, Column: 8`.
fn location(text: &str) -> Location {
    let numbers = text
        .split_once(", Column: ")
        .and_then(|(line, column)| Some((line.parse().ok()?, column.trim().parse().ok()?)));
    numbers.map_or(Location::empty(), |(line, column)| Location::new(line, column))
}

struct ReadOnlyCheck<'a> {
    dialect: Dialect,
    outline: &'a Outline<'a>,
    /// A construct that the parser only seems to read, and where it is.
    unread: Option<(Location, String)>,
}

type Verdict = ControlFlow<(Location, String)>;
const ALLOWED: Verdict = ControlFlow::Continue(());

impl Visitor for ReadOnlyCheck<'_> {
    type Break = (Location, String);

    fn pre_visit_query(&mut self, query: &SqlQuery) -> Verdict {
        if let Some(message) = writes(&query.body) {
            return ControlFlow::Break((query.span().start, message.into()));
        }
        if names_table(&query.body) {
            // The parser keeps neither the name's position nor its quotes.
            let message = "the statement cannot be parsed here: table".to_owned();
            self.unread = Some((query.span().start, message));
        }
        if !query.locks.is_empty() {
            let message = "panels may not lock rows: remove for update or for share";
            return ControlFlow::Break((query.span().start, message.into()));
        }
        ALLOWED
    }

    fn pre_visit_select(&mut self, select: &Select) -> Verdict {
        if select.into.is_some() {
            let message = "select … into writes: remove the into";
            return ControlFlow::Break((select.select_token.0.span.start, message.into()));
        }
        ALLOWED
    }

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> Verdict {
        if let TableFactor::Table { name, .. } = factor
            && let Some(word) = word_for_a_name(name)
        {
            let message = format!("the name of a table is missing before {word}");
            return ControlFlow::Break((name.span().start, message));
        }
        // The parser takes `only (t)` for a call, which reads no table.
        if let TableFactor::Table { name, args: Some(_), .. } = factor
            && self.dialect == Dialect::Postgres
            && last_name(name).0 == "only"
        {
            let message = "the statement cannot be parsed here: only (".to_owned();
            self.unread = Some((name.span().start, message));
        }
        match factor {
            // Otherwise only names with arguments are functions: `pg_replication_slots` is a view.
            TableFactor::Table { name, args: None, .. } if !self.calls_without_arguments(name) => {
                ALLOWED
            }
            TableFactor::Table { name, .. } | TableFactor::Function { name, .. } => {
                self.function(name)
            }
            _ => ALLOWED,
        }
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> Verdict {
        match expr {
            Expr::Function(function) => self.function(&function.name),
            // `@x`, `@@x`, `@@global.x`.
            Expr::Identifier(name) => session_variable(name),
            Expr::CompoundIdentifier(names) => names.first().map_or(ALLOWED, session_variable),
            _ => ALLOWED,
        }
    }

    fn pre_visit_value(&mut self, value: &ValueWithSpan) -> Verdict {
        if let Value::Placeholder(text) = &value.value
            && !self.outline.stands_in(text, value.span.start)
        {
            if self.dialect == Dialect::Postgres && text.starts_with(':') {
                // The end of a slice, or something that looks like a parameter.
                let message = format!("the statement cannot be parsed here: {text}");
                self.unread = Some((value.span.start, message));
                return ALLOWED;
            }
            let message = format!(
                "{text} is not a parameter: write :from, :to, :interval, :tz or a variable's name, in \
                 lower case"
            );
            return ControlFlow::Break((value.span.start, message));
        }
        ALLOWED
    }
}

impl ReadOnlyCheck<'_> {
    /// Whether `name`, in the place of a table, reads what a function of that name reads.
    fn calls_without_arguments(&self, name: &ObjectName) -> bool {
        is_denied_table(self.dialect, &last_name(name).0)
    }

    fn function(&self, name: &ObjectName) -> Verdict {
        let (last, place) = last_name(name);
        if is_denied(self.dialect, &last) {
            let message = format!("the function {last} is not allowed in panels");
            return ControlFlow::Break((place, message));
        }
        ALLOWED
    }
}

/// The keyword that the parser takes for a table's name if the name was left out: `from where …`.
fn word_for_a_name(name: &ObjectName) -> Option<&'static str> {
    const WORDS: [&str; 6] = ["where", "group", "having", "order", "limit", "union"];
    let [part] = name.0.as_slice() else { return None };
    let word = part.as_ident().filter(|ident| ident.quote_style.is_none())?;
    WORDS.into_iter().find(|keyword| word.value.eq_ignore_ascii_case(keyword))
}

/// Session variables outlive the statement, and server variables are not data.
fn session_variable(name: &Ident) -> Verdict {
    if name.quote_style.is_none() && name.value.starts_with('@') {
        let message = format!("the variable {} is not allowed in panels", name.value);
        return ControlFlow::Break((name.span.start, message));
    }
    ALLOWED
}

/// Why a query's body is not a plain `select`, if it is not.
fn writes(body: &SetExpr) -> Option<&'static str> {
    match body {
        SetExpr::Select(_) | SetExpr::Query(_) | SetExpr::Values(_) => None,
        SetExpr::SetOperation { left, right, .. } => writes(left).or_else(|| writes(right)),
        SetExpr::Insert(_) | SetExpr::Update(_) | SetExpr::Delete(_) | SetExpr::Merge(_) => {
            Some("only select is allowed: a panel never writes")
        }
        SetExpr::Table(_) => None,
    }
}

/// Whether a query's body is `table t`, or holds one.
fn names_table(body: &SetExpr) -> bool {
    match body {
        SetExpr::Table(_) => true,
        SetExpr::SetOperation { left, right, .. } => names_table(left) || names_table(right),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compile::template;

    fn checked(dialect: Dialect, sql: &str) -> Result<Checked, StatementError> {
        let query = Query::new(sql);
        check(&query, &template::parse(&query, dialect)?, dialect)
    }

    fn read(dialect: Dialect, sql: &str) -> Vec<String> {
        checked(dialect, sql).unwrap().tables
    }

    fn times(sql: &str) -> Result<Vec<String>, StatementError> {
        Ok(checked(Dialect::Sqlite, sql)?.times)
    }

    #[test]
    fn tables_are_found_without_the_names_of_ctes() {
        let sql = "with a as (select * from Orders) select * from a join main.lines l on l.x = a.x
                   where exists (select 1 from \"Third\") union all select * from fourth";
        let expected = ["fourth", "main.lines", "orders", "third"];
        assert_eq!(read(Dialect::Sqlite, sql), expected);
    }

    #[test]
    fn a_cte_hides_a_table_only_where_it_holds() {
        let elsewhere = "select * from a, (with a as (select 1) select * from a) b";
        assert_eq!(read(Dialect::Sqlite, elsewhere), ["a"]);
        let with_schema = "with a as (select 1) select * from a, main.a";
        assert_eq!(read(Dialect::Sqlite, with_schema), ["main.a"]);
        // Here the inner `a` is the table.
        let own_name = "with a as (select * from a) select * from a";
        assert_eq!(read(Dialect::Postgres, own_name), ["a"]);
        let later = "with a as (select * from b), b as (select 1) select * from a, b";
        assert_eq!(read(Dialect::Postgres, later), ["b"]);
        let recursive = "with recursive a as (select 1 union all select * from a) select * from a";
        assert!(read(Dialect::Postgres, recursive).is_empty());
        let inner =
            "with a as (select 1) select * from (select * from t where x in (select * from a)) b";
        assert_eq!(read(Dialect::MySql, inner), ["t"]);
    }

    #[test]
    fn a_table_whose_name_is_missing_is_asked_for() {
        for dialect in Dialect::ALL {
            for word in ["where", "group", "order", "limit"] {
                let sql = format!("select count(*) as n\nfrom {word} $range(at)");
                let error = checked(dialect, &sql).unwrap_err();
                let expected = format!("the name of a table is missing before {word}");
                assert_eq!((error.message, error.line), (expected, 2), "{dialect:?}");
            }
            assert!(checked(dialect, "select 1 from orders where $range(at)").is_ok());
        }
        assert_eq!(read(Dialect::Postgres, "select 1 from \"where\""), ["where"]);
    }

    #[test]
    fn functions_are_no_tables() {
        let sql = "select * from json_each('[1]') j, t";
        assert_eq!(read(Dialect::Sqlite, sql), ["t"]);
        assert_eq!(read(Dialect::Postgres, "select * from f('[1]') j, t"), ["t"]);
        // A virtual table is still a table.
        assert_eq!(read(Dialect::Sqlite, "select * from docs('word'), t"), ["docs", "t"]);
    }

    #[test]
    fn a_view_is_no_function_of_a_similar_name() {
        let allowed = |dialect, sql| checked(dialect, sql).is_ok();
        assert!(allowed(Dialect::Postgres, "select slot_name from pg_replication_slots"));
        assert!(allowed(Dialect::MySql, "select 1 from sleep"));
        let denied = [
            (Dialect::Postgres, "select * from pg_replication_origin_create('a')"),
            (Dialect::Postgres, "select * from pg_hba_file_rules"),
            (Dialect::Postgres, "select * from lateral pg_ls_dir('.') d"),
            (Dialect::Postgres, "select * from rows_of, pg_catalog.pg_read_file('a') f"),
            // Without arguments it is still called.
            (Dialect::Sqlite, "select * from pragma_database_list"),
        ];
        for (dialect, sql) in denied {
            let error = checked(dialect, sql).unwrap_err();
            assert!(error.message.contains("not allowed in panels"), "{sql}: {error}");
        }
    }

    #[test]
    fn macros_and_lists_pass() {
        let sql = "select $bucket(at) as day, count(*) filter (where $range(at)) from t
                   where $range(at) and $optional(c in :country) and x in (:list) group by 1";
        for dialect in Dialect::ALL {
            if dialect != Dialect::MySql {
                assert_eq!(read(dialect, sql), ["t"]);
            }
        }
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
    fn a_time_without_a_name_is_an_error_at_its_position() {
        let error = times("select 1 as one,\n  $bucket(at) from t").unwrap_err();
        assert_eq!((error.line, error.column), (2, 3));
    }
}
