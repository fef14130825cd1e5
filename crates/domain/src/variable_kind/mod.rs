//! The kinds of variables. A kind is one thing in one place: its file has its options and says
//! which selections it takes.
//!
//! How to add one: `docs/extending.md`.

pub mod multi;
pub mod options;
mod refusal;
pub mod single;
mod traits;

pub use multi::Multi;
pub use options::Options;
pub use refusal::Refusal;
pub use single::Single;
pub use traits::Traits;

use crate::kinds::kinds;
use crate::selection::Selection;

kinds! {
    /// What can be chosen, and how, with the options of that kind.
    pub enum VariableKind, named by VariableKindName, with Traits {
        /// One value of several.
        Single in single,
        /// Any number of values of several.
        Multi in multi,
    }
}

impl VariableKind {
    /// The values that are chosen where the URL says nothing; none means all.
    pub fn default_values(&self) -> &[String] {
        match self {
            Self::Single(single) => single.default.as_slice(),
            Self::Multi(multi) => multi.default.values(),
        }
    }

    /// The values to choose from; `None` for a kind that has no list of them.
    pub fn options(&self) -> Option<&Options> {
        match self {
            Self::Single(single) => Some(&single.options),
            Self::Multi(multi) => Some(&multi.options),
        }
    }

    /// Whether `selection` may be chosen, or why not. Nothing chosen always may.
    pub fn check(&self, selection: &Selection) -> Result<(), Refusal> {
        match self {
            Self::Single(single) => single.check(selection),
            Self::Multi(multi) => multi.check(selection),
        }
    }
}
