//! Writes a template's pieces in the dialect's SQL, and collects the values to bind. Pure.

use super::macros::{self, MacroZone};
use super::parameters::{BUILT_IN, ListPosition, list_position};
use super::segments::Focus;
use super::statement::{Bind, Context};
use super::template::Piece;
use super::{time_encodings, wall_clock};
use crate::dialect::Dialect;
use crate::error::StatementError;
use crate::syntax::{Part, SessionClock};
use brisk_domain::{AttributeName, Bounds, Interval, Query, Selection, Timestamp, VariableName};

/// Encloses the number of a value until everything is written. It occurs in no statement.
const MARK: char = '\0';
/// Statements that macros make longer than this, in bytes, are refused: databases would take longer
/// to parse than to run them.
const MAX_SQL: usize = 2 << 20;

pub(crate) struct Writer<'a> {
    query: &'a Query,
    dialect: Dialect,
    context: &'a Context<'a>,
    zone: MacroZone<'a>,
    /// The session's own, if it stands in the dashboard's zone.
    clock: Option<&'static dyn SessionClock>,
    binds: Vec<Bind>,
}

impl<'a> Writer<'a> {
    /// `clock` is the session's own, if it stands in the dashboard's zone.
    pub(crate) fn new(
        query: &'a Query,
        dialect: Dialect,
        context: &'a Context<'a>,
        clock: Option<&'static dyn SessionClock>,
    ) -> Self {
        let zone = MacroZone { offsets: context.offsets, focus: None, wall_focus: None };
        Self { query, dialect, context, zone, clock, binds: Vec::new() }
    }

    /// The SQL, and the values in the order of their placeholders.
    pub(crate) fn write_all(
        mut self,
        pieces: &[Piece],
    ) -> Result<(String, Vec<Bind>), StatementError> {
        // A statement that does not use the range has to be the same for every range.
        if self.clock.is_none() && uses_range(pieces) {
            let bounds = self.context.bounds;
            let from = self.bind(Bind::Int(bounds.from.seconds()));
            let to = self.bind(Bind::Int(bounds.to.seconds()));
            self.zone.focus = Some(Focus { bounds, from, to });
            let (bounds, from, to) = self.wall_range();
            self.zone.wall_focus = Some(Focus { bounds, from, to });
        }
        let mut marked = String::with_capacity(self.query.sql.len());
        self.write(pieces, &mut marked)?;
        // Databases take Unicode white space for letters.
        let is_blank = |c: char| c.is_ascii_whitespace();
        let marked = marked.trim_matches(is_blank).trim_end_matches(|c| c == ';' || is_blank(c));
        Ok(self.placed(marked))
    }

    fn write(&mut self, pieces: &[Piece], sql: &mut String) -> Result<(), StatementError> {
        for piece in pieces {
            match piece {
                Piece::Sql { text, .. } => sql.push_str(text),
                Piece::Parameter { name, offset } => self.parameter(name, *offset, sql)?,
                Piece::Attribute { name, offset } => self.attribute(name, *offset, sql)?,
                Piece::Macro { name, arguments, offset } => {
                    self.r#macro(name, arguments, *offset, sql)?
                }
            }
        }
        Ok(())
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
        if self.values(selection.values(), sql) {
            return Ok(());
        }
        let message = format!("several values are chosen for :{name}: write in :{name}");
        Err(self.error(offset, message))
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
        if self.values(&values, sql) {
            return Ok(());
        }
        let message = format!("there may be several values of :user.{name}: write in :user.{name}");
        Err(self.error(offset, message))
    }

    /// Writes the placeholders of `values`, one or a list; false where a list is not allowed.
    fn values(&mut self, values: &[String], sql: &mut String) -> bool {
        let placeholders: Vec<String> =
            values.iter().map(|value| self.bind(Bind::Text(value.clone()))).collect();
        match (list_position(sql), placeholders.as_slice()) {
            (Some(ListPosition::AfterIn), _) => {
                sql.push('(');
                sql.push_str(&placeholders.join(", "));
                sql.push(')');
            }
            (Some(ListPosition::InParentheses), _) => sql.push_str(&placeholders.join(", ")),
            (None, [placeholder]) => sql.push_str(placeholder),
            (None, _) => return false,
        }
        true
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
        // Wall-clock times are truncated before they become instants.
        let local = match arguments.first().and_then(|argument| only_macro(argument)) {
            Some(("local", [inner])) if name == "range" || uses_wall_clock(name) => Some(inner),
            _ => None,
        };
        let mut texts = Vec::new();
        for (i, argument) in arguments.iter().enumerate() {
            let mut text = String::new();
            self.write(local.filter(|_| i == 0).unwrap_or(argument), &mut text)?;
            texts.push(text.trim().to_owned());
        }
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let dialect = self.dialect;
        let expansion = match (name, texts.as_slice()) {
            (_, [] | ["", ..]) => {
                let message = format!("${name} needs an expression: ${name}(created_at)");
                return Err(self.error(offset, message));
            }
            ("range", [expr]) if local.is_some() => {
                let (_, from, to) = self.wall_range();
                Ok(wall_clock::range(dialect, expr, &from, &to))
            }
            ("range", [expr]) => {
                let bounds = self.context.bounds;
                let from = self.bind(Bind::Int(bounds.from.seconds()));
                let to = self.bind(Bind::Int(bounds.to.seconds()));
                Ok(macros::range(dialect, expr, &from, &to))
            }
            ("bucket", [expr, word @ ..]) if word.len() <= 1 => {
                let interval = match word {
                    [word] => self.interval(word, offset)?,
                    _ => self.context.interval,
                };
                match (local, self.clock) {
                    (Some(_), Some(clock))
                        if wall_clock::is_cut_by_reading(interval, &self.zone) =>
                    {
                        let reading = match interval {
                            Interval::Minute | Interval::Hour => clock.wall_time(expr),
                            _ => (*expr).to_owned(),
                        };
                        Ok(clock.bucket(&reading, interval))
                    }
                    (Some(_), _) => wall_clock::bucket(dialect, expr, interval, &self.zone),
                    (None, Some(clock)) => Ok(clock.bucket(expr, interval)),
                    (None, None) => macros::bucket(dialect, expr, interval, &self.zone),
                }
            }
            ("time", [expr]) => Ok(format!("({expr})")),
            ("local", [expr]) => match self.clock {
                Some(clock) => Ok(clock.wall_time(expr)),
                None => wall_clock::instant(dialect, expr, &self.zone),
            },
            (macro_name, [expr]) if let Some(encoding) = time_encodings::of_macro(macro_name) => {
                Ok(dialect.syntax().decoded_time(encoding, expr))
            }
            (part, [expr]) if let Some(part) = Part::parse(part) => match (local, self.clock) {
                (_, Some(clock)) => Ok(clock.part(expr, part)),
                (Some(_), None) => Ok(wall_clock::part(dialect, part, expr)),
                (None, None) => macros::part(dialect, part, expr, &self.zone),
            },
            _ => {
                let message = format!(
                    "${name} with {} arguments is not known: use $range(e), $bucket(e), \
                     $bucket(e, month), $optional(condition), $time(e), $epoch(e), $epoch_ms(e), \
                     $text(e), $local(e), $year(e), $month(e), $weekday(e) or $hour(e)",
                    texts.len()
                );
                return Err(self.error(offset, message));
            }
        };
        let expansion = expansion.map_err(|macros::TooLong| {
            let message = format!(
                "the expression in ${name} becomes too long: compute what is inside it in a subquery \
                 or a with clause first"
            );
            self.error(offset, message)
        })?;
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

    /// `$range($epoch(column))` compares numbers with numbers. False for any other argument.
    fn range_of_numbers(
        &mut self,
        argument: &[Piece],
        sql: &mut String,
    ) -> Result<bool, StatementError> {
        let Some((name, [inner])) = only_macro(argument) else { return Ok(false) };
        let Some(encoding) = time_encodings::of_macro(name) else { return Ok(false) };
        let mut expr = String::new();
        self.write(inner, &mut expr)?;
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

    /// The range in wall-clock times, and the placeholders of its ends.
    fn wall_range(&mut self) -> (Bounds, String, String) {
        let Context { bounds, offsets, .. } = self.context;
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

    /// The dialect's placeholders in place of the marked numbers, and only the values that have one.
    fn placed(self, marked: &str) -> (String, Vec<Bind>) {
        let mut sql = String::with_capacity(marked.len());
        let mut placed: Vec<usize> = Vec::new();
        let syntax = self.dialect.syntax();
        for (i, part) in marked.split(MARK).enumerate() {
            // Every second part is a number.
            let number: Option<usize> = if i % 2 == 1 { part.parse().ok() } else { None };
            let Some(bind) = number else {
                sql.push_str(part);
                continue;
            };
            let known = placed.iter().position(|b| *b == bind);
            let shared = known.filter(|_| syntax.numbers_placeholders());
            let position = shared.unwrap_or_else(|| {
                placed.push(bind);
                placed.len() - 1
            });
            sql.push_str(&syntax.placeholder(position + 1));
        }
        let binds = placed.iter().filter_map(|bind| self.binds.get(*bind).cloned());
        (sql, binds.collect())
    }

    fn error(&self, offset: usize, message: impl Into<String>) -> StatementError {
        StatementError::at(self.query, offset, message)
    }
}

/// The name and arguments of the macro that `argument` consists of, if it is just one.
fn only_macro(argument: &[Piece]) -> Option<(&str, &[Vec<Piece>])> {
    let mut pieces = argument
        .iter()
        .filter(|piece| !matches!(piece, Piece::Sql { text, .. } if text.trim().is_empty()));
    match (pieces.next(), pieces.next()) {
        (Some(Piece::Macro { name, arguments, .. }), None) => Some((name, arguments)),
        _ => None,
    }
}

/// Whether the macro needs wall-clock times.
fn uses_wall_clock(name: &str) -> bool {
    name == "bucket" || Part::parse(name).is_some()
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
