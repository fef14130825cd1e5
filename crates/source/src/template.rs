//! Reads the author's text into SQL, `:parameters` and `$macros(…)`. Pure.
//!
//! String literals, quoted names, comments and `::` casts are left alone.

use crate::StatementError;
use brisk_domain::Query;

/// A stretch of the author's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// SQL that is taken over as it is (comments have become a blank).
    Sql(String),
    /// `:name`.
    Parameter {
        /// The name without the colon.
        name: String,
        /// Where it starts in the text, in bytes.
        offset: usize,
    },
    /// `$name(argument, …)`.
    Macro {
        /// The name without the dollar.
        name: String,
        /// The arguments.
        arguments: Vec<Vec<Piece>>,
        /// The alias behind it (`as day`), where there is one.
        alias: Option<String>,
        /// Where it starts in the text, in bytes.
        offset: usize,
    },
}

/// Longer statements are refused.
pub const MAX_LENGTH: usize = 64 * 1024;
/// Macros inside macros deeper than this are refused.
const MAX_DEPTH: usize = 8;

/// Reads `query` into pieces.
pub fn parse(query: &Query) -> Result<Vec<Piece>, StatementError> {
    if query.sql.len() > MAX_LENGTH {
        let message = format!("the statement is longer than {MAX_LENGTH} bytes");
        return Err(StatementError::at(query, 0, message));
    }
    if query.sql.contains('\0') {
        let message = "the statement holds a NUL character: remove it";
        return Err(StatementError::at(query, query.sql.find('\0').unwrap_or(0), message));
    }
    let mut reader = Reader { query, at: 0, end: query.sql.len() };
    reader.pieces(0)
}

struct Reader<'a> {
    query: &'a Query,
    at: usize,
    end: usize,
}

impl Reader<'_> {
    fn pieces(&mut self, depth: usize) -> Result<Vec<Piece>, StatementError> {
        let mut pieces = Vec::new();
        let mut sql = String::new();
        while self.at < self.end {
            let rest = &self.query.sql[self.at..self.end];
            let piece = if let Some(length) = quoted(rest) {
                let length = length.ok_or_else(|| self.error("this quote is never closed"))?;
                sql.push_str(&rest[..length]);
                self.at += length;
                continue;
            } else if let Some(length) = comment(rest) {
                let length = length.ok_or_else(|| self.error("this comment is never closed"))?;
                sql.push(' ');
                self.at += length;
                continue;
            } else if rest.starts_with("::") {
                sql.push_str("::");
                self.at += 2;
                continue;
            } else if rest.starts_with(':') && word(&rest[1..]).is_some() {
                self.parameter(rest)?
            } else if rest.starts_with('$') {
                self.r#macro(depth)?
            } else {
                let length = rest.chars().next().map_or(1, char::len_utf8);
                sql.push_str(&rest[..length]);
                self.at += length;
                continue;
            };
            if !sql.is_empty() {
                pieces.push(Piece::Sql(std::mem::take(&mut sql)));
            }
            pieces.push(piece);
        }
        if !sql.is_empty() {
            pieces.push(Piece::Sql(sql));
        }
        Ok(pieces)
    }

    fn parameter(&mut self, rest: &str) -> Result<Piece, StatementError> {
        let (name, offset) = (word(&rest[1..]).unwrap_or_default().to_owned(), self.at);
        if name == "user" {
            let message = "attributes of the signed-in user are not available yet: use a variable";
            return Err(self.error(message));
        }
        self.at += 1 + name.len();
        Ok(Piece::Parameter { name, offset })
    }

    fn r#macro(&mut self, depth: usize) -> Result<Piece, StatementError> {
        let offset = self.at;
        let text = &self.query.sql[..self.end];
        let name = word(&text[offset + 1..]).unwrap_or_default().to_owned();
        let open = offset + 1 + name.len();
        if name.is_empty() || !text[open..].starts_with('(') {
            return Err(
                self.error("a macro is written as $name(…), for example $range(created_at)")
            );
        }
        if depth >= MAX_DEPTH {
            return Err(self.error("macros stand too deep inside each other"));
        }
        let mut arguments = Vec::new();
        let mut start = open + 1;
        loop {
            let stop = argument_end(text, start)
                .ok_or_else(|| self.error("this macro's parenthesis is never closed"))?;
            let mut inner = Reader { query: self.query, at: start, end: stop };
            arguments.push(inner.pieces(depth + 1)?);
            start = stop + 1;
            if text[stop..].starts_with(')') {
                break;
            }
        }
        self.at = start;
        let alias = alias(&text[start..]);
        Ok(Piece::Macro { name, arguments, alias, offset })
    }

    fn error(&self, message: &str) -> StatementError {
        StatementError::at(self.query, self.at, message)
    }
}

/// The length of a literal or quoted name at the start of `text`; `Some(None)` if never closed.
fn quoted(text: &str) -> Option<Option<usize>> {
    let quote = text.chars().next().filter(|c| ['\'', '"', '`'].contains(c))?;
    let mut characters = text.char_indices().skip(1).peekable();
    while let Some((i, c)) = characters.next() {
        if c != quote {
            continue;
        }
        // A doubled quote stands for itself.
        if characters.peek().is_some_and(|(_, next)| *next == quote) {
            characters.next();
        } else {
            return Some(Some(i + 1));
        }
    }
    Some(None)
}

/// The length of a comment at the start of `text`; `Some(None)` if never closed.
fn comment(text: &str) -> Option<Option<usize>> {
    if text.starts_with("--") {
        return Some(Some(text.find('\n').unwrap_or(text.len())));
    }
    text.starts_with("/*").then(|| text.find("*/").map(|end| end + 2))
}

/// Where the argument that starts at `start` ends: at a comma or the closing parenthesis.
fn argument_end(text: &str, start: usize) -> Option<usize> {
    let (mut at, mut depth) = (start, 0_usize);
    while at < text.len() {
        let rest = &text[at..];
        if let Some(length) = quoted(rest).or_else(|| comment(rest)) {
            at += length?;
            continue;
        }
        match rest.chars().next()? {
            '(' => depth += 1,
            ')' if depth == 0 => return Some(at),
            ')' => depth -= 1,
            ',' if depth == 0 => return Some(at),
            _ => {}
        }
        at += rest.chars().next().map_or(1, char::len_utf8);
    }
    None
}

/// The lower-case word at the start of `text`.
fn word(text: &str) -> Option<&str> {
    let length = text
        .find(|c: char| !(c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_'))
        .unwrap_or(text.len());
    let word = &text[..length];
    word.starts_with(|c: char| c.is_ascii_lowercase()).then_some(word)
}

/// `as name` at the start of `text`.
fn alias(text: &str) -> Option<String> {
    let rest = text.trim_start();
    let rest = rest.strip_prefix("as ").or_else(|| rest.strip_prefix("AS "))?.trim_start();
    match rest.strip_prefix('"') {
        Some(quoted) => quoted.split_once('"').map(|(name, _)| name.to_owned()),
        None => {
            let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
            (end > 0).then(|| rest[..end].to_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(sql: &str) -> Result<Vec<Piece>, StatementError> {
        parse(&Query::new(sql))
    }

    #[test]
    fn literals_comments_and_casts_are_left_alone() {
        let sql = "select ':a $b(' as \":c\", x::text -- :d\n/* $e( */ from t";
        let pieces = parsed(sql).unwrap();
        assert_eq!(
            pieces,
            vec![Piece::Sql("select ':a $b(' as \":c\", x::text  \n  from t".into())]
        );
    }

    #[test]
    fn macros_know_their_arguments_and_alias() {
        let pieces = parsed("select $bucket(coalesce(a, ','), month) as day").unwrap();
        let Piece::Macro { name, arguments, alias, offset } = &pieces[1] else { panic!() };
        assert_eq!((name.as_str(), arguments.len(), *offset), ("bucket", 2, 7));
        assert_eq!(alias.as_deref(), Some("day"));
    }

    #[test]
    fn errors_point_at_the_authors_line() {
        let query = Query { sql: "select 1\nfrom t where $range(a".into(), line: 10 };
        let error = parse(&query).unwrap_err();
        assert_eq!((error.line, error.column), (11, 14));
    }

    #[test]
    fn broken_text_is_an_error() {
        for bad in
            ["select 'a", "select \"a", "/* a", "$", "$x", "$X(a)", "$a(", "$a((b)", ":user.x"]
        {
            assert!(parsed(bad).is_err(), "{bad}");
        }
        assert!(parsed(&format!("select '{}'", "x".repeat(MAX_LENGTH))).is_err());
        assert!(parsed(&"$a(".repeat(10_000)).is_err());
    }

    proptest::proptest! {
        #[test]
        fn no_text_panics(text in "(\\PC|[$:'\"`()/*,\\-a-c \n]){0,60}") {
            let _ = parsed(&text);
        }
    }
}
