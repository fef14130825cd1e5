//! Writes a template's pieces in the dialect's SQL, and collects the values to bind. Pure.

use super::chosen_text::{is_at_end, is_canonical, is_number, take_comparison, without_operator};
use super::column_clock::{Reader, Reading};
use super::expected::{Comparison, Expectations, Expected};
use super::macros::{self, MacroZone};
use super::operand::Class;
use super::origin::Origins;
use super::parameters::{BUILT_IN, ListPosition, list_position};
use super::places::Places;
use super::readings::{Readings, moment, only_macro};
use super::segments::Focus;
use super::statement::{Bind, Chosen, Context};
use super::template::Piece;
use super::zones::ZoneClock;
use super::{instant_choice, null_choice, time_encodings, wall_clock};
use crate::dialect::Dialect;
use crate::error::StatementError;
use crate::syntax::{Clock, Part};
use brisk_domain::choice::instant_of;
use brisk_domain::{
    AttributeName, Bounds, Interval, Query, Selection, Timestamp, VariableName, ZoneOffsets,
};
use std::collections::HashMap;

/// Encloses the number of a value until everything is written. It occurs in no statement.
const MARK: char = '\0';
/// Statements that macros make longer than this, in bytes, are refused: databases would take longer
/// to parse than to run them.
const MAX_SQL: usize = 2 << 20;

/// A statement in the dialect's SQL.
pub(crate) struct Written {
    pub(crate) sql: String,
    /// The values in the order of their placeholders.
    pub(crate) binds: Vec<Bind>,
    /// Where the SQL comes from.
    pub(crate) places: Places,
    /// Whether it depends on what the database knows of the zone.
    pub(crate) uses_clock: bool,
    /// The other zones of which it depends on what the database knows.
    pub(crate) other_zones: Vec<ZoneClock>,
}

pub(crate) struct Writer<'a> {
    query: &'a Query,
    dialect: Dialect,
    context: &'a Context<'a>,
    zone: MacroZone<'a>,
    expected: &'a Expectations,
    readings: Readings<'a>,
    /// The database's own.
    clock: Option<&'a dyn Clock>,
    /// Whether any macro has used it.
    uses_clock: bool,
    /// On whose clocks columns were written that it reads.
    other_zones: Vec<ZoneClock>,
    binds: Vec<Bind>,
    places: Places,
    /// How many macros are being written whose arguments become a part of their own SQL.
    within: usize,
    /// The numbers of chosen values: there may be thousands.
    chosen: HashMap<(String, String, Slot), usize>,
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
            zone: MacroZone { offsets: context.offsets, focus: None, wall_focus: None },
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
        // A statement that does not use the range has to be the same for every range.
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
        // Databases take Unicode white space for letters.
        let is_blank = |c: char| c.is_ascii_whitespace();
        let started = marked.trim_start_matches(is_blank);
        let cut = marked.len() - started.len();
        let marked = started.trim_end_matches(|c| c == ';' || is_blank(c));
        let (uses_clock, other_zones) = (self.uses_clock, std::mem::take(&mut self.other_zones));
        let (sql, binds, places) = self.placed(marked, cut);
        Ok(Written { sql, binds, places, uses_clock, other_zones })
    }

    fn write(&mut self, pieces: &[Piece], sql: &mut String) -> Result<(), StatementError> {
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

    fn place(&mut self, piece: &Piece, at: usize) {
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
    fn argument(&mut self, pieces: &[Piece]) -> Result<String, StatementError> {
        let mut text = String::new();
        self.within += 1;
        let written = self.write(pieces, &mut text);
        self.within -= 1;
        written.map(|()| text)
    }

    fn parameter(
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

    fn variable(
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

    fn is_null_chosen(&self, name: &str, offset: usize) -> bool {
        !BUILT_IN.contains(&name) && self.selection(name, offset).is_ok_and(Selection::has_null)
    }

    /// A variable whose chosen values include NULL; returns what of `behind` is left to write.
    fn with_null<'p>(
        &mut self,
        name: &str,
        offset: usize,
        behind: &'p [Piece],
        sql: &mut String,
    ) -> Result<&'p [Piece], StatementError> {
        let values = self.selection(name, offset)?.values();
        let refused = || {
            let message = format!(
                "NULL is chosen for :{name}, which x = :{name}, x <> :{name} and x in :{name} compare \
                 with it: write one of these, with the column on the left"
            );
            self.error(offset, message)
        };
        let Some(position) = list_position(sql) else {
            return match values {
                [] if null_choice::write(sql, self.dialect) => Ok(behind),
                [] => Err(refused()),
                _ => {
                    let message =
                        format!("several values are chosen for :{name}: write in :{name}");
                    Err(self.error(offset, message))
                }
            };
        };
        // What closes the list.
        let closing = match (position, behind) {
            (ListPosition::AfterIn, _) => None,
            (ListPosition::InParentheses, [Piece::Sql { text, offset }, rest @ ..])
                if text.trim_start().starts_with(')') =>
            {
                let after = text.trim_start().get(1..).unwrap_or_default();
                Some((after, offset + text.len() - after.len(), rest))
            }
            (ListPosition::InParentheses, _) => return Err(refused()),
        };
        if values.is_empty() {
            let is_not = null_choice::take_in(sql);
            sql.push_str(if is_not { "is not null" } else { "is null" });
        } else {
            let is_not = null_choice::is_not_in(sql);
            self.values(&format!(":{name}"), offset, values, sql)?;
            if closing.is_some() {
                sql.push(')');
            }
            // With NULL on its left, `in` is unknown; so is `not in`, which leaves it out.
            if !is_not {
                sql.push_str(" is not false");
            }
        }
        let Some((text, offset, rest)) = closing else { return Ok(behind) };
        if self.within == 0 {
            self.places.add(sql.len(), offset, true);
        }
        sql.push_str(text);
        Ok(rest)
    }

    /// An attribute of the signed-in user; users without it get nothing.
    fn attribute(
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

    /// Writes the placeholders of the `values` of the parameter `name`, one or a list; false where a
    /// list is not allowed.
    fn values(
        &mut self,
        name: &str,
        offset: usize,
        values: &[String],
        sql: &mut String,
    ) -> Result<bool, StatementError> {
        let expected = self.expected.get(&offset);
        let position = list_position(sql);
        if position.is_none() && values.len() != 1 {
            return Ok(false);
        }
        let comparison = expected.map(|expected| expected.comparison);
        if let Some(texts) = self.instants(name, offset, values) {
            return self.placed_instants(texts, (name, offset), position, sql).map(|()| true);
        }
        if position != Some(ListPosition::InParentheses)
            && self.by_kind_of_cell(name, offset, values, expected, sql)
        {
            return Ok(true);
        }
        let mut placeholders = Vec::new();
        for text in values {
            match self.form(expected) {
                Form::Text => placeholders.push(self.chosen(name, text, offset, Slot::Text)),
                Form::Told => {
                    let value = self.chosen(name, text, offset, Slot::Text);
                    // One value beside a column of whole numbers is made 0 without a word.
                    let is_silent = values.len() == 1 && !is_number(text);
                    placeholders.push(if is_silent {
                        format!("concat({value}, '')")
                    } else {
                        value
                    });
                }
                Form::Number => placeholders.push(self.number(name, text, offset)?),
                // A column of text is compared with the text, one of numbers with the number.
                Form::Either if position.is_some() => {
                    placeholders.extend(self.either(name, text, offset));
                }
                // With NULL on its left, it is neither unknown nor true.
                Form::Either if is_at_end(sql).is_some() => {
                    let operand = expected.and_then(|expected| expected.operand.clone());
                    match operand {
                        Some(operand) if is_number(text) => {
                            let number = self.chosen(name, text, offset, Slot::Number);
                            let text = self.chosen(name, text, offset, Slot::Text);
                            sql.push_str(&format!(
                                "(case typeof({operand}) when 'text' then {text} else {number} end)"
                            ));
                        }
                        Some(_) => sql.push_str(&self.chosen(name, text, offset, Slot::Text)),
                        None => {
                            let [number, text] = self.either(name, text, offset);
                            let (start, is_not) = is_at_end(sql).unwrap_or((sql.len(), false));
                            sql.truncate(start);
                            sql.push_str(&match is_not {
                                true => format!("not in ({number}, {text}) is not false"),
                                false => format!("in ({number}, {text}) is true"),
                            });
                        }
                    }
                    return Ok(true);
                }
                Form::Either => {
                    let is_a_number = is_number(text);
                    let [number, text] = self.either(name, text, offset);
                    let among = match comparison {
                        Some(Comparison::Equal) => without_operator(sql, &["==", "="], "in"),
                        Some(Comparison::NotEqual) => {
                            without_operator(sql, &["<>", "!="], "not in")
                        }
                        _ => false,
                    };
                    let operand = expected.and_then(|expected| expected.operand.as_ref());
                    match operand {
                        _ if among => sql.push_str(&format!("({number}, {text})")),
                        Some(operand) => {
                            // A number is no more and no less than what is none.
                            let number = if is_a_number { number } else { "null".to_owned() };
                            sql.push_str(&format!(
                                "(case typeof({operand}) when 'text' then {text} else {number} end)"
                            ));
                        }
                        None => sql.push_str(&text),
                    }
                    return Ok(true);
                }
            }
        }
        let listed = placeholders.join(", ");
        match position {
            Some(ListPosition::AfterIn) => sql.push_str(&format!("({listed})")),
            Some(ListPosition::InParentheses) | None => sql.push_str(&listed),
        }
        Ok(true)
    }

    /// The placeholders of `values`, if any of them is an instant for what they are compared with.
    fn instants(&mut self, name: &str, offset: usize, values: &[String]) -> Option<Vec<String>> {
        let origin = self.readings.origins.compared.get(&offset)?;
        let (reader, shown) = (self.readings.reader, self.context.offsets);
        let bound = |text: &String| {
            instant_of(text).and_then(|at| instant_choice::bound(&reader, origin, at, shown))
        };
        let bounds: Vec<Option<Vec<instant_choice::Form>>> = values.iter().map(bound).collect();
        if bounds.iter().all(Option::is_none) {
            return None;
        }
        let forms = values.iter().zip(bounds).flat_map(|(text, bound)| {
            bound.unwrap_or_else(|| vec![instant_choice::Form::Text(text.clone())])
        });
        let placeholder = |form| match form {
            instant_choice::Form::Number(text) => self.chosen(name, &text, offset, Slot::Number),
            instant_choice::Form::Text(text) => self.chosen(name, &text, offset, Slot::Text),
        };
        Some(forms.map(placeholder).collect())
    }

    /// Writes the placeholders of instants, several of which may stand for one value.
    fn placed_instants(
        &self,
        placeholders: Vec<String>,
        (name, offset): (&str, usize),
        position: Option<ListPosition>,
        sql: &mut String,
    ) -> Result<(), StatementError> {
        let listed = placeholders.join(", ");
        match position {
            Some(ListPosition::AfterIn) => sql.push_str(&format!("({listed})")),
            Some(ListPosition::InParentheses) => sql.push_str(&listed),
            None if placeholders.len() == 1 => sql.push_str(&listed),
            None => {
                let is_list = without_operator(sql, &["<>", "!="], "not in")
                    || !["<=", ">="].iter().any(|operator| sql.trim_end().ends_with(operator))
                        && without_operator(sql, &["==", "="], "in");
                if !is_list {
                    let message = format!(
                        "the times of this column are text, which {name} is compared with by = or in \
                         alone: write $time(…) around the column"
                    );
                    return Err(self.error(offset, message));
                }
                sql.push_str(&format!("({listed})"));
            }
        }
        Ok(())
    }

    /// How `text` is bound. PostgreSQL says itself what it takes a parameter for.
    fn form(&self, expected: Option<&Expected>) -> Form {
        match (self.dialect, expected.map(|expected| expected.class)) {
            (Dialect::Postgres, _) | (_, None | Some(Class::Text)) => Form::Text,
            (_, Some(Class::Number)) => Form::Number,
            // Its columns compare text that is a number with numbers, and use their indexes.
            (Dialect::MySql, Some(Class::Unknown)) => Form::Told,
            (Dialect::Sqlite, Some(Class::Unknown)) => Form::Either,
        }
    }

    /// A value that has to be a number.
    fn number(&mut self, name: &str, text: &str, offset: usize) -> Result<String, StatementError> {
        let is_number = is_number(text);
        if !is_number && self.context.access.is_anybody() {
            return Ok(self.chosen(name, text, offset, Slot::Text));
        }
        if !is_number {
            let message = format!("{name} is not a number, which the statement needs there");
            let error = self.error(offset, message);
            return Err(match name.strip_prefix(":user.") {
                Some(attribute) => StatementError { unfit: Some(attribute.to_owned()), ..error },
                None => StatementError { value: Some(text.to_owned()), ..error },
            });
        }
        // MySQL compares text with numbers as floats, which hold no long decimals.
        if self.dialect == Dialect::MySql && text.parse::<i64>().is_err() {
            let decimals = text.split_once('.').map_or(0, |(_, decimals)| decimals.len());
            let value = self.chosen(name, text, offset, Slot::Text);
            return Ok(format!("cast({value} as decimal(65, {}))", decimals.min(30)));
        }
        Ok(self.chosen(name, text, offset, Slot::Number))
    }

    /// Writes a comparison of a column of SQLite once for its cells that are texts and once for the others, in
    /// place of the one that `sql` ends with: where the order matters, and for numbers that SQLite itself
    /// writes in another form. Its planner then searches an index on the column. False where nothing was
    /// written.
    fn by_kind_of_cell(
        &mut self,
        name: &str,
        offset: usize,
        values: &[String],
        expected: Option<&Expected>,
        sql: &mut String,
    ) -> bool {
        let Form::Either = self.form(expected) else { return false };
        let Some((operand, comparison)) =
            expected.and_then(|e| Some((e.operand.as_ref()?, e.comparison)))
        else {
            return false;
        };
        let is_other_form =
            |text: &String| text.contains('.') && is_number(text) && !is_canonical(text);
        if comparison != Comparison::Other && !values.iter().any(is_other_form) {
            return false;
        }
        // Of `between` this is one end only.
        if ends_with_between(sql) {
            return false;
        }
        let Some(operator) = take_comparison(sql, operand) else { return false };
        let mut numbers = Vec::new();
        for text in values.iter().filter(|text| is_number(text)) {
            numbers.push(self.chosen(name, text, offset, Slot::Number));
        }
        let texts = values.iter().map(|text| self.chosen(name, text, offset, Slot::Text));
        let texts = texts.collect::<Vec<_>>().join(", ");
        let numbers = match numbers.is_empty() {
            // A number is no more and no less than what is none.
            true => "null".to_owned(),
            false => numbers.join(", "),
        };
        let [open, close] = if operator.ends_with("in") { ["(", ")"] } else { ["", ""] };
        sql.push_str(&format!(
            "((typeof({operand}) <> 'text' and {operand} {operator} {open}{numbers}{close}) \
             or (typeof({operand}) = 'text' and {operand} {operator} {open}{texts}{close}))"
        ));
        true
    }

    /// Writes `operand between low and high`, whose ends are chosen, in the same way. False where nothing was
    /// written.
    fn between(&mut self, low: &Piece, high: &Piece, sql: &mut String) -> bool {
        let (Some(low), Some(high)) = (self.one_value(low), self.one_value(high)) else {
            return false;
        };
        let of = |offset| self.expected.get(&offset);
        let (Some(first), Some(second)) = (of(low.1), of(high.1)) else { return false };
        let Form::Either = self.form(Some(first)) else { return false };
        let Some(operand) = first.operand.clone().filter(|_| first.operand == second.operand)
        else {
            return false;
        };
        if !ends_with_between(sql) {
            return false;
        }
        let Some(operator) = take_comparison(sql, &operand) else { return false };
        let mut ends = |slot: Slot| {
            [&low, &high].map(|(name, offset, text)| match slot {
                Slot::Number if !is_number(text) => "null".to_owned(),
                slot => self.chosen(name, text, *offset, slot),
            })
        };
        let ([low_number, high_number], [low, high]) = (ends(Slot::Number), ends(Slot::Text));
        sql.push_str(&format!(
            "((typeof({operand}) <> 'text' and {operand} {operator} {low_number} and {high_number}) \
             or (typeof({operand}) = 'text' and {operand} {operator} {low} and {high}))"
        ));
        true
    }

    /// The name, the place and the only value of a parameter that is chosen, or of an attribute.
    fn one_value(&self, piece: &Piece) -> Option<(String, usize, String)> {
        let (name, offset, values) = match piece {
            Piece::Parameter { name, offset } if !BUILT_IN.contains(&name.as_str()) => {
                let selection = self.selection(name, *offset).ok().filter(|s| !s.has_null())?;
                (format!(":{name}"), *offset, selection.values().to_vec())
            }
            Piece::Attribute { name, offset } => {
                let values = self.context.access.values(&AttributeName::parse(name).ok()?)?;
                (format!(":user.{name}"), *offset, values)
            }
            _ => return None,
        };
        let [value] = values.as_slice() else { return None };
        Some((name, offset, value.clone()))
    }

    /// The number and the text that `text` may mean. What is no number is text twice, so that the
    /// SQL is the same for every value.
    fn either(&mut self, name: &str, text: &str, offset: usize) -> [String; 2] {
        let number = if is_canonical(text) { Slot::Number } else { Slot::NoNumber };
        [self.chosen(name, text, offset, number), self.chosen(name, text, offset, Slot::Text)]
    }

    fn r#macro(
        &mut self,
        name: &str,
        arguments: &[Vec<Piece>],
        offset: usize,
        sql: &mut String,
    ) -> Result<(), StatementError> {
        if name == "optional" {
            return self.optional(arguments, offset, sql);
        }
        if name == "range"
            && let [argument] = arguments
            && self.range_of_numbers(argument, sql)?
        {
            return Ok(());
        }
        let read = self.readings.read(name, arguments, offset)?;
        let mut texts = Vec::new();
        for (i, argument) in arguments.iter().enumerate() {
            let text = self.argument(read.inner.filter(|_| i == 0).unwrap_or(argument))?;
            texts.push(text.trim().to_owned());
        }
        // What was written on another clock becomes an instant before anything else: in the database's own
        // words, or by the lookup.
        let dialect = self.dialect;
        let has_expression = texts.first().is_some_and(|expr| !expr.is_empty());
        let clock = match &read.reading {
            Reading::OnClock(written) if name != "range" && has_expression && !written.is_utc() => {
                self.clock.and_then(|clock| clock.of_times_on(written))
            }
            _ => None,
        };
        if let (Some(_), Reading::OnClock(written)) = (&clock, &read.reading) {
            self.uses_clock = true;
            if !self.other_zones.contains(written) {
                self.other_zones.push(written.clone());
            }
        } else if let (Some(expr), false) = (texts.first_mut(), name == "range") {
            *expr = moment(&self.readings, expr, &read.reading)
                .map_err(|_| self.too_long(name, offset))?;
        }
        let clock = clock.as_deref().or(self.clock);
        let is_local = read.reading == Reading::OnViewsClock;
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let expansion = match (name, texts.as_slice()) {
            (_, [] | ["", ..]) => {
                let message = format!("${name} needs an expression: ${name}(created_at)");
                return Err(self.error(offset, message));
            }
            ("range", [expr]) => {
                let offsets = match &read.reading {
                    Reading::OnViewsClock => Some(self.context.offsets),
                    Reading::OnClock(clock) => Some(&*clock.offsets),
                    Reading::Instant | Reading::TextInstant | Reading::InAnyForm { .. } => None,
                };
                match offsets {
                    // Wall-clock times are compared as such, so that an index on them is used.
                    Some(offsets) => {
                        let (_, from, to) = self.wall_range(offsets);
                        Ok(wall_clock::range(dialect, expr, &from, &to))
                    }
                    None => {
                        let bounds = self.context.bounds;
                        let from = self.bind(Bind::Int(bounds.from.seconds()));
                        let to = self.bind(Bind::Int(bounds.to.seconds()));
                        let moment = moment(&self.readings, expr, &read.reading);
                        let is_text =
                            matches!(read.reading, Reading::InAnyForm { is_text: true, .. });
                        let of_days = is_text.then(|| wall_clock::days(expr, &from, &to));
                        moment.map(|moment| {
                            let range = macros::range(dialect, &moment, &from, &to);
                            of_days.map_or(range.clone(), |days| format!("({days} and {range})"))
                        })
                    }
                }
            }
            ("bucket", [expr, word @ ..]) if word.len() <= 1 => {
                let interval = match word {
                    [word] => self.interval(word, offset)?,
                    _ => self.context.interval,
                };
                self.uses_clock = true;
                match (is_local, clock) {
                    // Wall-clock times are truncated before they become instants.
                    (true, clock) => {
                        clock.and_then(|clock| clock.wall_bucket(expr, interval)).map_or_else(
                            || wall_clock::bucket(dialect, expr, interval, &self.zone),
                            Ok,
                        )
                    }
                    (false, Some(clock)) => Ok(clock.bucket(expr, interval)),
                    (false, None) => macros::bucket(dialect, expr, interval, &self.zone),
                }
            }
            ("time", [expr]) | ("local", [expr] | [expr, _]) if is_local => {
                self.uses_clock = true;
                match clock {
                    Some(clock) => Ok(clock.wall_time(expr)),
                    None => wall_clock::instant(dialect, expr, &self.zone),
                }
            }
            ("time", [expr]) | ("local", [expr] | [expr, _]) => {
                Ok(clock.map_or_else(|| format!("({expr})"), |clock| clock.time(expr)))
            }
            (macro_name, [expr]) if let Some(encoding) = time_encodings::of_macro(macro_name) => {
                Ok(dialect.syntax().decoded_time(encoding, expr))
            }
            (part, [expr]) if let Some(part) = Part::parse(part) => {
                self.uses_clock = true;
                match (is_local, clock) {
                    (true, Some(clock)) => Ok(clock.wall_part(expr, part)),
                    (false, Some(clock)) => Ok(clock.part(expr, part)),
                    (true, None) => Ok(wall_clock::part(dialect, part, expr)),
                    (false, None) => macros::part(dialect, part, expr, &self.zone),
                }
            }
            _ => {
                let message = format!(
                    "${name} with {} arguments is not known: use $range(e), $bucket(e), \
                     $bucket(e, month), $optional(condition), $time(e), $epoch(e), $epoch_ms(e), \
                     $text(e), $local(e), $local(e, 'UTC'), $year(e), $month(e), $weekday(e) or $hour(e)",
                    texts.len()
                );
                return Err(self.error(offset, message));
            }
        };
        let expansion = expansion.map_err(|macros::TooLong| self.too_long(name, offset))?;
        // In parentheses, as the check has seen it, so that what precedes it cannot combine with it.
        if expansion.starts_with('(') && expansion.ends_with(')') {
            sql.push_str(&expansion);
        } else {
            sql.push('(');
            sql.push_str(&expansion);
            sql.push(')');
        }
        if sql.len() > MAX_SQL {
            let message = "the macros together become too long here: compute their results once, in a \
                           with clause";
            return Err(self.error(offset, message));
        }
        Ok(())
    }

    fn too_long(&self, name: &str, offset: usize) -> StatementError {
        let message = format!(
            "the expression in ${name} becomes too long: compute what is inside it in a subquery \
             or a with clause first"
        );
        self.error(offset, message)
    }

    /// `$range($epoch(column))` compares numbers with numbers. False for any other argument.
    fn range_of_numbers(
        &mut self,
        argument: &[Piece],
        sql: &mut String,
    ) -> Result<bool, StatementError> {
        let Some((name, [inner], _)) = only_macro(argument) else { return Ok(false) };
        let Some(encoding) = time_encodings::of_macro(name) else { return Ok(false) };
        let expr = self.argument(inner)?;
        let bounds = self.context.bounds;
        let from = self.bind(Bind::Int(bounds.from.seconds()));
        let to = self.bind(Bind::Int(bounds.to.seconds()));
        let range = time_encodings::range(self.dialect, encoding, expr.trim(), &from, &to)
            .filter(|_| !expr.trim().is_empty());
        if let Some(range) = &range {
            sql.push_str(range);
        }
        Ok(range.is_some())
    }

    /// The range in times of the wall clock with these `offsets`, and the placeholders of its ends.
    fn wall_range(&mut self, offsets: &ZoneOffsets) -> (Bounds, String, String) {
        let bounds = self.context.bounds;
        let wall = |at: Timestamp| wall_clock::first_wall_time(offsets, at.seconds());
        let (from, to) = (wall(bounds.from), wall(bounds.to));
        let at = Timestamp::from_seconds;
        let bounds = Bounds { from: at(from), to: at(to) };
        (bounds, self.bind(Bind::Int(from)), self.bind(Bind::Int(to)))
    }

    /// The condition, or one that is always true if nothing is chosen.
    fn optional(
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

    fn interval(&self, word: &str, offset: usize) -> Result<Interval, StatementError> {
        Interval::parse(word.trim_matches('\'')).ok_or_else(|| {
            let words = Interval::ALL.map(Interval::word).join(", ");
            let message = format!("{word} is not an interval: use one of {words}");
            self.error(offset, message)
        })
    }

    fn selection(&self, name: &str, offset: usize) -> Result<&'a Selection, StatementError> {
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

    fn instant(&mut self, at: Timestamp) -> String {
        let placeholder = self.bind(Bind::Int(at.seconds()));
        self.dialect.syntax().instant(&placeholder)
    }

    /// The marked number of `bind`; equal values share one.
    fn bind(&mut self, bind: Bind) -> String {
        let known = self.binds.iter().position(|b| *b == bind);
        let at = known.unwrap_or_else(|| {
            self.binds.push(bind);
            self.binds.len() - 1
        });
        format!("{MARK}{at}{MARK}")
    }

    /// The marked number of a value of the parameter `name`. Equal values of one parameter share
    /// one, so that an expression with it equals itself in `group by`.
    fn chosen(&mut self, name: &str, text: &str, offset: usize, slot: Slot) -> String {
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
    fn placed(self, marked: &str, cut: usize) -> (String, Vec<Bind>, Places) {
        // Where parts start in the marked text and in the SQL.
        let (mut starts, mut at) = (Vec::new(), 0);
        let mut sql = String::with_capacity(marked.len());
        let mut placed: Vec<usize> = Vec::new();
        let mut positions: Vec<Option<usize>> = vec![None; self.binds.len()];
        let syntax = self.dialect.syntax();
        for (i, part) in marked.split(MARK).enumerate() {
            starts.push((at, sql.len()));
            at += part.len() + 1;
            // Every second part is a number.
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

    fn error(&self, offset: usize, message: impl Into<String>) -> StatementError {
        StatementError::at(self.query, offset, message)
    }
}

/// Whether the word before what comes is `between`.
fn ends_with_between(sql: &str) -> bool {
    let word = sql.trim_end().rsplit(|c: char| !(c.is_alphanumeric() || c == '_')).next();
    word.is_some_and(|word| word.eq_ignore_ascii_case("between"))
}

/// How a chosen value is bound.
enum Form {
    Text,
    Number,
    /// As text, of which the server tells afterwards whether it was none of the type.
    Told,
    /// As both: only rows tell which is meant.
    Either,
}

/// What a placeholder is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Slot {
    Text,
    Number,
    /// For the number that the text is not.
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
