//! What readers can choose on a dashboard besides time.

use crate::{Query, SourceName, VariableName};
use serde::{Deserialize, Serialize};

/// Something that readers choose: a country, a price band.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Variable {
    /// `:country` in statements, `country=` in URLs.
    pub name: VariableName,
    /// The word for readers.
    pub label: String,
    /// Whether several values may be chosen at once.
    pub multi: bool,
    /// Where the choices come from.
    pub options: Options,
    /// What is chosen where the URL says nothing; empty means all.
    pub default: Selection,
}

/// Where a variable's choices come from.
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

/// The chosen values of one variable, sorted and without repetition; none means all.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Selection(Vec<String>);

/// More chosen values than this are refused.
pub const MAX_SELECTED: usize = 200;
/// Longer values (in bytes) than this are refused.
pub const MAX_VALUE_LENGTH: usize = 200;

impl Variable {
    /// Whether it could be set to `selection`: one value where it takes one, and none that its
    /// fixed options leave out.
    pub fn takes(&self, selection: &Selection) -> bool {
        let known = |value: &String| match &self.options {
            Options::Fixed(options) => options.contains(value),
            Options::Query { .. } => true,
        };
        (self.multi || selection.values().len() <= 1) && selection.values().iter().all(known)
    }
}

impl Selection {
    /// Sorts `values` and drops repetitions and empty ones, so that equal choices are equal.
    pub fn of(values: impl IntoIterator<Item = String>) -> Self {
        let mut values: Vec<String> = values.into_iter().filter(|v| !v.is_empty()).collect();
        values.sort();
        values.dedup();
        Self(values)
    }

    /// The chosen values; none means all.
    pub fn values(&self) -> &[String] {
        &self.0
    }

    /// Whether nothing is chosen, which means all.
    pub fn is_all(&self) -> bool {
        self.0.is_empty()
    }
}
