//! SQLite's values. In SQLite every cell has a type of its own, but a column of a frame has one:
//! this decides which, or reports why there is none.

use crate::error::SourceError;
use brisk_domain::{Column, Decimal, Timestamp, Values};

/// A cell as SQLite stores it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell {
    Null,
    Int(i64),
    Real(f64),
    /// Text; bytes, and text that is not UTF-8, as the literal that SQLite writes: `X'00ff'`.
    Text(String),
}

/// What is known about a column besides its cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hint {
    None,
    /// The table declares it as text, which decides if all cells are NULL.
    DeclaredText,
    /// Its whole numbers count 10^-scale units.
    Scale(u8),
    /// Its whole numbers are seconds since the epoch.
    Time,
}

/// The largest whole number up to which every float is exact.
const EXACT_FLOAT: u64 = 1 << 53;

/// The column of `cells`. If all are NULL, it holds whole numbers unless `hint` says otherwise.
pub(super) fn column(name: &str, cells: Vec<Cell>, hint: Hint) -> Result<Column, SourceError> {
    let has = |wanted: fn(&Cell) -> bool| cells.iter().any(wanted);
    let int = has(|c| matches!(c, Cell::Int(_)));
    let real = has(|c| matches!(c, Cell::Real(_)));
    let text = has(|c| matches!(c, Cell::Text(_)));
    let beyond_floats = has(|c| matches!(c, Cell::Int(v) if v.unsigned_abs() > EXACT_FLOAT));
    let problem = if matches!(hint, Hint::Scale(_)) && (real || text) {
        Some("only whole numbers can have a scale: cast it to integer, or remove the scale")
    } else if hint == Hint::Time && (real || text) {
        Some("$bucket and $time need whole seconds since the epoch: cast it to integer")
    } else {
        None
    };
    if let Some(message) = problem {
        let (column, message) = (name.to_owned(), message.to_owned());
        return Err(SourceError::Type { column, message });
    }
    let values = match hint {
        Hint::Scale(scale) => {
            let scaled = |v| Decimal::from_scaled(v, scale);
            Values::Decimal(ints(&cells).map(|v| v.map(scaled)).collect())
        }
        Hint::Time => Values::Time(ints(&cells).map(|v| v.map(Timestamp::from_seconds)).collect()),
        // Numbers among texts are shown as they are written.
        Hint::None | Hint::DeclaredText if text => {
            Values::Text(cells.into_iter().map(into_text).collect())
        }
        Hint::None | Hint::DeclaredText if real && beyond_floats => {
            Values::Decimal(cells.iter().map(decimal).collect::<Result<_, _>>()?)
        }
        Hint::None | Hint::DeclaredText if real => Values::Float(cells.iter().map(float).collect()),
        Hint::DeclaredText if !int => Values::Text(cells.into_iter().map(into_text).collect()),
        Hint::None | Hint::DeclaredText => Values::Int(ints(&cells).collect()),
    };
    Ok(Column { name: name.to_owned(), values })
}

impl Cell {
    /// Its size in memory.
    pub(crate) fn size(&self) -> usize {
        size_of::<Self>() + if let Self::Text(text) = self { text.len() } else { 0 }
    }
}

fn ints(cells: &[Cell]) -> impl Iterator<Item = Option<i64>> + '_ {
    cells.iter().map(|cell| if let Cell::Int(v) = cell { Some(*v) } else { None })
}

fn float(cell: &Cell) -> Option<f64> {
    match cell {
        Cell::Int(v) => Some(*v as f64),
        Cell::Real(v) => Some(*v),
        _ => None,
    }
}

/// Whole numbers and fractions together, each exact: a fraction is the shortest decimal that stands
/// for its float.
fn decimal(cell: &Cell) -> Result<Option<Decimal>, SourceError> {
    let digits = match cell {
        Cell::Int(v) => v.to_string(),
        Cell::Real(v) if v.is_infinite() => {
            String::from(if *v > 0.0 { "Infinity" } else { "-Infinity" })
        }
        Cell::Real(v) => v.to_string(),
        Cell::Null | Cell::Text(_) => return Ok(None),
    };
    let parsed = Decimal::parse(&digits).map_err(|error| error.to_string());
    parsed.map(Some).map_err(|message| SourceError::Database { message })
}

fn into_text(cell: Cell) -> Option<String> {
    Some(match cell {
        Cell::Null => return None,
        Cell::Int(v) => v.to_string(),
        // As SQLite writes it, with a decimal point, but with all digits.
        Cell::Real(v) if v.is_infinite() => if v > 0.0 { "Inf" } else { "-Inf" }.to_owned(),
        Cell::Real(v) => format!("{v:?}"),
        Cell::Text(text) => text,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mixed_cells_become_one_exact_type() {
        let typed = |cells: Vec<Cell>| column("c", cells, Hint::None).map(|c| c.values);
        let floats = typed(vec![Cell::Int(1), Cell::Real(0.5), Cell::Null]).unwrap();
        assert_eq!(floats, Values::Float(vec![Some(1.0), Some(0.5), None]));
        let exact = typed(vec![Cell::Int(i64::MAX), Cell::Real(0.1), Cell::Null]).unwrap();
        assert_eq!(exact.exact(0).as_deref(), Some("9223372036854775807"));
        assert_eq!((exact.exact(1).as_deref(), exact.exact(2)), (Some("0.1"), None));
        let mixed = vec![Cell::Int(1), Cell::Text("a".into()), Cell::Real(2.0), Cell::Null];
        let text = |text: &str| Some(text.to_owned());
        let shown = vec![text("1"), text("a"), text("2.0"), None];
        assert_eq!(typed(mixed).unwrap(), Values::Text(shown));
        assert_eq!(typed(vec![Cell::Null]).unwrap(), Values::Int(vec![None]));
    }

    #[test]
    fn scaled_columns_are_decimals_and_refuse_fractions() {
        let scaled = column("c", vec![Cell::Int(1234)], Hint::Scale(3)).unwrap();
        assert_eq!(scaled.values.exact(0).as_deref(), Some("1.234"));
        assert!(column("c", vec![Cell::Real(1.5)], Hint::Scale(3)).is_err());
    }

    #[test]
    fn columns_of_nulls_are_what_the_statement_says() {
        let typed = |hint| column("c", vec![Cell::Null], hint).unwrap().values;
        assert_eq!(typed(Hint::Time), Values::Time(vec![None]));
        assert_eq!(typed(Hint::Scale(2)), Values::Decimal(vec![None]));
        assert_eq!(typed(Hint::DeclaredText), Values::Text(vec![None]));
        assert_eq!(typed(Hint::None), Values::Int(vec![None]));
    }
}
