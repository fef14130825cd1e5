//! How the argument of a time macro is to be read: as an instant, or on which clock. Pure.

use super::column_clock::{Reader, Reading};
use super::macros::{self, MacroZone};
use super::origin::Origins;
use super::template::Piece;
use super::wall_clock;
use crate::dialect::Dialect;
use crate::error::StatementError;
use crate::syntax::{Clock, Part, TimeEncoding, ZoneUse};
use brisk_domain::{Query, ZoneName};

/// What is known about the columns of one statement.
#[derive(Clone, Copy)]
pub(super) struct Readings<'a> {
    pub(super) query: &'a Query,
    pub(super) origins: &'a Origins,
    pub(super) reader: Reader<'a>,
    /// The database's own clock, if it knows the zone of the view.
    pub(super) clock: Option<&'a dyn Clock>,
}

/// How a macro's argument is to be read.
pub(super) struct Read<'p> {
    /// What is written in place of the argument.
    pub(super) inner: Option<&'p [Piece]>,
    pub(super) reading: Reading,
}

impl Readings<'_> {
    /// How the first argument of the macro `name` is to be read; an argument that is just a `$local`
    /// is written without it.
    pub(super) fn read<'p>(
        &self,
        name: &str,
        arguments: &'p [Vec<Piece>],
        offset: usize,
    ) -> Result<Read<'p>, StatementError> {
        let first = arguments.first().and_then(|argument| only_macro(argument));
        let is_instant = Read { inner: None, reading: Reading::Instant };
        let takes_times = matches!(name, "range" | "time") || uses_wall_clock(name);
        match first {
            _ if name == "local" => {
                Ok(Read { inner: None, reading: self.local(arguments, offset)? })
            }
            Some(("local", local, at)) if takes_times => {
                let inner = local.first().map(Vec::as_slice);
                Ok(Read { inner, reading: self.local(local, at)? })
            }
            Some(_) => Ok(is_instant),
            // The session's clock tells types apart.
            _ if self.stands_in_zone() && self.reader.clocks.are_usual() => Ok(is_instant),
            _ if takes_times => {
                let origin = self.origins.arguments.get(&offset);
                match origin.and_then(|origin| self.reader.reading(origin)) {
                    Some(reading) => Ok(Read { inner: None, reading }),
                    // Types are still to be queried; a statement that cannot be parsed has none to
                    // query.
                    None if self.reader.types.is_empty() && !self.origins.arguments.is_empty() => {
                        Ok(is_instant)
                    }
                    None => match self.reader.unknown() {
                        Some(reading) => Ok(Read { inner: None, reading }),
                        None => {
                            let message = "Brisk cannot tell whether this has a time zone: write $time(e) \
                                           if it has one, $local(e) if it is the dashboard's wall clock, \
                                           $local(e, 'UTC') if it is in UTC";
                            Err(StatementError::at(self.query, offset, message))
                        }
                    },
                }
            }
            _ => Ok(is_instant),
        }
    }

    /// Whether the session is in the zone of the view.
    fn stands_in_zone(&self) -> bool {
        self.clock.is_some_and(|clock| clock.zone_use() == ZoneUse::Session)
    }

    /// How the argument of a `$local` is to be read.
    fn local(&self, arguments: &[Vec<Piece>], offset: usize) -> Result<Reading, StatementError> {
        let zone =
            match arguments.get(1).map(Vec::as_slice) {
                None => None,
                Some([Piece::Sql { text, .. }]) => {
                    let zone = ZoneName::parse(text.trim().trim_matches(['\'', '"']));
                    Some(zone.map_err(|error| {
                        StatementError::at(self.query, offset, error.to_string())
                    })?)
                }
                Some(_) => {
                    let message = "write the zone's name in quotes: $local(e, 'Europe/London')";
                    return Err(StatementError::at(self.query, offset, message));
                }
            };
        let origin = self.origins.arguments.get(&offset);
        Ok(self.reader.local(origin, zone.as_ref()))
    }
}

/// `expr` as an instant, unless it is one or is read on the view's clock.
pub(super) fn moment(
    Readings { reader, clock, .. }: &Readings<'_>,
    expr: &str,
    reading: &Reading,
) -> Result<String, macros::TooLong> {
    let (dialect, has_clock) = (reader.dialect, clock.is_some());
    match reading {
        Reading::InAnyForm { written, .. } if !expr.is_empty() => {
            Ok(format!("brisk_time({expr}, '{}', '{}')", written.name, reader.zone))
        }
        _ if expr.is_empty() => Ok(String::new()),
        Reading::Instant | Reading::OnViewsClock | Reading::InAnyForm { .. } => Ok(expr.to_owned()),
        Reading::TextInstant => Ok(dialect.syntax().decoded_time(TimeEncoding::Text, expr)),
        Reading::OnClock(clock) if clock.is_utc() && dialect == Dialect::Postgres => {
            Ok(format!("(({expr}) at time zone 'UTC')"))
        }
        Reading::OnClock(clock) if clock.is_utc() => {
            Ok(dialect.syntax().decoded_time(TimeEncoding::Text, expr))
        }
        // SQLite's functions here know every zone.
        Reading::OnClock(clock) if has_clock && dialect == Dialect::Sqlite => {
            let known = dialect.syntax().clock(&clock.name, &clock.offsets);
            Ok(known.wall_time(expr))
        }
        Reading::OnClock(clock) => {
            let zone =
                MacroZone { offsets: &clock.offsets, focus: None, wall_focus: None, is_cut: false };
            wall_clock::instant(dialect, expr, &zone)
        }
    }
}

/// The name, the arguments and the offset of the macro that `argument` consists of, if it is just one.
pub(super) fn only_macro(argument: &[Piece]) -> Option<(&str, &[Vec<Piece>], usize)> {
    let mut pieces = argument
        .iter()
        .filter(|piece| !matches!(piece, Piece::Sql { text, .. } if text.trim().is_empty()));
    match (pieces.next(), pieces.next()) {
        (Some(Piece::Macro { name, arguments, offset }), None) => Some((name, arguments, *offset)),
        _ => None,
    }
}

/// Whether the macro needs wall-clock times.
pub(super) fn uses_wall_clock(name: &str) -> bool {
    name == "bucket" || Part::parse(name).is_some()
}
