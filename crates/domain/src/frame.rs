//! What a query returns: typed columns of equal length.

use crate::{Date, Decimal, Timestamp, WallTime, ZoneOffsets};
use serde::{Deserialize, Serialize, Serializer};
use std::sync::Arc;

/// Typed columns of equal length: the result of one statement. Cheap to clone: columns are shared.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(try_from = "Vec<Column>")]
pub struct Frame {
    columns: Vec<Arc<Column>>,
}

/// One named column of a [`Frame`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Column {
    /// The column's name in the statement.
    pub name: String,
    /// Its cells.
    pub values: Values,
}

/// The cells of a column, all of one type; `None` is NULL, which is not 0.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Values {
    /// 64-bit integers.
    Int(Vec<Option<i64>>),
    /// Exact decimals.
    Decimal(Vec<Option<Decimal>>),
    /// Floating-point numbers; never use them for money that must add up.
    Float(Vec<Option<f64>>),
    /// True or false.
    Bool(Vec<Option<bool>>),
    /// Text.
    Text(Vec<Option<String>>),
    /// Instants; shown in the dashboard's time zone.
    Time(Vec<Option<Timestamp>>),
    /// Dates; the same in every zone.
    Date(Vec<Option<Date>>),
    /// What a wall clock showed; never shifted.
    WallTime(Vec<Option<WallTime>>),
}

/// Columns of different lengths, or with equal names, are not a frame.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// A column's length differs from the first one's.
    #[error("column \"{0}\" has {1} rows, the first column has {2}")]
    UnequalLength(String, usize, usize),
    /// Two columns share a name, which would make the second unreachable.
    #[error("two columns are named \"{0}\"; give one of them another name with `as`")]
    DuplicateName(String),
}

impl Values {
    /// The number of cells.
    pub fn len(&self) -> usize {
        match self {
            Self::Int(cells) => cells.len(),
            Self::Decimal(cells) => cells.len(),
            Self::Float(cells) => cells.len(),
            Self::Bool(cells) => cells.len(),
            Self::Text(cells) => cells.len(),
            Self::Time(cells) => cells.len(),
            Self::Date(cells) => cells.len(),
            Self::WallTime(cells) => cells.len(),
        }
    }

    /// Whether there is no cell.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether the cells are numbers.
    pub fn is_number(&self) -> bool {
        matches!(self, Self::Int(_) | Self::Decimal(_) | Self::Float(_))
    }

    /// Cell `row` as a float for drawing; `None` for NULL, for values that are not finite numbers,
    /// and past the end.
    pub fn number(&self, row: usize) -> Option<f64> {
        let number = match self {
            Self::Int(cells) => (*cells.get(row)?)? as f64,
            Self::Decimal(cells) => cells.get(row)?.as_ref()?.to_f64(),
            Self::Float(cells) => (*cells.get(row)?)?,
            Self::Bool(_) | Self::Text(_) | Self::Time(_) | Self::Date(_) | Self::WallTime(_) => {
                return None;
            }
        };
        number.is_finite().then_some(number)
    }

    /// Whether the cells are instants, dates or wall-clock times: what stands on a time axis.
    pub fn is_time(&self) -> bool {
        matches!(self, Self::Time(_) | Self::Date(_) | Self::WallTime(_))
    }

    /// Cell `row` as an instant.
    pub fn time(&self, row: usize) -> Option<Timestamp> {
        match self {
            Self::Time(cells) => *cells.get(row)?,
            _ => None,
        }
    }

    /// The place of cell `row` on a time axis: the instant, or that at which the wall clock of
    /// `zone` shows the date's midnight or the wall-clock time (the earlier one if it does so
    /// twice, the change if it skips it). `None` for infinities.
    pub fn placed(&self, row: usize, zone: &ZoneOffsets) -> Option<Timestamp> {
        match self {
            Self::Time(cells) => *cells.get(row)?,
            Self::Date(cells) => (*cells.get(row)?)?.midnight().naive().map(|at| zone.instant(at)),
            Self::WallTime(cells) => (*cells.get(row)?)?.naive().map(|at| zone.instant(at)),
            _ => None,
        }
    }

    /// Cell `row` exactly as the database gave it, as text; `None` for NULL. Dates and wall-clock
    /// times as ISO 8601, instants as microseconds since the epoch.
    pub fn exact(&self, row: usize) -> Option<String> {
        match self {
            Self::Int(cells) => cells.get(row)?.map(|v| v.to_string()),
            Self::Decimal(cells) => cells.get(row)?.as_ref().map(ToString::to_string),
            Self::Float(cells) => cells.get(row)?.map(|v| match v {
                f64::INFINITY => "Infinity".into(),
                f64::NEG_INFINITY => "-Infinity".into(),
                v => v.to_string(),
            }),
            Self::Bool(cells) => cells.get(row)?.map(|v| v.to_string()),
            Self::Text(cells) => cells.get(row)?.clone(),
            Self::Time(cells) => cells.get(row)?.map(|v| v.0.to_string()),
            Self::Date(cells) => cells.get(row)?.map(|v| v.to_string()),
            Self::WallTime(cells) => cells.get(row)?.map(|v| v.to_string()),
        }
    }
}

impl Frame {
    /// Combines columns of equal length and distinct names.
    pub fn new(columns: Vec<Column>) -> Result<Self, FrameError> {
        Self::of_shared(columns.into_iter().map(Arc::new).collect())
    }

    /// The same, with columns that other frames may share.
    pub fn of_shared(columns: Vec<Arc<Column>>) -> Result<Self, FrameError> {
        let rows = columns.first().map_or(0, |c| c.values.len());
        for (i, column) in columns.iter().enumerate() {
            if column.values.len() != rows {
                let (name, len) = (column.name.clone(), column.values.len());
                return Err(FrameError::UnequalLength(name, len, rows));
            }
            if columns[..i].iter().any(|c| c.name == column.name) {
                return Err(FrameError::DuplicateName(column.name.clone()));
            }
        }
        Ok(Self { columns })
    }

    /// The columns in the statement's order.
    pub fn columns(&self) -> &[Arc<Column>] {
        &self.columns
    }

    /// The column called `name`.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|c| c.name == name).map(|column| &**column)
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.columns.first().map_or(0, |c| c.values.len())
    }

    /// The cells in these rows, in their order.
    #[must_use]
    pub fn of_rows(&self, rows: &[usize]) -> Self {
        fn picked<T: Clone>(cells: &[Option<T>], rows: &[usize]) -> Vec<Option<T>> {
            rows.iter().map(|row| cells.get(*row).cloned().flatten()).collect()
        }
        let column = |column: &Column| {
            let values = match &column.values {
                Values::Int(cells) => Values::Int(picked(cells, rows)),
                Values::Decimal(cells) => Values::Decimal(picked(cells, rows)),
                Values::Float(cells) => Values::Float(picked(cells, rows)),
                Values::Bool(cells) => Values::Bool(picked(cells, rows)),
                Values::Text(cells) => Values::Text(picked(cells, rows)),
                Values::Time(cells) => Values::Time(picked(cells, rows)),
                Values::Date(cells) => Values::Date(picked(cells, rows)),
                Values::WallTime(cells) => Values::WallTime(picked(cells, rows)),
            };
            Arc::new(Column { name: column.name.clone(), values })
        };
        Self { columns: self.columns.iter().map(|one| column(one)).collect() }
    }

    /// The frame's approximate size in memory, in bytes.
    pub fn size(&self) -> usize {
        let cells = |values: &Values| match values {
            Values::Int(cells) => cells.len() * size_of::<Option<i64>>(),
            Values::Float(cells) => cells.len() * size_of::<Option<f64>>(),
            Values::Bool(cells) => cells.len(),
            Values::Time(cells) => cells.len() * size_of::<Option<Timestamp>>(),
            Values::Date(cells) => cells.len() * size_of::<Option<Date>>(),
            Values::WallTime(cells) => cells.len() * size_of::<Option<WallTime>>(),
            Values::Decimal(cells) => cells
                .iter()
                .map(|c| size_of::<Option<Decimal>>() + c.as_ref().map_or(0, |d| d.as_str().len()))
                .sum(),
            Values::Text(cells) => cells
                .iter()
                .map(|c| size_of::<Option<String>>() + c.as_ref().map_or(0, String::len))
                .sum(),
        };
        self.columns.iter().map(|c| c.name.len() + size_of::<Column>() + cells(&c.values)).sum()
    }
}

impl TryFrom<Vec<Column>> for Frame {
    type Error = FrameError;
    fn try_from(columns: Vec<Column>) -> Result<Self, FrameError> {
        Self::new(columns)
    }
}

impl Serialize for Frame {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.columns.iter().map(|column| &**column))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(name: &str, cells: &[i64]) -> Column {
        let values = Values::Int(cells.iter().copied().map(Some).collect());
        Column { name: name.into(), values }
    }

    #[test]
    fn columns_of_unequal_length_or_equal_names_are_refused() {
        assert!(Frame::new(vec![column("a", &[1, 2]), column("b", &[1])]).is_err());
        assert!(Frame::new(vec![column("a", &[1]), column("a", &[1])]).is_err());
    }

    #[test]
    fn frames_survive_json_digit_for_digit() {
        let frame = Frame::new(vec![
            column("n", &[i64::MAX]),
            Column {
                name: "d".into(),
                values: Values::Decimal(vec![Decimal::parse("0.10000000000000000000001").ok()]),
            },
        ])
        .unwrap();
        let json = serde_json::to_string(&frame).unwrap();
        assert!(json.contains("9223372036854775807"), "{json}");
        assert_eq!(serde_json::from_str::<Frame>(&json).unwrap(), frame);
    }
}
