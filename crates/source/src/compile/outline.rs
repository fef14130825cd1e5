//! The statement that the parser gets: short stand-ins of the same shape in place of macros and
//! parameters, and the positions that they have in the author's text. Pure.

use super::parameters::{BUILT_IN, ListPosition, list_position};
use super::template::Piece;
use crate::dialect::Dialect;
use crate::error::StatementError;
use brisk_domain::Query;
use sqlparser::tokenizer::Location;
use std::collections::BTreeSet;

/// What the name of a macro's stand-in starts with.
pub(crate) const MACRO: &str = "brisk_";

/// The statement with stand-ins.
pub(crate) struct Outline<'a> {
    query: &'a Query,
    pub(crate) sql: String,
    /// Where each piece starts in `sql` and in the author's text.
    pieces: Vec<Origin>,
    /// A placeholder for a value.
    stand_in: String,
    /// The offsets of variables and attributes in the author's text.
    chosen: BTreeSet<usize>,
    /// Where each line of `sql` starts, and whether it is ASCII: there may be thousands of
    /// locations to look up.
    lines: Vec<(usize, bool)>,
}

#[derive(Clone, Copy)]
struct Origin {
    at: usize,
    offset: usize,
    /// Whether the piece is the author's text, byte for byte.
    literal: bool,
}

impl<'a> Outline<'a> {
    pub(crate) fn of(query: &'a Query, pieces: &[Piece], dialect: Dialect) -> Self {
        let sql = String::with_capacity(query.sql.len());
        let stand_in = dialect.syntax().placeholder(1);
        let mut outline = Self {
            query,
            sql,
            pieces: Vec::new(),
            stand_in,
            chosen: BTreeSet::new(),
            lines: Vec::new(),
        };
        outline.write(pieces);
        let mut start = 0;
        for line in outline.sql.split_inclusive('\n') {
            outline.lines.push((start, line.is_ascii()));
            start += line.len();
        }
        outline
    }

    /// An error at `location` of the outline, reported at its position in the author's text.
    pub(crate) fn error(&self, location: Location, message: impl Into<String>) -> StatementError {
        StatementError::at(self.query, self.authors_offset(location), message)
    }

    /// Whether the placeholder at `location` is a stand-in rather than the author's own.
    pub(crate) fn stands_in(&self, placeholder: &str, location: Location) -> bool {
        let piece = self.byte(location).and_then(|at| self.piece(at));
        placeholder == self.stand_in && piece.is_some_and(|piece| !piece.literal)
    }

    /// Where the variable or attribute whose stand-in is at `location` stands in the author's text.
    pub(crate) fn chosen_at(&self, location: Location) -> Option<usize> {
        let piece = self.piece(self.byte(location)?)?;
        self.chosen.contains(&piece.offset).then_some(piece.offset)
    }

    /// Where the macro whose stand-in is at `location` stands in the author's text.
    pub(crate) fn macro_at(&self, location: Location) -> Option<usize> {
        let piece = self.piece(self.byte(location)?)?;
        (!piece.literal).then_some(piece.offset)
    }

    /// An error at byte `at` of the outline.
    pub(crate) fn error_at(&self, at: usize, message: impl Into<String>) -> StatementError {
        StatementError::at(self.query, self.authors_offset_of(at), message)
    }

    /// The stand-in for a value at byte `at`, and where the variable or attribute that it stands for is
    /// in the author's text.
    pub(crate) fn value_at(&self, at: usize) -> Option<(usize, Option<usize>)> {
        let piece = self.piece(at).filter(|piece| !piece.literal)?;
        let is_value = self.sql.get(at..)?.starts_with(&self.stand_in);
        let chosen = self.chosen.contains(&piece.offset).then_some(piece.offset);
        is_value.then_some((self.stand_in.len(), chosen))
    }

    /// Whether byte `at` is the author's text.
    pub(crate) fn is_authors(&self, at: usize) -> bool {
        self.piece(at).is_some_and(|piece| piece.literal)
    }

    /// Whether there are any variables or attributes.
    pub(crate) fn has_chosen(&self) -> bool {
        !self.chosen.is_empty()
    }

    fn write(&mut self, pieces: &[Piece]) {
        for piece in pieces {
            match piece {
                Piece::Sql { text, offset } => {
                    self.origin(*offset, true);
                    self.sql.push_str(text);
                }
                Piece::Parameter { offset, .. } | Piece::Attribute { offset, .. } => {
                    // A placeholder, so that it cannot be read as a name, an alias or a type.
                    let list = list_position(&self.sql) == Some(ListPosition::AfterIn)
                        && !is_built_in(piece);
                    self.origin(*offset, false);
                    if !is_built_in(piece) {
                        self.chosen.insert(*offset);
                    }
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
        // In parentheses, as the expansion will be: a function's name in front of it is then read
        // as a call. Two pairs, so that they are not read as an alias's column names.
        self.sql.push('(');
        // Conditions cannot be a function's argument.
        if name != "optional" {
            self.sql.push_str(MACRO);
            self.sql.push_str(name);
        }
        self.sql.push('(');
        for (i, argument) in arguments.iter().enumerate() {
            if i > 0 {
                self.sql.push(',');
            }
            // In parentheses only an expression is accepted, and nothing else that functions take,
            // such as `distinct` or an alias. The writer reports missing arguments.
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

    /// The position in the author's text of the outline's `location`. No location (line 0) means
    /// the end, where a parser stops if something is missing.
    fn authors_offset(&self, location: Location) -> usize {
        let Some(at) = self.byte(location) else {
            return self.query.sql.trim_end().len();
        };
        self.authors_offset_of(at)
    }

    pub(crate) fn authors_offset_of(&self, at: usize) -> usize {
        match self.piece(at) {
            Some(piece) if piece.literal => piece.offset + at - piece.at,
            Some(piece) => piece.offset,
            None => 0,
        }
    }

    /// The byte at `location`.
    fn byte(&self, location: Location) -> Option<usize> {
        let line = location.line.checked_sub(1)? as usize;
        let Some((start, is_ascii)) = self.lines.get(line).copied() else {
            return Some(self.sql.len());
        };
        let column = (location.column as usize).saturating_sub(1);
        let rest = &self.sql[start..];
        if is_ascii {
            return Some(start + column.min(rest.len()));
        }
        Some(start + rest.char_indices().nth(column).map_or(rest.len(), |(i, _)| i))
    }

    /// The piece that the byte `at` belongs to.
    fn piece(&self, at: usize) -> Option<Origin> {
        let after = self.pieces.partition_point(|piece| piece.at <= at);
        after.checked_sub(1).map(|i| self.pieces[i])
    }
}

/// Whether it is a parameter that always has exactly one value.
fn is_built_in(piece: &Piece) -> bool {
    matches!(piece, Piece::Parameter { name, .. } if BUILT_IN.contains(&name.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compile::template::parse;

    #[test]
    fn locations_lead_back_to_the_authors_text() {
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
}
