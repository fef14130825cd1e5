//! A frame against what a client prints, cell by cell.

use super::sqlite3::Cell;
use brisk_domain::{Frame, Values};
use chrono::NaiveDateTime;

/// Checks that each cell of the frame is what the client prints, as text; numbers with fractions
/// are compared by all of their bits, and instants by their microseconds, because clients write
/// them differently.
pub(crate) fn assert_equal(frame: &Frame, printed: &[Vec<Cell>], place: &str) {
    assert_eq!(frame.rows(), printed.len(), "{place}: rows");
    for (row, cells) in printed.iter().enumerate() {
        assert_eq!(frame.columns().len(), cells.len(), "{place}: columns");
        for (column, cell) in frame.columns().iter().zip(cells) {
            let (found, expected) = match (&column.values, cell) {
                (Values::Float(floats), Some(text)) => {
                    let number: f64 = text.parse().unwrap_or_else(|_| panic!("{place}: {text}"));
                    (floats[row].map(bits), Some(bits(number)))
                }
                (Values::WallTime(times), Some(text)) => {
                    (times[row].map(|time| time.0.to_string()), Some(micros(text)))
                }
                (Values::Time(_), Some(text)) => (column.values.exact(row), Some(micros(text))),
                (Values::Bool(_), Some(text)) => {
                    let word = if text == "t" { "true" } else { "false" };
                    (column.values.exact(row), Some(word.to_owned()))
                }
                (values, cell) => (values.exact(row), cell.clone()),
            };
            assert_eq!(found, expected, "{place}: row {row}, column {}", column.name);
        }
    }
}

/// All bits of a number; every NaN has the same.
fn bits(number: f64) -> String {
    if number.is_nan() { "NaN".into() } else { format!("{:x}", number.to_bits()) }
}

/// A printed instant in microseconds since the epoch.
fn micros(text: &str) -> String {
    if text.parse::<i64>().is_ok() {
        return text.to_owned();
    }
    let text = text.strip_suffix("+00").unwrap_or(text);
    let time = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f").unwrap();
    time.and_utc().timestamp_micros().to_string()
}
