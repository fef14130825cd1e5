//! The selected values of a variable.

use serde::{Deserialize, Serialize};

/// The selected values of one variable, sorted and deduplicated; empty means all.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Selection(Vec<String>);

/// The most values that can be selected.
pub const MAX_SELECTED: usize = 200;
/// The longest value, in bytes.
pub const MAX_VALUE_LENGTH: usize = 200;

impl Selection {
    /// Sorts `values` and drops duplicates and empty ones, so that equal choices compare equal.
    pub fn of(values: impl IntoIterator<Item = String>) -> Self {
        let mut values: Vec<String> = values.into_iter().filter(|v| !v.is_empty()).collect();
        values.sort();
        values.dedup();
        Self(values)
    }

    /// The selected values; empty means all.
    pub fn values(&self) -> &[String] {
        &self.0
    }

    /// Whether nothing is selected, which means all.
    pub fn is_all(&self) -> bool {
        self.0.is_empty()
    }
}
