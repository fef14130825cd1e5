//! The statement as the parser reads it: simple stand-ins for macros and parameters, quick to
//! read and of the same shape, with the way back to the author's text. Pure.

use crate::StatementError;
use crate::template::Piece;
use brisk_domain::Query;
use sqlparser::tokenizer::Location;

/// What the name of a macro's stand-in starts with.
pub(crate) const MACRO: &str = "brisk_";

/// The statement with stand-ins.
pub(crate) struct Outline<'a> {
    query: &'a Query,
    pub(crate) sql: String,
    /// From which byte of `sql` on which piece stands, and where the author wrote it.
    pieces: Vec<Origin>,
}

#[derive(Clone, Copy)]
struct Origin {
    at: usize,
    offset: usize,
    /// Whether what follows is the author's text byte for byte.
    literal: bool,
}

impl<'a> Outline<'a> {
    pub(crate) fn of(query: &'a Query, pieces: &[Piece]) -> Self {
        let mut outline =
            Self { query, sql: String::with_capacity(query.sql.len()), pieces: Vec::new() };
        outline.write(pieces);
        outline
    }

    /// An error at that place of the outline, shown at the author's.
    pub(crate) fn error(&self, location: Location, message: impl Into<String>) -> StatementError {
        StatementError::at(self.query, self.authors_offset(location), message)
    }

    fn write(&mut self, pieces: &[Piece]) {
        for piece in pieces {
            match piece {
                Piece::Sql { text, offset } => {
                    self.origin(*offset, true);
                    self.sql.push_str(text);
                }
                Piece::Parameter { offset, .. } | Piece::Attribute { offset, .. } => {
                    let stand_in = match list_position(&self.sql) {
                        Some(ListPosition::AfterIn) => "(null)",
                        Some(ListPosition::InParentheses) | None => "null",
                    };
                    self.origin(*offset, false);
                    self.sql.push_str(stand_in);
                }
                Piece::Macro { name, arguments, offset } => {
                    self.write_macro(name, arguments, *offset)
                }
            }
        }
    }

    fn write_macro(&mut self, name: &str, arguments: &[Vec<Piece>], offset: usize) {
        self.origin(offset, false);
        // Conditions are no function's arguments.
        if !matches!(name, "optional" | "range") {
            self.sql.push_str(MACRO);
            self.sql.push_str(name);
        }
        self.sql.push('(');
        for (i, argument) in arguments.iter().enumerate() {
            if i > 0 {
                self.sql.push(',');
            }
            self.write(argument);
        }
        self.origin(offset, false);
        self.sql.push(')');
    }

    fn origin(&mut self, offset: usize, literal: bool) {
        self.pieces.push(Origin { at: self.sql.len(), offset, literal });
    }

    /// Where in the author's text the outline's `location` comes from; no location (line 0) is
    /// the end, which is where a parser that misses something stops.
    fn authors_offset(&self, location: Location) -> usize {
        if location.line == 0 {
            return self.query.sql.trim_end().len();
        }
        let line = (location.line - 1) as usize;
        let start: usize = self.sql.split_inclusive('\n').take(line).map(str::len).sum();
        let column = (location.column as usize).saturating_sub(1);
        let rest = &self.sql[start..];
        let at = start + rest.char_indices().nth(column).map_or(rest.len(), |(i, _)| i);
        let after = self.pieces.partition_point(|piece| piece.at <= at);
        match after.checked_sub(1).map(|i| self.pieces[i]) {
            Some(piece) if piece.literal => piece.offset + at - piece.at,
            Some(piece) => piece.offset,
            None => 0,
        }
    }
}

/// Where a list of values may stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ListPosition {
    /// Behind `in`, so that the list brings its parentheses.
    AfterIn,
    /// Behind `in (`, where they are there.
    InParentheses,
}

/// Whether a list of values may stand at the end of `sql`.
pub(crate) fn list_position(sql: &str) -> Option<ListPosition> {
    let sql = sql.trim_end();
    match sql.strip_suffix('(') {
        Some(before) => ends_with_in(before.trim_end()).then_some(ListPosition::InParentheses),
        None => ends_with_in(sql).then_some(ListPosition::AfterIn),
    }
}

fn ends_with_in(sql: &str) -> bool {
    let mut letters = sql.chars().rev();
    let (n, i) = (letters.next(), letters.next());
    matches!((i, n), (Some('i' | 'I'), Some('n' | 'N')))
        && letters.next().is_none_or(|c| !(c.is_alphanumeric() || c == '_'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Dialect;
    use crate::template::parse;

    #[test]
    fn places_lead_back_to_the_authors_text() {
        let query = Query::new("select $bucket(at) as dé,\n :tz as zone, wrong /* x */ here");
        let pieces = parse(&query, Dialect::Sqlite).unwrap();
        let outline = Outline::of(&query, &pieces);
        for word in ["select", "as dé", "as zone", "wrong", "here"] {
            let (line, before) = {
                let at = outline.sql.find(word).unwrap();
                let before = &outline.sql[..at];
                let line = before.matches('\n').count() as u64 + 1;
                (line, before.rsplit('\n').next().unwrap().chars().count() as u64)
            };
            let found = outline.authors_offset(Location::new(line, before + 1));
            assert!(query.sql[found..].starts_with(word), "{word}");
        }
    }

    #[test]
    fn lists_stand_behind_in() {
        assert_eq!(list_position("a in "), Some(ListPosition::AfterIn));
        assert_eq!(list_position("a not IN\n("), Some(ListPosition::InParentheses));
        for other in ["begin", "a = ", "(", "min(", "a in (1,", ""] {
            assert_eq!(list_position(other), None, "{other}");
        }
    }
}
