//! The one figure of a frame: the first number of its first row.

use brisk_domain::format::Number;
use brisk_domain::{Column, Frame};

/// A figure, as it is shown and as it is drawn.
pub(crate) struct Figure<'a> {
    /// Its column.
    pub(crate) column: &'a Column,
    /// The number, digit for digit.
    pub(crate) number: Number,
    /// Its place on a scale; `None` where it is not finite.
    pub(crate) value: Option<f64>,
    /// All its digits, in plain notation.
    pub(crate) exact: String,
}

/// The figure; `None` for NULL.
pub(crate) fn of(frame: &Frame) -> Option<Figure<'_>> {
    let column = frame.columns().iter().find(|column| column.values.is_number())?;
    Some(Figure {
        column,
        number: Number::of(&column.values, 0)?,
        value: column.values.number(0),
        exact: column.values.exact(0)?,
    })
}
