//! How macros are written: time macros use the database's own clock or the lookup. Pure.

use super::column_clock::Reading;
use super::readings::{moment, only_macro};
use super::statement::Bind;
use super::template::Piece;
use super::writer::{MAX_SQL, Writer};
use super::{macros, time_encodings, wall_clock};
use crate::error::StatementError;
use crate::syntax::Part;
use brisk_domain::{Bounds, Interval, Timestamp, ZoneOffsets};

impl Writer<'_> {
    pub(super) fn r#macro(
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
        // A time written on another clock first becomes an instant, by the database's own functions or the
        // lookup.
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
        // In parentheses, as the check saw it, so that what precedes cannot combine with it.
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
    pub(super) fn wall_range(&mut self, offsets: &ZoneOffsets) -> (Bounds, String, String) {
        let bounds = self.context.bounds;
        let wall = |at: Timestamp| wall_clock::first_wall_time(offsets, at.seconds());
        let (from, to) = (wall(bounds.from), wall(bounds.to));
        let at = Timestamp::from_seconds;
        let bounds = Bounds { from: at(from), to: at(to) };
        (bounds, self.bind(Bind::Int(from)), self.bind(Bind::Int(to)))
    }

    fn interval(&self, word: &str, offset: usize) -> Result<Interval, StatementError> {
        Interval::parse(word.trim_matches('\'')).ok_or_else(|| {
            let words = Interval::ALL.map(Interval::word).join(", ");
            let message = format!("{word} is not an interval: use one of {words}");
            self.error(offset, message)
        })
    }
}
