//! [`compile`]: the author's text, checked and bound. Pure.

use crate::template::{self, Piece};
use crate::{Dialect, StatementError, check, macros};
use brisk_domain::{Bounds, Interval, Query, Selection, VariableName, ZoneName, ZoneOffsets};
use std::collections::BTreeMap;

/// What a statement is compiled for.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// `:from` and `:to`, and the bounds of `$range`.
    pub bounds: Bounds,
    /// `:interval`, and the width of `$bucket`.
    pub interval: Interval,
    /// `:tz`.
    pub zone: &'a ZoneName,
    /// The zone's offsets over all instants that the source may hold.
    pub offsets: &'a ZoneOffsets,
    /// The chosen values.
    pub variables: &'a BTreeMap<VariableName, Selection>,
}

/// A bound value.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Bind {
    /// A whole number.
    Int(i64),
    /// Text.
    Text(String),
}

/// How a time column's whole numbers are to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TimeForm {
    /// Seconds since the epoch.
    Instant,
    /// The wall clock's reading, as if it were UTC, in seconds.
    Wall,
}

/// A statement that is ready to run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// SQL with numbered places for the values.
    pub sql: String,
    /// The values in the order of their numbers.
    pub binds: Vec<Bind>,
    /// The tables that it reads, sorted; they become its tags.
    pub tables: Vec<String>,
    /// The columns that hold times, and how to read them.
    pub times: Vec<(String, TimeForm)>,
    /// The zone that turns wall-clock times into instants.
    pub zone: ZoneOffsets,
    /// The author's text, for errors.
    pub query: Query,
}

/// Checks and binds `query`. A statement that uses neither the range nor a variable is the same
/// for all views.
pub fn compile(
    query: &Query,
    dialect: Dialect,
    context: &Context<'_>,
) -> Result<Statement, StatementError> {
    let pieces = template::parse(query)?;
    let tables = check::tables(query, &pieces)?;
    let mut writer = Writer { query, dialect, context, binds: Vec::new(), times: Vec::new() };
    let mut sql = String::new();
    writer.write(&pieces, &mut sql)?;
    let Writer { binds, times, .. } = writer;
    let sql = sql.trim().trim_end_matches(';').to_owned();
    let zone = context.offsets.clone();
    Ok(Statement { sql, binds, tables, times, zone, query: query.clone() })
}

impl Statement {
    /// All that distinguishes this statement's result, for the entry key.
    pub fn fingerprint_parts(&self) -> Vec<Vec<u8>> {
        let mut parts = vec![self.sql.clone().into_bytes()];
        for bind in &self.binds {
            parts.push(match bind {
                Bind::Int(value) => [b"i".as_slice(), &value.to_le_bytes()].concat(),
                Bind::Text(value) => [b"t".as_slice(), value.as_bytes()].concat(),
            });
        }
        for (column, form) in &self.times {
            parts.push(format!("{column}: {form:?}").into_bytes());
        }
        parts
    }
}

struct Writer<'a> {
    query: &'a Query,
    dialect: Dialect,
    context: &'a Context<'a>,
    binds: Vec<Bind>,
    times: Vec<(String, TimeForm)>,
}

impl Writer<'_> {
    fn write(&mut self, pieces: &[Piece], sql: &mut String) -> Result<(), StatementError> {
        for piece in pieces {
            match piece {
                Piece::Sql(text) => sql.push_str(text),
                Piece::Parameter { name, offset } => self.parameter(name, *offset, sql)?,
                Piece::Macro { name, arguments, alias, offset } => {
                    self.r#macro(name, arguments, alias.as_deref(), *offset, sql)?;
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
        let bind = match name {
            "from" => Bind::Int(context.bounds.from.seconds()),
            "to" => Bind::Int(context.bounds.to.seconds()),
            "interval" => Bind::Text(context.interval.word().into()),
            "tz" => Bind::Text(context.zone.as_str().into()),
            _ => return self.variable(name, offset, sql),
        };
        let place = self.bind(bind);
        sql.push_str(&place);
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
        let places: Vec<String> =
            selection.values().iter().map(|value| self.bind(Bind::Text(value.clone()))).collect();
        if check::ends_with_in(sql) {
            sql.push('(');
            sql.push_str(&places.join(", "));
            sql.push(')');
        } else if let [place] = places.as_slice() {
            sql.push_str(place);
        } else {
            let message = format!("several values are chosen for :{name}: write \"in :{name}\"");
            return Err(self.error(offset, message));
        }
        Ok(())
    }

    fn r#macro(
        &mut self,
        name: &str,
        arguments: &[Vec<Piece>],
        alias: Option<&str>,
        offset: usize,
        sql: &mut String,
    ) -> Result<(), StatementError> {
        if name == "optional" {
            return self.optional(arguments, offset, sql);
        }
        let mut texts = Vec::new();
        for argument in arguments {
            let mut text = String::new();
            self.write(argument, &mut text)?;
            texts.push(text.trim().to_owned());
        }
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let zone = self.context.offsets;
        match (name, texts.as_slice()) {
            (_, [] | [""]) => {
                let message = format!("${name} needs an expression: ${name}(created_at)");
                return Err(self.error(offset, message));
            }
            ("range", [expr]) => {
                let from = self.bind(Bind::Int(self.context.bounds.from.seconds()));
                let to = self.bind(Bind::Int(self.context.bounds.to.seconds()));
                sql.push_str(&format!("(({expr}) >= {from} and ({expr}) < {to})"));
            }
            ("bucket", [expr]) => self.bucket(expr, self.context.interval, alias, sql),
            ("bucket", [expr, word]) => {
                let interval = Interval::parse(word.trim_matches('\'')).ok_or_else(|| {
                    let message = format!(
                        "\"{word}\" is no interval: use minute, hour, day, week, month, quarter or year"
                    );
                    self.error(offset, message)
                })?;
                self.bucket(expr, interval, alias, sql);
            }
            ("time", [expr]) => {
                self.time(alias, TimeForm::Instant);
                sql.push_str(&format!("({expr})"));
            }
            (part, [expr]) if macros::part(self.dialect, part, expr, zone).is_some() => {
                sql.push_str(&macros::part(self.dialect, part, expr, zone).unwrap_or_default());
            }
            _ => {
                let message = format!(
                    "${name} with {} arguments is not known: use $range(e), $bucket(e), \
                     $bucket(e, month), $optional(condition), $time(e), $year(e), $month(e), \
                     $weekday(e) or $hour(e)",
                    texts.len()
                );
                return Err(self.error(offset, message));
            }
        }
        Ok(())
    }

    fn bucket(&mut self, expr: &str, interval: Interval, alias: Option<&str>, sql: &mut String) {
        let instant = matches!(interval, Interval::Minute | Interval::Hour);
        self.time(alias, if instant { TimeForm::Instant } else { TimeForm::Wall });
        sql.push_str(&macros::bucket(self.dialect, expr, interval, self.context.offsets));
    }

    /// The condition, or one that always holds where nothing is chosen.
    fn optional(
        &mut self,
        arguments: &[Vec<Piece>],
        offset: usize,
        sql: &mut String,
    ) -> Result<(), StatementError> {
        let mut names = Vec::new();
        for argument in arguments {
            variables(argument, &mut names);
        }
        if names.is_empty() {
            let message =
                "$optional needs a condition with a variable: $optional(country in :country)";
            return Err(self.error(offset, message));
        }
        let mut all = true;
        for (name, at) in &names {
            all &= self.selection(name, *at)?.is_all();
        }
        if all {
            sql.push_str("(1 = 1)");
            return Ok(());
        }
        sql.push('(');
        for (i, argument) in arguments.iter().enumerate() {
            if i > 0 {
                sql.push_str(", ");
            }
            self.write(argument, sql)?;
        }
        sql.push(')');
        Ok(())
    }

    fn selection(&self, name: &str, offset: usize) -> Result<Selection, StatementError> {
        let selection =
            VariableName::parse(name).ok().and_then(|n| self.context.variables.get(&n).cloned());
        selection.ok_or_else(|| {
            let known =
                self.context.variables.keys().map(|v| format!(", :{v}")).collect::<String>();
            let message = format!(
                "the dashboard has no variable :{name}; there are :from, :to, :interval, :tz{known}"
            );
            self.error(offset, message)
        })
    }

    /// The place of `bind`; equal values share one.
    fn bind(&mut self, bind: Bind) -> String {
        let at = self.binds.iter().position(|b| *b == bind).unwrap_or_else(|| {
            self.binds.push(bind);
            self.binds.len() - 1
        });
        format!("?{}", at + 1)
    }

    fn time(&mut self, alias: Option<&str>, form: TimeForm) {
        if let Some(alias) = alias {
            self.times.push((alias.to_owned(), form));
        }
    }

    fn error(&self, offset: usize, message: impl Into<String>) -> StatementError {
        StatementError::at(self.query, offset, message)
    }
}

fn variables(pieces: &[Piece], names: &mut Vec<(String, usize)>) {
    for piece in pieces {
        match piece {
            Piece::Parameter { name, offset }
                if !["from", "to", "interval", "tz"].contains(&name.as_str()) =>
            {
                names.push((name.clone(), *offset));
            }
            Piece::Macro { arguments, .. } => {
                for argument in arguments {
                    variables(argument, names);
                }
            }
            Piece::Sql(_) | Piece::Parameter { .. } => {}
        }
    }
}
