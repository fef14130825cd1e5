//! How chosen instants are written if they are compared with a column of times. Pure.

use super::chosen_text::without_operator;
use super::instant_choice;
use super::parameters::ListPosition;
use super::writer::{Slot, Writer};
use crate::error::StatementError;
use brisk_domain::choice::instant_of;

impl Writer<'_> {
    /// The placeholders of `values`, if any of them is an instant to the column they are compared
    /// with.
    pub(super) fn instants(
        &mut self,
        name: &str,
        offset: usize,
        values: &[String],
    ) -> Option<Vec<String>> {
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
    pub(super) fn placed_instants(
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
}
