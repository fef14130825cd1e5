//! The list of values shared by the kinds that have one.

use super::refusal::Refusal;
use crate::identifier::SourceName;
use crate::query::Query;
use crate::selection::Selection;
use serde::{Deserialize, Serialize};

/// Where the values to choose from come from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Options {
    /// Listed in the dashboard's file.
    Fixed(Vec<String>),
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
    pub fn fixed(&self) -> Option<&[String]> {
        match self {
            Self::Fixed(values) => Some(values),
            Self::Query { .. } => None,
        }
    }

    /// Rejects values that fixed options do not include. What a statement offers only its source
    /// knows, so any value is accepted, and panels may come out empty.
    pub(super) fn check(&self, selection: &Selection) -> Result<(), Refusal> {
        let stranger = self
            .fixed()
            .and_then(|options| selection.values().iter().find(|value| !options.contains(value)));
        stranger.map_or(Ok(()), |value| Err(Refusal::NoOption(value.clone())))
    }
}
