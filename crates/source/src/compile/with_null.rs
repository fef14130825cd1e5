//! How a variable whose chosen values include NULL is written. Pure.

use super::null_choice;
use super::parameters::{BUILT_IN, ListPosition, list_position};
use super::template::Piece;
use super::writer::Writer;
use crate::error::StatementError;
use brisk_domain::Selection;
use brisk_domain::choice::Choice;

impl<'a> Writer<'a> {
    pub(super) fn is_null_chosen(&self, name: &str, offset: usize) -> bool {
        !BUILT_IN.contains(&name) && self.selection(name, offset).is_ok_and(Selection::has_null)
    }

    /// Writes a variable whose chosen values include NULL; returns what is left to write of
    /// `behind`.
    pub(super) fn with_null<'p>(
        &mut self,
        name: &str,
        offset: usize,
        behind: &'p [Piece],
        sql: &mut String,
    ) -> Result<&'p [Piece], StatementError> {
        let values = self.selection(name, offset)?.values();
        let refused = || {
            let message = format!(
                ":{name} can be NULL only where the statement says x = :{name}, x <> :{name} or \
                 x in :{name}, with the column on the left"
            );
            let value = Some(Choice::Null.to_string());
            StatementError { value, ..self.error(offset, message) }
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
        // The parenthesis that closes the list.
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
            // With NULL on its left, `in` is unknown; so is `not in`, which thereby excludes NULL.
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
}
