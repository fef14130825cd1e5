//! The one figure of a frame: the first number of its first row.

use brisk_domain::{Column, Frame};

/// The figure, and its column.
pub(crate) fn first_number(frame: &Frame) -> Option<(f64, String)> {
    let column = column(frame)?;
    Some((column.values.number(0)?, column.name.clone()))
}

/// All digits of the figure.
pub(crate) fn exact_first(frame: &Frame) -> Option<String> {
    column(frame)?.values.exact(0)
}

fn column(frame: &Frame) -> Option<&Column> {
    frame.columns().iter().find(|column| column.values.is_number())
}
