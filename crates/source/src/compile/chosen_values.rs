//! How chosen values and attributes are written: as the types that the statement expects. Pure.
//!
//! PostgreSQL infers these itself; elsewhere they follow from what a value is compared with.

use super::chosen_text::{
    ends_with_between, is_at_end, is_canonical, is_number, take_comparison, without_operator,
};
use super::expected::{Comparison, Expected};
use super::operand::Class;
use super::parameters::{BUILT_IN, ListPosition, list_position};
use super::template::Piece;
use super::writer::{Slot, Writer};
use crate::dialect::Dialect;
use crate::error::StatementError;
use brisk_domain::AttributeName;

impl Writer<'_> {
    /// Writes the placeholders for the `values` of the parameter `name`, one or a list; false if a
    /// list is not allowed there.
    pub(super) fn values(
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
            && (self.by_kind_of_column(name, offset, values, expected, sql)
                || self.by_kind_of_cell(name, offset, values, expected, sql))
        {
            return Ok(true);
        }
        let mut placeholders = Vec::new();
        for text in values {
            match self.form(expected) {
                Form::Text => placeholders.push(self.chosen(name, text, offset, Slot::Text)),
                Form::Told => {
                    let bytes = self.bytes_or_text(name, text, offset, expected);
                    let value =
                        bytes.unwrap_or_else(|| self.chosen(name, text, offset, Slot::Text));
                    // Next to a column of whole numbers, a single value would silently become 0.
                    let is_silent = values.len() == 1 && !is_number(text);
                    placeholders.push(if is_silent {
                        format!("concat({value}, '')")
                    } else {
                        value
                    });
                }
                Form::Number => placeholders.push(self.number(name, text, offset)?),
                // Cells of text are compared with the text, numbers with the number.
                Form::Either if position.is_some() => {
                    placeholders.extend(self.either(name, text, offset));
                    placeholders.extend(self.as_bytes(name, text, offset, ""));
                }
                // With NULL on its left, `is` is false, not unknown.
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
                        Some(_) => {
                            let bytes =
                                expected.and_then(|e| self.by_type_of_cell(name, text, offset, e));
                            sql.push_str(
                                &bytes
                                    .unwrap_or_else(|| self.chosen(name, text, offset, Slot::Text)),
                            );
                        }
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
                    let bytes = self.as_bytes(name, text, offset, "");
                    let by_type =
                        expected.and_then(|e| self.by_type_of_cell(name, text, offset, e));
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
                        _ if among => {
                            let all = [number, text].into_iter().chain(bytes).collect::<Vec<_>>();
                            sql.push_str(&format!("({})", all.join(", ")));
                        }
                        Some(_) if let Some(by_type) = by_type => sql.push_str(&by_type),
                        Some(operand) => {
                            // A number is neither more nor less than a text that is not a number.
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

    /// How `text` is bound. PostgreSQL itself infers the type of a parameter.
    fn form(&self, expected: Option<&Expected>) -> Form {
        match (self.dialect, expected.map(|expected| expected.class)) {
            (Dialect::Postgres, _) | (_, None | Some(Class::Text)) => Form::Text,
            (_, Some(Class::Number)) => Form::Number,
            // Its columns compare numeric text with numbers, and use their indexes.
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

    /// Replaces the comparison of a SQLite column that `sql` ends with by one for cells that are texts and
    /// one for the others: where order matters, and for numbers that SQLite itself would write differently.
    /// Its planner can then search an index on the column. False if nothing was written.
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
        if let [text] = values
            && !self.as_bytes(name, text, offset, operand).is_empty()
        {
            return false;
        }
        // This is only one end of a `between`.
        if ends_with_between(sql) {
            return false;
        }
        let Some(operator) = take_comparison(sql, operand) else { return false };
        let (mut numbers, mut texts) = (Vec::new(), Vec::new());
        for text in values {
            if is_number(text) {
                numbers.push(self.chosen(name, text, offset, Slot::Number));
            }
            texts.push(self.chosen(name, text, offset, Slot::Text));
            if operator.ends_with("in") {
                let bytes = self.as_bytes(name, text, offset, operand);
                numbers.extend(bytes.iter().cloned());
                texts.extend(bytes);
            }
        }
        let texts = texts.join(", ");
        let numbers = match numbers.is_empty() {
            // A number is neither more nor less than a text that is not a number.
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

    /// Writes `operand between low and high`, with chosen ends, in the same way. False if nothing was
    /// written.
    pub(super) fn between(&mut self, low: &Piece, high: &Piece, sql: &mut String) -> bool {
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

    /// The name, the offset and the only value of a variable or attribute.
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

    /// The number and the text that `text` may mean. A text that is not a number is bound as text
    /// twice, so that the SQL is the same for every value.
    fn either(&mut self, name: &str, text: &str, offset: usize) -> [String; 2] {
        let number = if is_canonical(text) { Slot::Number } else { Slot::NoNumber };
        [self.chosen(name, text, offset, number), self.chosen(name, text, offset, Slot::Text)]
    }
}

/// How a chosen value is bound.
enum Form {
    Text,
    Number,
    /// As text; the server reports afterwards whether it did not fit the type.
    Told,
    /// As both: only the rows decide which is meant.
    Either,
}
