//! What decoding has in common on all databases: a frame's columns while they are filled.

use crate::error::SourceError;
use brisk_domain::{Column, Frame, Values};

/// The scale of the column `name`, whose whole numbers then count 10^-scale units.
pub(crate) fn scale_of(scales: &[(String, u8)], name: &str) -> Option<u8> {
    scales.iter().find(|(scaled, _)| scaled == name).map(|(_, scale)| *scale)
}

/// Adds a NULL.
pub(crate) fn push_null(values: &mut Values) {
    match values {
        Values::Int(cells) => cells.push(None),
        Values::Decimal(cells) => cells.push(None),
        Values::Float(cells) => cells.push(None),
        Values::Bool(cells) => cells.push(None),
        Values::Text(cells) => cells.push(None),
        Values::Time(cells) => cells.push(None),
        Values::Date(cells) => cells.push(None),
        Values::WallTime(cells) => cells.push(None),
    }
}

/// The frame of filled columns, each with its name.
pub(crate) fn frame(columns: impl Iterator<Item = (String, Values)>) -> Result<Frame, SourceError> {
    Ok(Frame::new(columns.map(|(name, values)| Column { name, values }).collect())?)
}
