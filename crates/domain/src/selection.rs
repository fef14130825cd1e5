//! The selected values of a variable.

use serde::{Deserialize, Serialize};

/// The selected values of one variable, sorted and deduplicated; none means all. The empty text is a
/// value like any other.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Selection(Vec<String>);

/// The most values that can be selected.
pub const MAX_SELECTED: usize = 2_000;
/// The longest value, in bytes.
pub const MAX_VALUE_LENGTH: usize = 200;

impl Selection {
    /// Sorts `values` and drops duplicates, so that equal choices compare equal.
    pub fn of(values: impl IntoIterator<Item = String>) -> Self {
        let mut values: Vec<String> = values.into_iter().collect();
        values.sort();
        values.dedup();
        Self(values)
    }

    /// The selected values; none means all.
    pub fn values(&self) -> &[String] {
        &self.0
    }

    /// Whether `value` is selected.
    pub fn contains(&self, value: &str) -> bool {
        self.0.binary_search_by(|known| known.as_str().cmp(value)).is_ok()
    }

    /// Whether nothing is selected, which means all.
    pub fn is_all(&self) -> bool {
        self.0.is_empty()
    }
}
