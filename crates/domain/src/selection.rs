//! What is chosen of a variable.

use serde::{Deserialize, Serialize};

/// The chosen values of one variable, sorted and without repetition; none means all.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Selection(Vec<String>);

/// More chosen values than this are refused.
pub const MAX_SELECTED: usize = 200;
/// Longer values (in bytes) than this are refused.
pub const MAX_VALUE_LENGTH: usize = 200;

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
