//! Colours by what they stand for. Which colour that is, in light and dark, is the backend's business.

/// What a shape's colour says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Color {
    /// The series of this number, from 0 to 7.
    Series(u8),
    /// A step of the sequential scale, from 0 (lowest) to 8.
    Sequential(u8),
}
