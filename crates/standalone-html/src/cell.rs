//! A cell of a table.

use brisk_domain::{ExportedColumn, PanelData, Values};

/// What a cell shows.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Shown {
    /// The text.
    pub(crate) text: String,
    /// All digits of a number that the text rounds.
    pub(crate) exact: Option<String>,
}

/// The cell in `row` of `column`.
pub(crate) fn of(column: &ExportedColumn, row: usize, data: &PanelData) -> Shown {
    let values = &column.column.values;
    let text = column.text(row, &data.offsets);
    let exact = match values {
        Values::Int(_) | Values::Decimal(_) | Values::Float(_) => values.exact(row),
        _ => None,
    };
    let exact = exact.filter(|exact| digits(exact) != digits(&text));
    Shown { text, exact }
}

/// The digits of a number without the zeros around them: equal where nothing is rounded.
fn digits(text: &str) -> String {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    digits.trim_matches('0').to_owned()
}
