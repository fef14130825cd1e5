//! A variable with any number of values.

use super::options::Options;
use super::refusal::Refusal;
use super::traits::Traits;
use crate::selection::Selection;
use serde::{Deserialize, Serialize};

/// The options of a variable that takes several values.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Multi {
    /// The values to choose from.
    pub options: Options,
    /// The default; empty means all.
    pub default: Selection,
}

impl Multi {
    pub(super) fn check(&self, selection: &Selection) -> Result<(), Refusal> {
        self.options.check(selection)
    }
}

pub(super) const TRAITS: Traits = Traits { word: "multi" };
