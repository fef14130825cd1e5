//! The values that kinds with a list of them offer.

use super::refusal::Refusal;
use crate::identifier::SourceName;
use crate::query::Query;
use crate::selection::Selection;
use serde::{Deserialize, Serialize};

/// Where the values to choose from come from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Options {
    /// Written in the dashboard's file.
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
    /// The values, where they are written in the dashboard's file.
    pub fn fixed(&self) -> Option<&[String]> {
        match self {
            Self::Fixed(values) => Some(values),
            Self::Query { .. } => None,
        }
    }

    /// Refuses values that fixed options leave out. What a statement offers, only its source knows:
    /// any value may be chosen, and panels may be empty for it.
    pub(super) fn check(&self, selection: &Selection) -> Result<(), Refusal> {
        let stranger = self
            .fixed()
            .and_then(|options| selection.values().iter().find(|value| !options.contains(value)));
        stranger.map_or(Ok(()), |value| Err(Refusal::NoOption(value.clone())))
    }
}
