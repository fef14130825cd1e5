//! Why a selection is not accepted.

/// Why a selection is not accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// It has several values, but the variable takes one.
    OneValue,
    /// It has this value, which is not one of the variable's options.
    NoOption(String),
}
