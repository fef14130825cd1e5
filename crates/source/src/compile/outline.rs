//! The statement as the parser reads it: simple stand-ins for macros and parameters, quick to
//! read and of the same shape, with the way back to the author's text. Pure.

use crate::template::Piece;
use crate::writer::BUILT_IN;
use crate::{Dialect, StatementError};
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
    /// A place for a value.
    stand_in: String,
}

#[derive(Clone, Copy)]
struct Origin {
    at: usize,
    offset: usize,
    /// Whether what follows is the author's text byte for byte.
    literal: bool,
}

impl<'a> Outline<'a> {
    pub(crate) fn of(query: &'a Query, pieces: &[Piece], dialect: Dialect) -> Self {
        let sql = String::with_capacity(query.sql.len());
        let mut outline = Self { query, sql, pieces: Vec::new(), stand_in: dialect.place(1) };
        outline.write(pieces);
        outline
    }

    /// An error at that place of the outline, shown at the author's.
    pub(crate) fn error(&self, location: Location, message: impl Into<String>) -> StatementError {
        StatementError::at(self.query, self.authors_offset(location), message)
    }

    /// Whether the place of a value that stands at `location` is one of ours, and not the author's.
    pub(crate) fn stands_in(&self, place: &str, location: Location) -> bool {
        let piece = self.byte(location).and_then(|at| self.piece(at));
        place == self.stand_in && piece.is_some_and(|piece| !piece.literal)
    }

    fn write(&mut self, pieces: &[Piece]) {
        for piece in pieces {
            match piece {
                Piece::Sql { text, offset } => {
                    self.origin(*offset, true);
                    self.sql.push_str(text);
                }
                Piece::Parameter { offset, .. } | Piece::Attribute { offset, .. } => {
                    // As a bound value: it can be no name, alias or type.
                    let list = list_position(&self.sql) == Some(ListPosition::AfterIn)
                        && !is_built_in(piece);
                    self.origin(*offset, false);
                    if list {
                        self.sql.push('(');
                    }
                    self.sql.push_str(&self.stand_in);
                    if list {
                        self.sql.push(')');
                    }
                }
                Piece::Macro { name, arguments, offset } => {
                    self.write_macro(name, arguments, *offset)
                }
            }
        }
    }

    fn write_macro(&mut self, name: &str, arguments: &[Vec<Piece>], offset: usize) {
        self.origin(offset, false);
        // In parentheses, as what will stand here: a function's name in front of it is then seen
        // for what it is. Two, so that these are no names of an alias's columns.
        self.sql.push('(');
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
            // Whatever else functions take, such as distinct or an alias, is no expression. The
            // writer tells of arguments that are missing.
            let is_missing = argument.is_empty();
            self.sql.push_str(if is_missing { "" } else { "(" });
            self.write(argument);
            if !is_missing {
                self.origin(offset, false);
                self.sql.push(')');
            }
        }
        self.origin(offset, false);
        self.sql.push_str("))");
    }

    fn origin(&mut self, offset: usize, literal: bool) {
        self.pieces.push(Origin { at: self.sql.len(), offset, literal });
    }

    /// Where in the author's text the outline's `location` comes from; no location (line 0) is
    /// the end, which is where a parser that misses something stops.
    fn authors_offset(&self, location: Location) -> usize {
        let Some(at) = self.byte(location) else {
            return self.query.sql.trim_end().len();
        };
        match self.piece(at) {
            Some(piece) if piece.literal => piece.offset + at - piece.at,
            Some(piece) => piece.offset,
            None => 0,
        }
    }

    /// The byte at `location`.
    fn byte(&self, location: Location) -> Option<usize> {
        let line = location.line.checked_sub(1)? as usize;
        let start: usize = self.sql.split_inclusive('\n').take(line).map(str::len).sum();
        let column = (location.column as usize).saturating_sub(1);
        let rest = &self.sql[start..];
        Some(start + rest.char_indices().nth(column).map_or(rest.len(), |(i, _)| i))
    }

    /// The piece that the byte `at` belongs to.
    fn piece(&self, at: usize) -> Option<Origin> {
        let after = self.pieces.partition_point(|piece| piece.at <= at);
        after.checked_sub(1).map(|i| self.pieces[i])
    }
}

/// Whether it is a parameter that has one value, always.
fn is_built_in(piece: &Piece) -> bool {
    matches!(piece, Piece::Parameter { name, .. } if BUILT_IN.contains(&name.as_str()))
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
    use crate::template::parse;

    #[test]
    fn places_lead_back_to_the_authors_text() {
        let query = Query::new("select $bucket(at) as dé,\n :tz as zone, wrong /* x */ here");
        let pieces = parse(&query, Dialect::Sqlite).unwrap();
        let outline = Outline::of(&query, &pieces, Dialect::Sqlite);
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
