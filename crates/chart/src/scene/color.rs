//! Colours by meaning. Backends resolve them to actual colours.

/// What a colour stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Color {
    /// The series of this number, from 0 to 7.
    Series(u8),
    /// A step of the sequential scale, from 0 (lowest) to 8.
    Sequential(u8),
}
