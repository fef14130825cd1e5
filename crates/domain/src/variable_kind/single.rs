//! A variable with one value.

use super::options::Options;
use super::refusal::Refusal;
use super::traits::Traits;
use crate::choice::Choice;
use crate::selection::Selection;
use serde::{Deserialize, Serialize};

/// The options of a variable that takes one value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Single {
    /// The values to choose from.
    pub options: Options,
    /// The default; `None` means all.
    pub default: Option<Choice>,
}

impl Single {
    pub(super) fn check(&self, selection: &Selection) -> Result<(), Refusal> {
        if selection.count() > 1 {
            return Err(Refusal::OneValue);
        }
        self.options.check(selection)
    }
}

pub(super) const TRAITS: Traits = Traits { word: "single" };
