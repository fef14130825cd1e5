//! Splits the author's text into SQL, `:parameters` and `$macros(…)`. Pure.
//!
//! The contents of literals, quoted names and comments are left alone, as are `::` casts.

use super::lexer::Token;
use crate::dialect::Dialect;
use crate::error::StatementError;
use brisk_domain::Query;

/// A part of the author's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece {
    /// SQL as the author wrote it, byte for byte, except that comments are replaced by spaces.
    Sql {
        /// The SQL.
        text: String,
        /// Where it starts in the author's text, in bytes.
        offset: usize,
    },
    /// `:name`.
    Parameter {
        /// The name without the colon.
        name: String,
        /// Where it starts in the author's text, in bytes.
        offset: usize,
    },
    /// `:user.name`.
    Attribute {
        /// The name of the signed-in user's attribute.
        name: String,
        /// Where it starts in the author's text, in bytes.
        offset: usize,
    },
    /// `$name(argument, …)`.
    Macro {
        /// The name without the dollar.
        name: String,
        /// The arguments.
        arguments: Vec<Vec<Piece>>,
        /// Where it starts in the author's text, in bytes.
        offset: usize,
    },
}

/// Longer statements (in bytes) are refused.
pub(crate) const MAX_LENGTH: usize = 64 * 1024;
/// Macros nested deeper than this are refused.
const MAX_DEPTH: usize = 8;

/// Splits `query` into pieces.
pub(crate) fn parse(query: &Query, dialect: Dialect) -> Result<Vec<Piece>, StatementError> {
    if query.sql.len() > MAX_LENGTH {
        let message = format!("the statement is longer than {MAX_LENGTH} bytes");
        return Err(StatementError::at(query, 0, message));
    }
    if let Some(offset) = query.sql.find('\0') {
        let message = "the statement contains a NUL character: remove it";
        return Err(StatementError::at(query, offset, message));
    }
    let mut reader = Reader { query, dialect, at: 0, end: query.sql.len() };
    reader.pieces(0)
}

struct Reader<'a> {
    query: &'a Query,
    dialect: Dialect,
    at: usize,
    end: usize,
}

impl<'a> Reader<'a> {
    fn pieces(&mut self, depth: usize) -> Result<Vec<Piece>, StatementError> {
        let mut pieces = Vec::new();
        let mut sql = Sql::at(self.at);
        let mut brackets = 0_usize;
        while self.at < self.end {
            let text: &'a str = &self.query.sql[..self.end];
            let rest = &text[self.at..];
            // The ends of a slice: `a[1:n]`.
            let is_slice = || {
                let of_operand =
                    |c: char| c.is_alphanumeric() || matches!(c, '_' | ')' | ']' | '"' | '\'');
                brackets > 0 && rest.starts_with(':') && text[..self.at].ends_with(of_operand)
            };
            let length = match self.dialect.syntax().token(text, self.at) {
                Some(Token::Quoted(length)) => length,
                Some(Token::Comment(length)) => {
                    sql.blank(&rest[..length]);
                    self.at += length;
                    continue;
                }
                Some(Token::Invalid(reason)) => return Err(self.error(reason)),
                None if rest.starts_with("::") => 2,
                None if is_slice() => 1,
                None if rest.starts_with('$') || parameter(rest).is_some() => {
                    // Its replacement would become part of the word, or turn it into a call.
                    // Databases count everything beyond ASCII as letters.
                    let of_word = |c: char| c.is_ascii_alphanumeric() || c == '_' || !c.is_ascii();
                    if text[..self.at].ends_with(of_word) {
                        return Err(self.error("write a space before this"));
                    }
                    pieces.extend(sql.take());
                    pieces.push(if rest.starts_with('$') {
                        self.r#macro(depth)?
                    } else {
                        self.parameter(rest)?
                    });
                    sql = Sql::at(self.at);
                    continue;
                }
                None => {
                    match rest.chars().next() {
                        Some('[') => brackets += 1,
                        Some(']') => brackets = brackets.saturating_sub(1),
                        _ => {}
                    }
                    rest.chars().next().map_or(1, char::len_utf8)
                }
            };
            sql.text.push_str(&rest[..length]);
            self.at += length;
        }
        pieces.extend(sql.take());
        Ok(pieces)
    }

    fn parameter(&mut self, rest: &str) -> Result<Piece, StatementError> {
        let (name, offset) = (parameter(rest).unwrap_or_default().to_owned(), self.at);
        self.at += 1 + name.len();
        if let Some(attribute) = rest.strip_prefix(":user.") {
            let Some(name) = word(attribute) else {
                return Err(self.error("write the attribute's name: :user.tenant"));
            };
            self.at += 1 + name.len();
            return Ok(Piece::Attribute { name: name.to_owned(), offset });
        }
        Ok(Piece::Parameter { name, offset })
    }

    fn r#macro(&mut self, depth: usize) -> Result<Piece, StatementError> {
        let offset = self.at;
        let text: &'a str = &self.query.sql[..self.end];
        let name = word(&text[offset + 1..]).unwrap_or_default().to_owned();
        let open = offset + 1 + name.len();
        if name.is_empty() || !text[open..].starts_with('(') {
            return Err(
                self.error("a macro is written as $name(…), for example $range(created_at)")
            );
        }
        if depth >= MAX_DEPTH {
            return Err(self.error("macros are nested too deeply"));
        }
        let mut arguments = Vec::new();
        let mut start = open + 1;
        loop {
            let stop = argument_end(self.dialect, text, start)
                .ok_or_else(|| self.error("this macro's parenthesis is never closed"))?;
            let mut inner =
                Reader { query: self.query, dialect: self.dialect, at: start, end: stop };
            arguments.push(inner.pieces(depth + 1)?);
            start = stop + 1;
            if text[stop..].starts_with(')') {
                break;
            }
        }
        self.at = start;
        Ok(Piece::Macro { name, arguments, offset })
    }

    fn error(&self, message: &str) -> StatementError {
        StatementError::at(self.query, self.at, message)
    }
}

/// SQL that is being collected.
struct Sql {
    text: String,
    offset: usize,
}

impl Sql {
    fn at(offset: usize) -> Self {
        Self { text: String::new(), offset }
    }

    /// Spaces as long as `comment`, so that what follows keeps its position.
    fn blank(&mut self, comment: &str) {
        let blanks = comment.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' });
        self.text.extend(blanks);
    }

    fn take(self) -> Option<Piece> {
        let Self { text, offset } = self;
        (!text.is_empty()).then_some(Piece::Sql { text, offset })
    }
}

/// The end of the argument that starts at `start`: at a comma or the closing parenthesis.
fn argument_end(dialect: Dialect, text: &str, start: usize) -> Option<usize> {
    let (mut at, mut depth) = (start, 0_usize);
    while let Some(next) = text[at..].chars().next() {
        match dialect.syntax().token(text, at) {
            Some(Token::Quoted(length) | Token::Comment(length)) => {
                at += length;
                continue;
            }
            Some(Token::Invalid(_)) => return None,
            None => {}
        }
        match next {
            '(' => depth += 1,
            ')' | ',' if depth == 0 => return Some(at),
            ')' => depth -= 1,
            _ => {}
        }
        at += next.len_utf8();
    }
    None
}

/// The name of the parameter at the start of `text`.
fn parameter(text: &str) -> Option<&str> {
    text.strip_prefix(':').and_then(word)
}

/// The lower-case word at the start of `text`.
fn word(text: &str) -> Option<&str> {
    let length = text
        .find(|c: char| !(c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_'))
        .unwrap_or(text.len());
    let word = &text[..length];
    word.starts_with(|c: char| c.is_ascii_lowercase()).then_some(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(sql: &str) -> Result<Vec<Piece>, StatementError> {
        parse(&Query::new(sql), Dialect::Sqlite)
    }

    #[test]
    fn literals_comments_and_casts_are_left_alone() {
        let sql = "select ':a $b(' as \":c\", x::text -- :d\n/* é$e( */ from t";
        let pieces = parsed(sql).unwrap();
        let text = "select ':a $b(' as \":c\", x::text      \n            from t";
        let text = text.to_owned();
        assert_eq!(pieces, vec![Piece::Sql { text, offset: 0 }]);
    }

    #[test]
    fn pieces_know_where_the_author_wrote_them() {
        let sql = "select $bucket(coalesce(a, ','), month) as day, :from from t";
        let pieces = parsed(sql).unwrap();
        let Piece::Macro { name, arguments, offset } = &pieces[1] else { panic!() };
        assert_eq!((name.as_str(), arguments.len(), *offset), ("bucket", 2, 7));
        for piece in pieces.iter().chain(&arguments[0]).chain(&arguments[1]) {
            if let Piece::Sql { text, offset } = piece {
                assert!(sql[*offset..].starts_with(text), "{text}");
            }
        }
    }

    #[test]
    fn errors_point_at_the_authors_line() {
        let query = Query { sql: "select 1\nfrom t where $range(a".into(), line: 10 };
        let error = parse(&query, Dialect::Sqlite).unwrap_err();
        assert_eq!((error.line, error.column), (11, 14));
    }

    #[test]
    fn broken_text_is_an_error() {
        for bad in [
            "select 'a",
            "select \"a",
            "select [a",
            "/* a",
            "$",
            "$x",
            "$X(a)",
            "$a(",
            "$a((b)",
            "$a('b)",
            ":user.",
            "f$time(a)",
            "f_$time(a)",
            "a:b",
            "\u{1f600}:b",
        ] {
            assert!(parsed(bad).is_err(), "{bad}");
        }
        assert!(parsed(&format!("select '{}'", "x".repeat(MAX_LENGTH))).is_err());
        assert!(parsed(&"$a(".repeat(10_000)).is_err());
    }

    proptest::proptest! {
        #[test]
        fn no_text_panics(text in "(\\PC|[$:'\"`()/*,\\-a-c \n\\\\#\\[]){0,60}") {
            for dialect in Dialect::ALL {
                let _ = parse(&Query::new(text.clone()), dialect);
            }
        }
    }
}
