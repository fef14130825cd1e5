//! From a frame's cell to a sheet's.

use crate::remarks::Remarks;
use crate::text::CellText;
use crate::{moment, number};
use brisk_domain::{ExportedColumn, Values, ZoneOffsets};

/// A cell of a sheet.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell {
    /// Nothing: NULL.
    Empty,
    /// A number, or a time as a number of days.
    Number(f64),
    /// A text.
    Text(String),
    /// A number or a time that has to be text.
    Written(String),
    /// A boolean.
    Bool(bool),
}

/// The cell in `row` of `column`. `remarks` learns what is not as it was.
pub(crate) fn of(
    column: &ExportedColumn,
    row: usize,
    zone: &ZoneOffsets,
    remarks: &mut Remarks,
) -> Cell {
    let values = column.quotients.as_ref().unwrap_or(&column.column.values);
    match values {
        Values::Int(cells) => number_cell(get(cells, row), remarks, |v| {
            number::of_int(*v).ok_or_else(|| v.to_string())
        }),
        Values::Decimal(cells) => number_cell(get(cells, row), remarks, |v| {
            number::of_decimal(v).ok_or_else(|| v.to_string())
        }),
        Values::Float(cells) => number_cell(get(cells, row), remarks, |v| {
            number::of_float(*v).ok_or_else(|| number::word(*v))
        }),
        Values::Bool(cells) => get(cells, row).map_or(Cell::Empty, |v| Cell::Bool(*v)),
        Values::Text(cells) => get(cells, row).map_or(Cell::Empty, |v| text(v, remarks)),
        Values::Time(cells) => {
            time_cell(get(cells, row), remarks, |v| moment::of_instant(*v, zone))
        }
        Values::Date(cells) => time_cell(get(cells, row), remarks, |v| moment::of_date(*v)),
        Values::WallTime(cells) => {
            time_cell(get(cells, row), remarks, |v| moment::of_wall_time(*v))
        }
    }
}

fn get<T>(cells: &[Option<T>], row: usize) -> Option<&T> {
    cells.get(row).and_then(Option::as_ref)
}

fn number_cell<T>(
    value: Option<&T>,
    remarks: &mut Remarks,
    of: impl Fn(&T) -> Result<f64, String>,
) -> Cell {
    match value.map(of) {
        None => Cell::Empty,
        Some(Ok(number)) => Cell::Number(number),
        Some(Err(text)) => {
            remarks.has_long_numbers = true;
            written(&text, remarks)
        }
    }
}

fn time_cell<T>(
    value: Option<&T>,
    remarks: &mut Remarks,
    of: impl Fn(&T) -> Result<f64, String>,
) -> Cell {
    match value.map(of) {
        None => Cell::Empty,
        Some(Ok(days)) => Cell::Number(days),
        Some(Err(text)) => {
            remarks.has_written_times = true;
            written(&text, remarks)
        }
    }
}

/// A number may be longer than a cell, too.
fn written(value: &str, remarks: &mut Remarks) -> Cell {
    match text(value, remarks) {
        Cell::Text(text) => Cell::Written(text),
        cell => cell,
    }
}

fn text(text: &str, remarks: &mut Remarks) -> Cell {
    let CellText { text, is_cut, is_escaped } = CellText::of(text);
    remarks.cut += usize::from(is_cut);
    remarks.has_escapes |= is_escaped;
    Cell::Text(text)
}
