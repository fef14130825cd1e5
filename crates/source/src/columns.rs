//! What decoding shares on all databases: a frame's columns while they are filled.

use crate::error::SourceError;
use brisk_domain::{Column, Frame, Values};

/// The names of a result's columns, made distinct: the second `count` becomes `count (2)`. A
/// reference by name means the first.
pub(crate) fn distinct_names<'a>(given: impl Iterator<Item = &'a str>) -> Vec<String> {
    let given: Vec<&str> = given.collect();
    let mut names: Vec<String> = Vec::with_capacity(given.len());
    for name in &given {
        let mut distinct = (*name).to_owned();
        let mut number = 1;
        // Nor may it be a name that the author gave to a later column.
        while names.contains(&distinct) || number > 1 && given.contains(&distinct.as_str()) {
            number += 1;
            distinct = format!("{name} ({number})");
        }
        names.push(distinct);
    }
    names
}

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

/// Bytes as hexadecimal digits after `prefix`.
pub(crate) fn hex(prefix: &str, bytes: &[u8]) -> String {
    let mut text = String::with_capacity(prefix.len() + 2 * bytes.len());
    text.push_str(prefix);
    for byte in bytes {
        for digit in [byte >> 4, byte & 15] {
            text.push(char::from(b"0123456789abcdef"[usize::from(digit)]));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_gets_a_name_of_its_own() {
        let names = distinct_names(["count", "count", "count (2)", "a", "count"].into_iter());
        assert_eq!(names, ["count", "count (3)", "count (2)", "a", "count (4)"]);
    }

    #[test]
    fn bytes_are_two_digits_each() {
        assert_eq!(hex("0x", &[0, 255, 10]), "0x00ff0a");
    }
}
