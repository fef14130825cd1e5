//! Writes a template's pieces in the dialect's SQL, and collects the values to bind. Pure.
//!
//! The details are in `chosen_values`, `with_null`, `with_instants` and `time_macros`.

use super::column_clock::Reader;
use super::expected::Expectations;
use super::macros::MacroZone;
use super::origin::Origins;
use super::parameters::BUILT_IN;
use super::places::Places;
use super::readings::Readings;
use super::segments::Focus;
use super::statement::{Bind, Chosen, Context};
use super::template::Piece;
use super::zones::ZoneClock;
use crate::dialect::Dialect;
use crate::error::StatementError;
use crate::syntax::Clock;
use brisk_domain::{AttributeName, Query, Selection, Timestamp, VariableName};
use std::collections::HashMap;

/// Encloses the number of a value until everything is written. It occurs in no statement.
const MARK: char = '\0';
/// Statements that macros make longer than this, in bytes, are refused: databases would take longer
/// to parse than to run them.
pub(super) const MAX_SQL: usize = 2 << 20;

/// A statement in the dialect's SQL.
pub(crate) struct Written {
    pub(crate) sql: String,
    /// The values in the order of their placeholders.
    pub(crate) binds: Vec<Bind>,
    /// Where the SQL comes from.
    pub(crate) places: Places,
    /// Whether it depends on the database's data about the zone.
    pub(crate) uses_clock: bool,
    /// The other zones on whose data in the database it depends.
    pub(crate) other_zones: Vec<ZoneClock>,
}

pub(crate) struct Writer<'a> {
    pub(super) query: &'a Query,
    pub(super) dialect: Dialect,
    pub(super) context: &'a Context<'a>,
    pub(super) zone: MacroZone<'a>,
    pub(super) expected: &'a Expectations,
    pub(super) readings: Readings<'a>,
    /// The database's own clock.
    pub(super) clock: Option<&'a dyn Clock>,
    /// Whether any macro has used it.
    pub(super) uses_clock: bool,
    /// The clocks on which the columns that it reads were written.
    pub(super) other_zones: Vec<ZoneClock>,
    pub(super) binds: Vec<Bind>,
    pub(super) places: Places,
    /// How many macros are being written whose arguments become part of their own SQL.
    pub(super) within: usize,
    /// The numbers of chosen values: there may be thousands.
    pub(super) chosen: HashMap<(String, String, Slot), usize>,
}

impl<'a> Writer<'a> {
    /// `clock` is the database's own, if it knows the dashboard's zone.
    pub(crate) fn new(
        query: &'a Query,
        context: &'a Context<'a>,
        expected: &'a Expectations,
        (origins, reader): (&'a Origins, Reader<'a>),
        clock: Option<&'a dyn Clock>,
    ) -> Self {
        let (binds, chosen, dialect) = (Vec::new(), HashMap::new(), reader.dialect);
        Self {
            query,
            dialect,
            context,
            zone: MacroZone {
                offsets: context.offsets,
                focus: None,
                wall_focus: None,
                is_cut: false,
            },
            expected,
            readings: Readings { query, origins, reader, clock },
            clock,
            uses_clock: false,
            other_zones: Vec::new(),
            binds,
            places: Places::default(),
            within: 0,
            chosen,
        }
    }

    /// The whole statement.
    pub(crate) fn write_all(mut self, pieces: &[Piece]) -> Result<Written, StatementError> {
        // A statement that does not use the range must be the same for every range.
        if self.clock.is_none() && uses_range(pieces) {
            let bounds = self.context.bounds;
            let from = self.bind(Bind::Int(bounds.from.seconds()));
            let to = self.bind(Bind::Int(bounds.to.seconds()));
            self.zone.focus = Some(Focus { bounds, from, to });
            let (bounds, from, to) = self.wall_range(self.context.offsets);
            self.zone.wall_focus = Some(Focus { bounds, from, to });
        }
        let mut marked = String::with_capacity(self.query.sql.len());
        self.write(pieces, &mut marked)?;
        // Databases count Unicode white space as letters.
        let is_blank = |c: char| c.is_ascii_whitespace();
        let started = marked.trim_start_matches(is_blank);
        let cut = marked.len() - started.len();
        let marked = started.trim_end_matches(|c| c == ';' || is_blank(c));
        let (uses_clock, other_zones) = (self.uses_clock, std::mem::take(&mut self.other_zones));
        let (sql, binds, places) = self.placed(marked, cut);
        Ok(Written { sql, binds, places, uses_clock, other_zones })
    }

    pub(super) fn write(
        &mut self,
        pieces: &[Piece],
        sql: &mut String,
    ) -> Result<(), StatementError> {
        let mut rest = pieces;
        while let [piece, behind @ ..] = rest {
            rest = behind;
            self.place(piece, sql.len());
            if let [Piece::Sql { text, .. }, high, behind @ ..] = behind
                && text.trim().eq_ignore_ascii_case("and")
                && self.between(piece, high, sql)
            {
                rest = behind;
                continue;
            }
            match piece {
                Piece::Sql { text, .. } => sql.push_str(text),
                Piece::Parameter { name, offset } if self.is_null_chosen(name, *offset) => {
                    rest = self.with_null(name, *offset, behind, sql)?;
                }
                Piece::Parameter { name, offset } => self.parameter(name, *offset, sql)?,
                Piece::Attribute { name, offset } => self.attribute(name, *offset, sql)?,
                Piece::Macro { name, arguments, offset } => {
                    self.r#macro(name, arguments, *offset, sql)?
                }
            }
        }
        Ok(())
    }

    pub(super) fn place(&mut self, piece: &Piece, at: usize) {
        if self.within == 0 {
            let (offset, is_authors) = match piece {
                Piece::Sql { offset, .. } => (*offset, true),
                Piece::Parameter { offset, .. }
                | Piece::Attribute { offset, .. }
                | Piece::Macro { offset, .. } => (*offset, false),
            };
            self.places.add(at, offset, is_authors);
        }
    }

    /// The SQL of a macro's argument.
    pub(super) fn argument(&mut self, pieces: &[Piece]) -> Result<String, StatementError> {
        let mut text = String::new();
        self.within += 1;
        let written = self.write(pieces, &mut text);
        self.within -= 1;
        written.map(|()| text)
    }

    pub(super) fn parameter(
        &mut self,
        name: &str,
        offset: usize,
        sql: &mut String,
    ) -> Result<(), StatementError> {
        let context = self.context;
        let text = match name {
            "from" => self.instant(context.bounds.from),
            "to" => self.instant(context.bounds.to),
            "interval" => self.bind(Bind::Text(context.interval.word().into())),
            "tz" => self.bind(Bind::Text(context.zone.as_str().into())),
            _ => return self.variable(name, offset, sql),
        };
        sql.push_str(&text);
        Ok(())
    }

    pub(super) fn variable(
        &mut self,
        name: &str,
        offset: usize,
        sql: &mut String,
    ) -> Result<(), StatementError> {
        let selection = self.selection(name, offset)?;
        if selection.is_all() {
            let message =
                format!("nothing is chosen for :{name}: write $optional(… :{name} …) around it");
            return Err(self.error(offset, message));
        }
        if self.values(&format!(":{name}"), offset, selection.values(), sql)? {
            return Ok(());
        }
        let message = format!("several values are chosen for :{name}: write in :{name}");
        Err(self.error(offset, message))
    }

    /// An attribute of the signed-in user; users without it get nothing.
    pub(super) fn attribute(
        &mut self,
        name: &str,
        offset: usize,
        sql: &mut String,
    ) -> Result<(), StatementError> {
        let values = AttributeName::parse(name).ok().and_then(|n| self.context.access.values(&n));
        let Some(values) = values else {
            let message = format!("the signed-in user has no attribute \"{name}\"");
            let error = self.error(offset, message);
            return Err(StatementError { lacks: Some(name.to_owned()), ..error });
        };
        if self.values(&format!(":user.{name}"), offset, &values, sql)? {
            return Ok(());
        }
        let message = format!("there may be several values of :user.{name}: write in :user.{name}");
        Err(self.error(offset, message))
    }

    /// The condition, or one that is always true if nothing is chosen.
    pub(super) fn optional(
        &mut self,
        arguments: &[Vec<Piece>],
        offset: usize,
        sql: &mut String,
    ) -> Result<(), StatementError> {
        let mut names = Vec::new();
        if let [condition] = arguments {
            variables(condition, &mut names);
        }
        let ([condition], false) = (arguments, names.is_empty()) else {
            let message =
                "$optional needs one condition with a variable: $optional(country in :country)";
            return Err(self.error(offset, message));
        };
        let mut all = true;
        for (name, at) in names {
            all &= self.selection(name, at)?.is_all();
        }
        if all {
            sql.push_str("(1 = 1)");
            return Ok(());
        }
        sql.push('(');
        self.write(condition, sql)?;
        sql.push(')');
        Ok(())
    }

    pub(super) fn selection(
        &self,
        name: &str,
        offset: usize,
    ) -> Result<&'a Selection, StatementError> {
        let variables = self.context.variables;
        let known = VariableName::parse(name).ok();
        known.and_then(|name| variables.get(&name)).ok_or_else(|| {
            let known: String = variables.keys().map(|v| format!(", :{v}")).collect();
            let message = format!(
                "the dashboard has no variable :{name}; there are :from, :to, :interval, :tz{known}"
            );
            self.error(offset, message)
        })
    }

    pub(super) fn instant(&mut self, at: Timestamp) -> String {
        let placeholder = self.bind(Bind::Int(at.seconds()));
        self.dialect.syntax().instant(&placeholder)
    }

    /// The marked number of `bind`; equal values share one.
    pub(super) fn bind(&mut self, bind: Bind) -> String {
        let known = self.binds.iter().position(|b| *b == bind);
        let at = known.unwrap_or_else(|| {
            self.binds.push(bind);
            self.binds.len() - 1
        });
        format!("{MARK}{at}{MARK}")
    }

    /// The marked number of a value of the parameter `name`. Equal values of one parameter share
    /// one, so that an expression with it equals itself in `group by`.
    pub(super) fn chosen(&mut self, name: &str, text: &str, offset: usize, slot: Slot) -> String {
        let (name, text) = (name.to_owned(), text.to_owned());
        let next = self.binds.len();
        let at = *self.chosen.entry((name.clone(), text.clone(), slot)).or_insert(next);
        if at == next {
            let is_number = slot == Slot::Number;
            self.binds.push(Bind::Chosen(Chosen { name, text, offset, is_number }));
        }
        format!("{MARK}{at}{MARK}")
    }

    /// The dialect's placeholders in place of the marked numbers, and only the values that have one.
    pub(super) fn placed(self, marked: &str, cut: usize) -> (String, Vec<Bind>, Places) {
        // Where parts start in the marked text and in the SQL.
        let (mut starts, mut at) = (Vec::new(), 0);
        let mut sql = String::with_capacity(marked.len());
        let mut placed: Vec<usize> = Vec::new();
        let mut positions: Vec<Option<usize>> = vec![None; self.binds.len()];
        let syntax = self.dialect.syntax();
        for (i, part) in marked.split(MARK).enumerate() {
            starts.push((at, sql.len()));
            at += part.len() + 1;
            // Every other part is a number.
            let number: Option<usize> = if i % 2 == 1 { part.parse().ok() } else { None };
            let Some(bind) = number else {
                sql.push_str(part);
                continue;
            };
            let known = positions.get(bind).copied().flatten();
            let shared = known.filter(|_| syntax.numbers_placeholders());
            let position = shared.unwrap_or_else(|| {
                placed.push(bind);
                placed.len() - 1
            });
            if let Some(known) = positions.get_mut(bind) {
                *known = Some(position);
            }
            sql.push_str(&syntax.placeholder(position + 1));
        }
        let binds = placed.iter().filter_map(|bind| self.binds.get(*bind).cloned());
        let places = self.places.moved(|at| {
            let at = at.saturating_sub(cut);
            let part = starts.partition_point(|(start, _)| *start <= at).saturating_sub(1);
            starts.get(part).map_or(0, |(start, moved)| (moved + at - start).min(sql.len()))
        });
        (sql, binds.collect(), places)
    }

    pub(super) fn error(&self, offset: usize, message: impl Into<String>) -> StatementError {
        StatementError::at(self.query, offset, message)
    }
}

/// The role of a placeholder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Slot {
    Text,
    Number,
    /// In place of a number, for a text that is not one.
    NoNumber,
}

/// The variables in `pieces`, and their offsets.
fn variables<'p>(pieces: &'p [Piece], names: &mut Vec<(&'p str, usize)>) {
    for piece in pieces {
        match piece {
            Piece::Parameter { name, offset } if !BUILT_IN.contains(&name.as_str()) => {
                names.push((name, *offset));
            }
            Piece::Macro { arguments, .. } => {
                for argument in arguments {
                    variables(argument, names);
                }
            }
            Piece::Sql { .. } | Piece::Parameter { .. } | Piece::Attribute { .. } => {}
        }
    }
}

fn uses_range(pieces: &[Piece]) -> bool {
    pieces.iter().any(|piece| match piece {
        Piece::Sql { .. } | Piece::Attribute { .. } => false,
        Piece::Parameter { name, .. } => matches!(name.as_str(), "from" | "to"),
        Piece::Macro { name, arguments, .. } => {
            name == "range" || arguments.iter().any(|argument| uses_range(argument))
        }
    })
}
