//! The selected values of a variable.

use crate::choice::Choice;
use serde::{Deserialize, Serialize};

/// The selected values of one variable, sorted and deduplicated; none means all. The empty text is a
/// value like any other, and so is NULL.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(from = "Vec<Choice>", into = "Vec<Choice>")]
pub struct Selection {
    texts: Vec<String>,
    has_null: bool,
}

/// The most values that can be selected.
pub const MAX_SELECTED: usize = 2_000;

impl Selection {
    /// Sorts `values` and drops duplicates, so that equal choices compare equal.
    pub fn of(values: impl IntoIterator<Item = String>) -> Self {
        let mut texts: Vec<String> = values.into_iter().collect();
        texts.sort();
        texts.dedup();
        Self { texts, has_null: false }
    }

    /// The same, and NULL if `has_null`.
    #[must_use]
    pub fn with_null(self, has_null: bool) -> Self {
        Self { has_null, ..self }
    }

    /// The selected values that are not NULL.
    pub fn values(&self) -> &[String] {
        &self.texts
    }

    /// Whether NULL is selected.
    pub fn has_null(&self) -> bool {
        self.has_null
    }

    /// The selected values, NULL first; none means all.
    pub fn choices(&self) -> impl Iterator<Item = Choice> + '_ {
        let null = self.has_null.then_some(Choice::Null);
        null.into_iter().chain(self.texts.iter().cloned().map(Choice::Text))
    }

    /// How many values are selected, NULL included.
    pub fn count(&self) -> usize {
        self.texts.len() + usize::from(self.has_null)
    }

    /// Whether `choice` is selected.
    pub fn contains(&self, choice: &Choice) -> bool {
        match choice {
            Choice::Null => self.has_null,
            Choice::Text(text) => self.texts.binary_search(text).is_ok(),
        }
    }

    /// Whether nothing is selected, which means all.
    pub fn is_all(&self) -> bool {
        self.count() == 0
    }
}

impl From<Vec<Choice>> for Selection {
    fn from(choices: Vec<Choice>) -> Self {
        let has_null = choices.contains(&Choice::Null);
        Self::of(choices.into_iter().filter_map(Option::from)).with_null(has_null)
    }
}

impl From<Selection> for Vec<Choice> {
    fn from(selection: Selection) -> Self {
        selection.choices().collect()
    }
}
