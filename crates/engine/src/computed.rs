//! Columns computed from others after the query. Pure.

use brisk_domain::frame::FrameError;
use brisk_domain::panel::{Computed, ComputedKind};
use brisk_domain::{Column, Decimal, Frame, Values};

/// How many rows a moving average covers, including its own.
const MOVING_ROWS: usize = 7;

/// Why a column cannot be computed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ComputeError {
    /// The statement has no such column.
    #[error("computed column \"{name}\" is of \"{of}\", which the statement does not return")]
    NoColumn {
        /// The computed column.
        name: String,
        /// The column it is computed from.
        of: String,
    },
    /// The column is not a number.
    #[error("computed column \"{name}\" is of \"{of}\", which is not a number")]
    NotANumber {
        /// The computed column.
        name: String,
        /// The column it is computed from.
        of: String,
    },
    /// The names clash.
    #[error(transparent)]
    Frame(#[from] FrameError),
}

/// `frame` with the computed columns appended.
pub fn with_computed(frame: &Frame, computed: &[Computed]) -> Result<Frame, ComputeError> {
    if frame.rows() == 0 {
        return Ok(frame.clone());
    }
    let mut columns = frame.columns().to_vec();
    for Computed { name, of, kind } in computed {
        let error = || (name.clone(), of.clone());
        let Some(column) = columns.iter().find(|c| c.name == *of) else {
            let (name, of) = error();
            return Err(ComputeError::NoColumn { name, of });
        };
        if !column.values.is_number() && (0..frame.rows()).any(|r| column.values.exact(r).is_some())
        {
            let (name, of) = error();
            return Err(ComputeError::NotANumber { name, of });
        }
        let values = match kind {
            ComputedKind::RunningTotal => running_total(&column.values),
            ComputedKind::Delta => delta(&column.values),
            ComputedKind::Share => share(&column.values),
            ComputedKind::MovingAverage => moving_average(&column.values),
        };
        columns.push(Column { name: name.clone(), values });
    }
    Ok(Frame::new(columns)?)
}

/// NULL adds nothing.
fn running_total(values: &Values) -> Values {
    if let Some((mantissas, scale)) = exact(values) {
        let mut sum = 0_i128;
        let totals: Option<Vec<i128>> = mantissas
            .iter()
            .map(|cell| {
                sum = sum.checked_add(cell.unwrap_or(0))?;
                Some(sum)
            })
            .collect();
        if let Some(totals) = totals {
            return from_exact(totals.into_iter().map(Some), scale);
        }
    }
    let mut sum = 0.0;
    let total = |row| {
        sum += values.number(row).unwrap_or(0.0);
        Some(sum)
    };
    Values::Float((0..values.len()).map(total).collect())
}

/// NULL in the first row, and in rows next to a NULL.
fn delta(values: &Values) -> Values {
    if let Some((mantissas, scale)) = exact(values) {
        let difference = |row: usize| {
            let before = mantissas.get(row.checked_sub(1)?).copied().flatten()?;
            mantissas[row]?.checked_sub(before)
        };
        return from_exact((0..mantissas.len()).map(difference), scale);
    }
    let difference = |row: usize| Some(values.number(row)? - values.number(row.checked_sub(1)?)?);
    Values::Float((0..values.len()).map(difference).collect())
}

fn share(values: &Values) -> Values {
    let sum: f64 = (0..values.len()).filter_map(|row| values.number(row)).sum();
    let part = |row| values.number(row).map(|v| v / sum).filter(|share| share.is_finite());
    Values::Float((0..values.len()).map(part).collect())
}

/// The mean of the non-NULL values in this row and the six before it.
fn moving_average(values: &Values) -> Values {
    let mean = |row: usize| {
        let first = (row + 1).saturating_sub(MOVING_ROWS);
        let window: Vec<f64> = (first..=row).filter_map(|r| values.number(r)).collect();
        (!window.is_empty()).then(|| window.iter().sum::<f64>() / window.len() as f64)
    };
    Values::Float((0..values.len()).map(mean).collect())
}

/// The cells as integer mantissas at a common scale, if the column is exact and they fit.
fn exact(values: &Values) -> Option<(Vec<Option<i128>>, u8)> {
    match values {
        Values::Int(cells) => Some((cells.iter().map(|c| c.map(i128::from)).collect(), 0)),
        Values::Decimal(cells) => {
            let digits = |d: &Decimal| d.as_str().split_once('.').map_or(0, |(_, f)| f.len());
            let scale = cells.iter().flatten().map(digits).max().unwrap_or(0);
            let mantissa = |d: &Decimal| -> Option<i128> {
                let (whole, fraction) = d.as_str().split_once('.').unwrap_or((d.as_str(), ""));
                format!("{whole}{fraction:0<scale$}").parse().ok()
            };
            let cells: Option<Vec<Option<i128>>> = cells
                .iter()
                .map(|cell| cell.as_ref().map_or(Some(None), |d| mantissa(d).map(Some)))
                .collect();
            Some((cells?, u8::try_from(scale).ok()?))
        }
        _ => None,
    }
}

fn from_exact(cells: impl Iterator<Item = Option<i128>>, scale: u8) -> Values {
    let cells: Vec<Option<i128>> = cells.collect();
    let whole: Option<Vec<Option<i64>>> = (scale == 0)
        .then(|| {
            cells
                .iter()
                .map(|cell| cell.map_or(Some(None), |v| i64::try_from(v).ok().map(Some)))
                .collect()
        })
        .flatten();
    match whole {
        Some(whole) => Values::Int(whole),
        None => Values::Decimal(cells.iter().map(|c| c.and_then(|v| decimal(v, scale))).collect()),
    }
}

fn decimal(mantissa: i128, scale: u8) -> Option<Decimal> {
    let scale = usize::from(scale);
    let digits = format!("{:0>width$}", mantissa.unsigned_abs(), width = scale + 1);
    let (whole, fraction) = digits.split_at(digits.len() - scale);
    let sign = if mantissa < 0 { "-" } else { "" };
    let point = if scale > 0 { "." } else { "" };
    Decimal::parse(&format!("{sign}{whole}{point}{fraction}")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compute(values: Values, kind: ComputedKind) -> Values {
        let frame = Frame::new(vec![Column { name: "n".into(), values }]).unwrap();
        let computed = [Computed { name: "c".into(), of: "n".into(), kind }];
        with_computed(&frame, &computed).unwrap().column("c").unwrap().values.clone()
    }

    fn decimals(cells: &[&str]) -> Values {
        Values::Decimal(cells.iter().map(|c| Decimal::parse(c).ok()).collect())
    }

    #[test]
    fn running_totals_of_decimals_are_exact() {
        let total = compute(decimals(&["0.1", "0.2", "-0.305"]), ComputedKind::RunningTotal);
        assert_eq!(total, decimals(&["0.100", "0.300", "-0.005"]));
    }

    #[test]
    fn null_adds_nothing_and_has_no_delta() {
        let cells = Values::Int(vec![Some(1), None, Some(5), Some(7)]);
        let total = compute(cells.clone(), ComputedKind::RunningTotal);
        assert_eq!(total, Values::Int(vec![Some(1), Some(1), Some(6), Some(13)]));
        let delta = compute(cells, ComputedKind::Delta);
        assert_eq!(delta, Values::Int(vec![None, None, None, Some(2)]));
    }

    #[test]
    fn totals_beyond_64_bits_stay_exact() {
        let total = compute(Values::Int(vec![Some(i64::MAX), Some(1)]), ComputedKind::RunningTotal);
        assert_eq!(total, decimals(&["9223372036854775807", "9223372036854775808"]));
    }

    #[test]
    fn shares_of_nothing_are_null() {
        let share = compute(Values::Int(vec![Some(0), Some(0)]), ComputedKind::Share);
        assert_eq!(share, Values::Float(vec![None, None]));
        let share = compute(Values::Int(vec![Some(1), Some(3)]), ComputedKind::Share);
        assert_eq!(share, Values::Float(vec![Some(0.25), Some(0.75)]));
    }

    #[test]
    fn moving_average_covers_seven_rows() {
        let cells = Values::Int((1..=9).map(Some).collect());
        let Values::Float(mean) = compute(cells, ComputedKind::MovingAverage) else { panic!() };
        assert_eq!((mean[0], mean[8]), (Some(1.0), Some(6.0)));
    }

    #[test]
    fn missing_or_text_columns_are_errors() {
        let text = Column { name: "t".into(), values: Values::Text(vec![Some("x".into())]) };
        let frame = Frame::new(vec![text]).unwrap();
        for of in ["t", "n"] {
            let kind = ComputedKind::Share;
            let computed = [Computed { name: "c".into(), of: of.into(), kind }];
            assert!(with_computed(&frame, &computed).is_err(), "{of}");
        }
    }
}
