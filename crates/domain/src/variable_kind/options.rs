//! The list of values shared by the kinds that have one.

use super::refusal::Refusal;
use crate::choice::Choice;
use crate::identifier::SourceName;
use crate::query::Query;
use crate::selection::Selection;
use serde::{Deserialize, Serialize};

/// Where the values to choose from come from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Options {
    /// Listed in the dashboard's file.
    Fixed(Vec<Choice>),
    /// The first column of a statement.
    Query {
        /// The source that runs it.
        source: SourceName,
        /// The statement.
        query: Query,
    },
}

impl Options {
    /// The values, if the dashboard's file lists them.
    pub fn fixed(&self) -> Option<&[Choice]> {
        match self {
            Self::Fixed(values) => Some(values),
            Self::Query { .. } => None,
        }
    }

    /// Rejects values that fixed options do not include. Only the source knows what a statement
    /// offers, so there any value is accepted, and panels may come out empty.
    pub(super) fn check(&self, selection: &Selection) -> Result<(), Refusal> {
        let Some(options) = self.fixed() else { return Ok(()) };
        let stranger = selection.choices().find(|choice| !options.contains(choice));
        stranger.map_or(Ok(()), |choice| Err(Refusal::NoOption(choice.to_string())))
    }
}
