//! A statement's outline, split into words, names, literals and symbols. Pure.

use super::lexer::Token;
use super::outline::Outline;
use crate::dialect::Dialect;
use crate::error::StatementError;

/// A word, or whatever else is taken as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Lexeme {
    /// Where it starts in the outline, in bytes.
    pub(crate) at: usize,
    /// Where it ends.
    pub(crate) end: usize,
    pub(crate) kind: Kind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A keyword or a name, as written.
    Word(String),
    /// A quoted text that may be a name, without its quotes.
    Name(String),
    /// A literal in quotes.
    Literal,
    Number,
    /// The stand-in for a value, with the offset of its variable or attribute in the author's text.
    Value(Option<usize>),
    Symbol(char),
}

impl Lexeme {
    /// Whether it is this keyword, which is in lower case.
    pub(crate) fn is(&self, keyword: &str) -> bool {
        matches!(&self.kind, Kind::Word(word) if word.eq_ignore_ascii_case(keyword))
    }

    /// Whether it is one of these keywords.
    pub(crate) fn is_any(&self, keywords: &[&str]) -> bool {
        keywords.iter().any(|keyword| self.is(keyword))
    }

    pub(crate) fn is_symbol(&self, symbol: char) -> bool {
        self.kind == Kind::Symbol(symbol)
    }

    /// The name that it may be.
    pub(crate) fn name(&self) -> Option<&str> {
        match &self.kind {
            Kind::Word(name) | Kind::Name(name) => Some(name),
            _ => None,
        }
    }
}

/// Splits the outline.
pub(crate) fn of(outline: &Outline<'_>, dialect: Dialect) -> Result<Vec<Lexeme>, StatementError> {
    let (sql, syntax) = (&outline.sql, dialect.syntax());
    let (mut lexemes, mut at) = (Vec::new(), 0);
    while let Some(next) = sql[at..].chars().next() {
        let rest = &sql[at..];
        let (length, kind) = match syntax.token(sql, at) {
            Some(Token::Invalid(reason)) => return Err(outline.error_at(at, reason)),
            Some(Token::Comment(length)) => {
                at += length;
                continue;
            }
            Some(Token::Quoted(length)) => (length, quoted(&rest[..length], dialect)),
            None if next.is_ascii_whitespace() => {
                at += 1;
                continue;
            }
            None => match outline.value_at(at) {
                Some((length, chosen)) => (length, Kind::Value(chosen)),
                None if of_word(next) => {
                    let length = rest.find(|c| !of_word(c)).unwrap_or(rest.len());
                    (length, word(&rest[..length], dialect))
                }
                None if next.is_ascii() => (1, Kind::Symbol(next)),
                // Databases differ in how they read it.
                None => {
                    let message = format!("write {next:?} in quotes, or leave it out");
                    return Err(outline.error_at(at, message));
                }
            },
        };
        lexemes.push(Lexeme { at, end: at + length, kind });
        at += length;
    }
    Ok(lexemes)
}

fn of_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$'
}

fn word(text: &str, dialect: Dialect) -> Kind {
    let is_number = text.starts_with(|c: char| c.is_ascii_digit());
    // In MySQL a name may begin with digits.
    let may_be_name = dialect == Dialect::MySql && text.contains(|c: char| !c.is_ascii_digit());
    if is_number && !may_be_name { Kind::Number } else { Kind::Word(text.to_owned()) }
}

fn quoted(text: &str, dialect: Dialect) -> Kind {
    let is_name = match text.chars().next() {
        Some('"') => !dialect.syntax().double_quotes_are_literals(),
        Some('`' | '[') => true,
        // SQLite takes a literal for a name where a name is required.
        Some('\'') => dialect == Dialect::Sqlite,
        _ => false,
    };
    let (Some(quote), true) = (text.chars().next_back(), is_name) else { return Kind::Literal };
    let inner = text.get(1..text.len() - 1).unwrap_or_default();
    Kind::Name(inner.replace(&format!("{quote}{quote}"), &quote.to_string()))
}
