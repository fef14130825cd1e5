//! Why a selection cannot be chosen.

/// Why a selection cannot be chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// It has several values, and the variable takes one.
    OneValue,
    /// It has this value, which is not among the variable's options.
    NoOption(String),
}
