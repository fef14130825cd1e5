//! SQLite gives every cell its own type; a column of a frame has one. Decides which, or says why
//! there is none.

use crate::{SourceError, TimeForm};
use brisk_domain::{Column, Decimal, Timestamp, Values, ZoneOffsets};
use chrono::DateTime;

/// A cell as SQLite stores it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell {
    Null,
    Int(i64),
    Real(f64),
    Text(String),
    Blob,
}

/// How a column's whole numbers are to be read.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Hint<'a> {
    None,
    /// They count 10^-scale units.
    Scale(u8),
    Time(TimeForm, &'a ZoneOffsets),
}

/// The largest whole number up to which every float is exact.
const EXACT_FLOAT: u64 = 1 << 53;

/// One column of one type.
pub(crate) fn column(name: &str, cells: Vec<Cell>, hint: Hint<'_>) -> Result<Column, SourceError> {
    let has = |wanted: fn(&Cell) -> bool| cells.iter().any(wanted);
    let (int, real) = (has(|c| matches!(c, Cell::Int(_))), has(|c| matches!(c, Cell::Real(_))));
    let text = has(|c| matches!(c, Cell::Text(_)));
    let error = |message: &str| {
        Err(SourceError::Type { column: name.to_owned(), message: message.to_owned() })
    };
    if has(|c| matches!(c, Cell::Blob)) {
        return error("binary values cannot be shown: select hex(…) or cast them to text");
    }
    if text && (int || real) {
        return error("some rows hold text and some numbers: cast them to one type");
    }
    let values = match hint {
        Hint::Scale(_) | Hint::Time(..) if real || text => {
            return error("holds values that are not whole numbers, which its scale or time needs");
        }
        Hint::Scale(scale) => Values::Decimal(
            ints(&cells).map(|v| v.map(|v| Decimal::from_scaled(v, scale))).collect(),
        ),
        Hint::Time(form, zone) => {
            Values::Time(ints(&cells).map(|v| v.map(|v| time(v, form, zone))).collect())
        }
        Hint::None if text => Values::Text(
            cells
                .into_iter()
                .map(|cell| if let Cell::Text(text) = cell { Some(text) } else { None })
                .collect(),
        ),
        Hint::None if real => {
            if cells.iter().any(|c| matches!(c, Cell::Int(v) if v.unsigned_abs() > EXACT_FLOAT)) {
                return error("mixes fractions with whole numbers that are too large to be exact");
            }
            let float = |cell: &Cell| match cell {
                Cell::Int(v) => Some(*v as f64),
                Cell::Real(v) => Some(*v),
                _ => None,
            };
            Values::Float(cells.iter().map(float).collect())
        }
        Hint::None => Values::Int(ints(&cells).collect()),
    };
    Ok(Column { name: name.to_owned(), values })
}

fn ints(cells: &[Cell]) -> impl Iterator<Item = Option<i64>> + '_ {
    cells.iter().map(|cell| if let Cell::Int(v) = cell { Some(*v) } else { None })
}

fn time(seconds: i64, form: TimeForm, zone: &ZoneOffsets) -> Timestamp {
    match form {
        TimeForm::Instant => Timestamp::from_seconds(seconds),
        TimeForm::Wall => match DateTime::from_timestamp(seconds, 0) {
            Some(wall) => zone.instant(wall.naive_utc()),
            None => Timestamp::from_seconds(seconds),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mixed_cells_become_one_exact_type_or_an_error() {
        let typed = |cells: Vec<Cell>| column("c", cells, Hint::None).map(|c| c.values);
        let floats = typed(vec![Cell::Int(1), Cell::Real(0.5), Cell::Null]).unwrap();
        assert_eq!(floats, Values::Float(vec![Some(1.0), Some(0.5), None]));
        assert!(typed(vec![Cell::Int(i64::MAX), Cell::Real(0.5)]).is_err());
        assert!(typed(vec![Cell::Int(1), Cell::Text("a".into())]).is_err());
        assert!(typed(vec![Cell::Blob]).is_err());
        assert_eq!(typed(vec![Cell::Null]).unwrap(), Values::Int(vec![None]));
    }

    #[test]
    fn scaled_columns_are_decimals_and_refuse_fractions() {
        let scaled = column("c", vec![Cell::Int(1234)], Hint::Scale(3)).unwrap();
        assert_eq!(scaled.values.exact(0).as_deref(), Some("1.234"));
        assert!(column("c", vec![Cell::Real(1.5)], Hint::Scale(3)).is_err());
    }
}
