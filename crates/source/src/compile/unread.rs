//! A statement that the parser cannot read, although a database may: what its words alone show. Pure.
//!
//! The database then decides whether it is SQL, and runs it like any other: prepared as one statement,
//! by a role and in a transaction that only read, within limits. Here, going by words alone, the same
//! is refused as in statements that can be parsed, and too much rather than too little: a name that
//! looks like a function that panels may not call, any word that begins a change. What follows from a
//! statement's structure is unknown: no column adds up, and every name may be that of a table.

use super::denied_functions::{is_denied, is_denied_table};
use super::expected::{Comparison, Expectations, Expected};
use super::lexemes::{Kind, Lexeme};
use super::operand::Class;
use super::outline::{MACRO, Outline};
use crate::dialect::Dialect;
use crate::error::StatementError;
use sqlparser::tokenizer::Location;
use std::collections::BTreeSet;

/// What the words of a statement tell.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Words {
    /// Everything that may name a table that it reads, in lower case, sorted.
    pub(crate) tables: Vec<String>,
    /// The parts of all names, as written and in lower case, sorted.
    pub(crate) parts: Vec<String>,
    /// The types that it expects of its parameters.
    pub(crate) expected: Expectations,
}

/// Deeper parentheses are refused.
const DEEPEST: usize = 100;

/// Words that, unquoted, are not names in any dialect.
const RESERVED: &[&str] = &[
    "select", "from", "where", "and", "or", "not", "as", "on", "by", "group", "order", "having",
    "in", "null", "case", "when", "then", "else", "distinct", "union", "join", "table", "limit",
    "like", "is", "exists", "between", "using", "into", "values", "create", "to", "set",
];

/// What may follow a comparison with a value without being a part of it.
const AFTER_A_COMPARISON: &[&str] = &[
    "and",
    "or",
    "group",
    "order",
    "having",
    "limit",
    "union",
    "except",
    "intersect",
    "window",
    "then",
    "else",
    "end",
    "when",
    "as",
    "from",
    "where",
    "join",
    "left",
    "inner",
];

/// The words of the statement; an error says why it is refused.
pub(crate) fn words(
    outline: &Outline<'_>,
    lexemes: &[Lexeme],
    dialect: Dialect,
) -> Result<Words, StatementError> {
    let lexemes = without_last_semicolons(lexemes);
    let reader = Reader { outline, lexemes, dialect };
    reader.is_one_query()?;
    reader.closes_what_it_opens()?;
    for (i, lexeme) in lexemes.iter().enumerate() {
        reader.only_reads(i, lexeme)?;
    }
    let (tables, parts) = reader.names()?;
    let expected = reader.expected()?;
    let listed = |names: BTreeSet<String>| names.into_iter().collect();
    Ok(Words { tables: listed(tables), parts: listed(parts), expected })
}

fn without_last_semicolons(lexemes: &[Lexeme]) -> &[Lexeme] {
    let last = lexemes.iter().rposition(|lexeme| !lexeme.is_symbol(';'));
    &lexemes[..last.map_or(0, |last| last + 1)]
}

struct Reader<'a> {
    outline: &'a Outline<'a>,
    lexemes: &'a [Lexeme],
    dialect: Dialect,
}

type Checked = Result<(), StatementError>;

impl Reader<'_> {
    fn get(&self, at: usize) -> Option<&Lexeme> {
        self.lexemes.get(at)
    }

    fn before(&self, at: usize) -> Option<&Lexeme> {
        at.checked_sub(1).and_then(|at| self.lexemes.get(at))
    }

    fn opens(&self, at: usize) -> bool {
        self.get(at).is_some_and(|lexeme| lexeme.is_symbol('('))
    }

    fn refuse(&self, lexeme: &Lexeme, message: impl Into<String>) -> Checked {
        Err(self.outline.error_at(lexeme.at, message))
    }

    fn is_one_query(&self) -> Checked {
        let Some(first) = self.lexemes.iter().find(|lexeme| !lexeme.is_symbol('(')) else {
            return Err(self.outline.error_at(0, "the statement is empty: write one select"));
        };
        if !first.is_any(&["select", "with", "values", "table"]) {
            return self.refuse(first, "only select (or with … select) is allowed");
        }
        match self.lexemes.iter().find(|lexeme| lexeme.is_symbol(';')) {
            Some(semicolon) => {
                let message = "only one statement is allowed: remove what follows the semicolon";
                self.refuse(semicolon, message)
            }
            None => Ok(()),
        }
    }

    fn closes_what_it_opens(&self) -> Checked {
        let mut open: Vec<&Lexeme> = Vec::new();
        for lexeme in self.lexemes {
            let Kind::Symbol(symbol) = lexeme.kind else { continue };
            let opening = match symbol {
                '(' | '[' | '{' => {
                    open.push(lexeme);
                    if open.len() > DEEPEST {
                        let message =
                            "the statement is nested too deeply: split it with a with clause";
                        return self.refuse(lexeme, message);
                    }
                    continue;
                }
                ')' => '(',
                ']' => '[',
                '}' => '{',
                _ => continue,
            };
            if !open.pop().is_some_and(|last| last.is_symbol(opening)) {
                return self.refuse(lexeme, format!("this {symbol} closes nothing: remove it"));
            }
        }
        match open.pop() {
            Some(last) => self.refuse(last, "this parenthesis is never closed"),
            None => Ok(()),
        }
    }

    fn only_reads(&self, i: usize, lexeme: &Lexeme) -> Checked {
        if self.before(i).is_some_and(|before| before.is_symbol('.')) {
            return Ok(());
        }
        let follows = |words: &[&str]| self.get(i + 1).is_some_and(|next| next.is_any(words));
        let is = |word: &str| lexeme.is(word);
        if is("into") {
            return self.refuse(lexeme, "select … into writes: remove the into");
        }
        if is("for") && follows(&["update", "share", "no", "key"]) || is("lock") && follows(&["in"])
        {
            let message = "panels may not lock rows: remove for update or for share";
            return self.refuse(lexeme, message);
        }
        let changes = lexeme.is_any(&["insert", "update", "delete", "merge"]) && !self.opens(i + 1);
        if changes || is("value") && follows(&["for"]) {
            let message =
                "only select is allowed: a panel never writes. A name has to stand in quotes";
            return self.refuse(lexeme, message);
        }
        if is("procedure") {
            return self.refuse(lexeme, "procedures are not allowed in panels");
        }
        match lexeme.kind {
            Kind::Symbol('@') if self.dialect != Dialect::Postgres => {
                self.refuse(lexeme, "variables (@) are not allowed in panels")
            }
            Kind::Symbol('?') if self.is_placeholder(i) => {
                self.refuse(lexeme, "? is not a parameter: write a variable's name, :country")
            }
            Kind::Symbol(':') if self.is_foreign_parameter(i) => {
                let message = "this is not a parameter: write :from, :to, :interval, :tz or a variable's \
                               name, in lower case";
                self.refuse(lexeme, message)
            }
            Kind::Word(ref word) if word.starts_with('$') => {
                self.refuse(lexeme, format!("{word} is not a parameter: write a variable's name"))
            }
            _ => Ok(()),
        }
    }

    /// Whether it is a placeholder: in PostgreSQL, `?` between two operands is an operator.
    fn is_placeholder(&self, i: usize) -> bool {
        let operand = self.before(i).is_some_and(|before| match before.kind {
            Kind::Word(_) => !before.is_any(RESERVED),
            Kind::Name(_) | Kind::Literal | Kind::Value(_) => true,
            Kind::Symbol(symbol) => matches!(symbol, ')' | ']'),
            Kind::Number => false,
        });
        self.dialect != Dialect::Postgres || !operand
    }

    /// Whether it is a parameter of another kind: `::` is a cast, and within brackets a colon
    /// separates the ends of a slice.
    fn is_foreign_parameter(&self, i: usize) -> bool {
        let touches = |other: Option<&Lexeme>| other.is_some_and(|other| other.is_symbol(':'));
        if touches(self.before(i)) || touches(self.get(i + 1)) {
            return false;
        }
        let brackets = self.lexemes[..i].iter().fold(0_i32, |depth, lexeme| match lexeme.kind {
            Kind::Symbol('[') => depth + 1,
            Kind::Symbol(']') => depth - 1,
            _ => depth,
        });
        brackets == 0 && self.get(i + 1).is_some_and(|next| next.name().is_some())
    }

    /// Everything that may be a table's name, and the parts of all names. Functions that panels may
    /// not call are refused.
    fn names(&self) -> Result<(BTreeSet<String>, BTreeSet<String>), StatementError> {
        let (mut tables, mut parts) = (BTreeSet::new(), BTreeSet::new());
        let mut i = 0;
        while let Some(first) = self.get(i) {
            let Some(name) = first.name() else {
                i += 1;
                continue;
            };
            let mut chain = vec![name];
            let is_dot = |at: usize| self.get(at).is_some_and(|lexeme| lexeme.is_symbol('.'));
            while let (true, Some(next)) = (is_dot(i + 1), self.get(i + 2).and_then(Lexeme::name)) {
                chain.push(next);
                i += 2;
            }
            i += 1;
            // A macro's stand-in is not a name.
            if !self.outline.is_authors(first.at) && name.starts_with(MACRO) {
                continue;
            }
            let last = chain.last().map(|last| last.to_lowercase()).unwrap_or_default();
            let is_denied = self.opens(i) && is_denied(self.dialect, &last);
            if is_denied || is_denied_table(self.dialect, &last) {
                let message = format!("the function {last} is not allowed in panels");
                return Err(self.outline.error_at(first.at, message));
            }
            let is_reserved = chain.len() == 1 && first.is_any(RESERVED);
            if !is_reserved {
                let whole: Vec<String> = chain.iter().map(|part| part.to_lowercase()).collect();
                tables.insert(whole.join("."));
                parts.extend(whole);
                parts.extend(chain.into_iter().map(ToOwned::to_owned));
            }
        }
        Ok((tables, parts))
    }

    /// The types expected of chosen values, as far as the words around them show.
    fn expected(&self) -> Result<Expectations, StatementError> {
        let mut expectations = Expectations::new();
        if self.dialect == Dialect::Postgres {
            return Ok(expectations);
        }
        for (i, lexeme) in self.lexemes.iter().enumerate() {
            let Kind::Value(Some(offset)) = lexeme.kind else { continue };
            let (class, comparison) = self.beside(i);
            let is_unknown = (class, comparison) == (Class::Unknown, Comparison::Other);
            if is_unknown && self.dialect == Dialect::Sqlite {
                let message = "Brisk cannot read this statement, and so not tell whether this value is \
                               compared as a number or as text: write cast(… as integer), \
                               cast(… as real) or cast(… as text) around it";
                return Err(self.outline.error_at(lexeme.at, message));
            }
            let expected = Expected { class, comparison, operand: None, place: Location::empty() };
            expectations.insert(offset, expected);
        }
        Ok(expectations)
    }

    fn beside(&self, i: usize) -> (Class, Comparison) {
        let before = |back: usize| i.checked_sub(back).and_then(|at| self.get(at));
        let is = |back: usize, symbol: char| before(back).is_some_and(|l| l.is_symbol(symbol));
        let word = |back: usize, words: &[&str]| before(back).is_some_and(|l| l.is_any(words));
        if word(1, &["limit", "offset"]) {
            return (Class::Number, Comparison::Other);
        }
        // A cast turns the text into its own type.
        let is_cast = is(1, '(') && word(2, &["cast"]);
        if is_cast || word(1, &["like", "glob", "regexp", "rlike"]) {
            return (Class::Text, Comparison::Other);
        }
        if word(1, &["in"]) || is(1, '(') && word(2, &["in"]) || is(1, ',') {
            let of_list = |l: &&Lexeme| {
                matches!(l.kind, Kind::Value(_)) || l.is_symbol(',') || l.is_symbol('(')
            };
            let opening = self.lexemes[..i].iter().rev().find(|l| !of_list(l));
            if opening.is_some_and(|l| l.is("in")) {
                return (Class::Unknown, Comparison::List);
            }
        }
        let ends = self.get(i + 1).is_none_or(|next| {
            next.is_symbol(')') || next.is_symbol(',') || next.is_any(AFTER_A_COMPARISON)
        });
        if ends && is(1, '>') && is(2, '<') || ends && is(1, '=') && is(2, '!') {
            return (Class::Unknown, Comparison::NotEqual);
        }
        let compares = |symbol: char| is(2, symbol);
        if ends && is(1, '=') && !compares('<') && !compares('>') && !compares(':') {
            return (Class::Unknown, Comparison::Equal);
        }
        if ends && word(1, &["is"]) {
            return (Class::Unknown, Comparison::Equal);
        }
        if ends && word(1, &["not"]) && word(2, &["is"]) {
            return (Class::Unknown, Comparison::NotEqual);
        }
        (Class::Unknown, Comparison::Other)
    }
}
