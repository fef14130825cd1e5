//! Columns computed from others after the query. Pure.

use crate::series_order::SeriesOrder;
use crate::summands::Summand;
use brisk_domain::frame::FrameError;
use brisk_domain::panel::{Computed, ComputedKind};
use brisk_domain::{Column, Decimal, Frame, Values, sum};
use std::sync::Arc;

/// How many points a moving average covers, including its own.
const MOVING_POINTS: usize = 7;

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
    /// Several rows share one point, and do not add up.
    #[error(
        "computed column \"{name}\" is of \"{of}\", of which several rows are on one point and \
         cannot be added up: make one row of them in the statement (group by {x})"
    )]
    Several {
        /// The computed column.
        name: String,
        /// The column it is computed from.
        of: String,
        /// The first column.
        x: String,
    },
    /// Its values would have to be added up, and stand each for itself.
    #[error(
        "computed column \"{name}\" is the {kind} of \"{of}\", which does not add up: it is {summand}. \
         {}", summand.instead(*kind)
    )]
    Alone {
        /// The computed column.
        name: String,
        /// The column it is computed from.
        of: String,
        /// What is computed.
        kind: ComputedKind,
        /// What the column holds.
        summand: Summand,
    },
    /// The names clash.
    #[error(transparent)]
    Frame(#[from] FrameError),
}

/// `frame` with the computed columns appended: computed along each series of `order`, over the sum of
/// each point's rows. `summands` says what its columns hold.
pub fn with_computed(
    frame: &Frame,
    computed: &[Computed],
    order: &SeriesOrder,
    summands: &[Summand],
) -> Result<Frame, ComputeError> {
    // Some failed statements have no columns at all.
    if frame.columns().is_empty() {
        return Ok(frame.clone());
    }
    let mut summands = summands.to_vec();
    summands.resize(frame.columns().len(), Summand::Part);
    let mut columns = frame.columns().to_vec();
    for Computed { name, of, kind } in computed {
        let (name, of) = (name.clone(), of.clone());
        let Some(at) = columns.iter().position(|column| column.name == of) else {
            return Err(ComputeError::NoColumn { name, of });
        };
        let values = &columns[at].values;
        if !values.is_number() && (0..frame.rows()).any(|r| values.exact(r).is_some()) {
            return Err(ComputeError::NotANumber { name, of });
        }
        let summand = summands[at];
        if !summand.allows(*kind) {
            return Err(ComputeError::Alone { name, of, kind: *kind, summand });
        }
        summands.push(Summand::computed(*kind));
        let is_of_statement = at < frame.columns().len();
        let has_several =
            |rows: &[usize]| rows.iter().filter(|row| values.exact(**row).is_some()).count() > 1;
        if is_of_statement
            && !order.adds(at)
            && order.series.iter().flatten().any(|rows| has_several(rows))
        {
            let x = columns.first().map_or(String::new(), |column| column.name.clone());
            return Err(ComputeError::Several { name, of, x });
        }
        // In a computed column, each row of a point already has the point's value.
        let cell = |rows: &[usize]| match (rows, is_of_statement) {
            ([row], _) | ([row, ..], false) => cell(values, *row),
            (rows, _) => cell(&sum::sum(rows.iter().map(|row| (values, *row))), 0),
        };
        let zero = zero(values);
        let total = || {
            let points = order.series.iter().flatten().map(|rows| cell(rows));
            points.fold(zero.clone(), |total, cell| total.plus(&cell)).float().unwrap_or(0.0)
        };
        let total = if *kind == ComputedKind::Share { total() } else { 0.0 };
        let mut cells = vec![Cell::Null; frame.rows()];
        for series in &order.series {
            let points: Vec<Cell> = series.iter().map(|rows| cell(rows)).collect();
            let parts: Vec<bool> = series.iter().map(|rows| order.is_part(rows)).collect();
            let results = match kind {
                ComputedKind::RunningTotal => running_total(&points, &zero),
                ComputedKind::Delta => delta(&points, &parts, &zero),
                ComputedKind::Share => share(&points, total),
                ComputedKind::MovingAverage => moving_average(&points, &parts, &zero),
            };
            for (rows, result) in series.iter().zip(results) {
                for row in rows {
                    cells[*row] = result.clone();
                }
            }
        }
        let is_float = matches!(kind, ComputedKind::Share | ComputedKind::MovingAverage);
        let values = match values {
            values if is_float || matches!(values, Values::Float(_)) => {
                Values::Float(cells.iter().map(Cell::float).collect())
            }
            Values::Decimal(_) => decimals(&cells),
            _ => whole_numbers(&cells).unwrap_or_else(|| decimals(&cells)),
        };
        columns.push(Arc::new(Column { name, values }));
    }
    Ok(Frame::of_shared(columns)?)
}

/// A number in a calculation.
#[derive(Debug, Clone)]
enum Cell {
    Null,
    /// A whole number or a decimal, digit for digit.
    Exact(String),
    /// NaN and infinity, too, which turn every sum into themselves.
    Float(f64),
}

impl Cell {
    /// NULL adds nothing.
    fn plus(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::Null, one) | (one, Self::Null) => one.clone(),
            (Self::Exact(a), Self::Exact(b)) => Self::Exact(sum::plus(a, b)),
            (a, b) => Self::Float(a.float().unwrap_or(0.0) + b.float().unwrap_or(0.0)),
        }
    }

    fn negative(&self) -> Self {
        match self {
            Self::Null => Self::Null,
            Self::Exact(digits) => Self::Exact(match digits.strip_prefix('-') {
                Some(size) => size.to_owned(),
                None => format!("-{digits}"),
            }),
            Self::Float(value) => Self::Float(-value),
        }
    }

    fn float(&self) -> Option<f64> {
        match self {
            Self::Null => None,
            Self::Exact(digits) => digits.parse().ok(),
            Self::Float(value) => Some(*value),
        }
    }

    fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }
}

fn cell(values: &Values, row: usize) -> Cell {
    match values {
        Values::Float(cells) => cells.get(row).copied().flatten().map_or(Cell::Null, Cell::Float),
        _ => values.exact(row).map_or(Cell::Null, Cell::Exact),
    }
}

/// Zero with as many decimals as the longest of `values`, so that results have the same.
fn zero(values: &Values) -> Cell {
    match values {
        Values::Float(_) => Cell::Float(0.0),
        Values::Decimal(cells) => {
            let decimals = |d: &Decimal| d.as_str().split_once('.').map_or(0, |(_, f)| f.len());
            let most = cells.iter().flatten().map(decimals).max().unwrap_or(0);
            let point = if most > 0 { "." } else { "" };
            Cell::Exact(format!("0{point}{}", "0".repeat(most)))
        }
        _ => Cell::Exact("0".into()),
    }
}

fn running_total(points: &[Cell], zero: &Cell) -> Vec<Cell> {
    let mut sum = zero.clone();
    let total = |point| {
        sum = sum.plus(point);
        sum.clone()
    };
    points.iter().map(total).collect()
}

/// NULL at the first point, and at points next to a NULL.
/// NULL between a partial bucket and the whole one after it, too: the difference would not be
/// growth.
fn delta(points: &[Cell], parts: &[bool], zero: &Cell) -> Vec<Cell> {
    let mut before = (&Cell::Null, false);
    let difference = |(point, is_part): (_, &bool)| {
        let (before, was_part) = std::mem::replace(&mut before, (point, *is_part));
        let is_known = !before.is_null() && !point.is_null() && (*is_part || !was_part);
        if is_known { zero.plus(point).plus(&before.negative()) } else { Cell::Null }
    };
    points.iter().zip(parts).map(difference).collect()
}

/// NULL where the total is 0.
fn share(points: &[Cell], total: f64) -> Vec<Cell> {
    let part = |point: &Cell| match point.float() {
        Some(value) if total != 0.0 => Cell::Float(value / total),
        _ => Cell::Null,
    };
    points.iter().map(part).collect()
}

/// The mean of the values that are not NULL at this point and the six before it; for a whole bucket,
/// over whole buckets only.
fn moving_average(points: &[Cell], parts: &[bool], zero: &Cell) -> Vec<Cell> {
    let mean = |at: usize| {
        let window = (at + 1).saturating_sub(MOVING_POINTS)..=at;
        let is_like = |of: &usize| parts[at] || !parts[*of];
        let window: Vec<&Cell> = window.filter(is_like).map(|of| &points[of]).collect();
        let count = window.iter().filter(|cell| !cell.is_null()).count();
        let sum = window.iter().fold(zero.clone(), |sum, cell| sum.plus(cell)).float();
        sum.filter(|_| count > 0).map_or(Cell::Null, |sum| Cell::Float(sum / count as f64))
    };
    (0..points.len()).map(mean).collect()
}

/// Also where all of them happen to be whole: between two loads, a column keeps its type.
fn decimals(cells: &[Cell]) -> Values {
    let decimal = |cell: &Cell| match cell {
        Cell::Exact(digits) => Decimal::parse(digits).ok(),
        Cell::Null | Cell::Float(_) => None,
    };
    Values::Decimal(cells.iter().map(decimal).collect())
}

/// `None` if one of them does not fit into 64 bits.
fn whole_numbers(cells: &[Cell]) -> Option<Values> {
    let whole = |cell: &Cell| match cell {
        Cell::Exact(digits) => digits.parse().ok().map(Some),
        Cell::Null | Cell::Float(_) => Some(None),
    };
    cells.iter().map(whole).collect::<Option<Vec<_>>>().map(Values::Int)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compute(values: Values, kind: ComputedKind) -> Values {
        let frame = Frame::new(vec![Column { name: "n".into(), values }]).unwrap();
        let computed = [Computed { name: "c".into(), of: "n".into(), kind }];
        with_computed(&frame, &computed, &SeriesOrder::of_rows(&frame), &[])
            .unwrap()
            .column("c")
            .unwrap()
            .values
            .clone()
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
    fn a_computed_column_has_the_type_of_its_column_whatever_the_values() {
        use ComputedKind::{Delta, RunningTotal};
        let whole = decimals(&["1", "2", "-3"]);
        assert_eq!(compute(whole.clone(), RunningTotal), decimals(&["1", "3", "0"]));
        let change =
            Values::Decimal(vec![None, Decimal::parse("1").ok(), Decimal::parse("-5").ok()]);
        assert_eq!(compute(whole, Delta), change);
        let unknown = Values::Decimal(vec![None, None]);
        assert_eq!(compute(unknown.clone(), Delta), unknown);
        for none in [Values::Int(vec![]), Values::Decimal(vec![]), Values::Float(vec![])] {
            for kind in [RunningTotal, Delta] {
                assert_eq!(compute(none.clone(), kind), none);
            }
        }
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
    fn the_columns_of_the_statement_are_not_copied() {
        let text = Column { name: "t".into(), values: Values::Text(vec![Some("x".into())]) };
        let number = Column { name: "n".into(), values: Values::Int(vec![Some(1)]) };
        let frame = Frame::new(vec![text, number]).unwrap();
        let computed = [Computed { name: "c".into(), of: "n".into(), kind: ComputedKind::Share }];
        let more = with_computed(&frame, &computed, &SeriesOrder::of_rows(&frame), &[]).unwrap();
        assert_eq!(more.columns().len(), 3);
        for (before, after) in frame.columns().iter().zip(more.columns()) {
            assert!(Arc::ptr_eq(before, after), "{}", before.name);
        }
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
            assert!(
                with_computed(&frame, &computed, &SeriesOrder::of_rows(&frame), &[]).is_err(),
                "{of}"
            );
        }
    }

    #[test]
    fn infinity_and_nan_are_passed_on() {
        let cells = Values::Float(vec![Some(f64::INFINITY), Some(1.5), None]);
        let total = compute(cells.clone(), ComputedKind::RunningTotal);
        assert_eq!(total, Values::Float(vec![Some(f64::INFINITY); 3]));
        let Values::Float(share) = compute(cells, ComputedKind::Share) else { panic!() };
        assert!(share[0].is_some_and(f64::is_nan) && share[1] == Some(0.0) && share[2].is_none());
        let cells = Values::Float(vec![Some(1.0), Some(f64::NAN), Some(2.0)]);
        let Values::Float(total) = compute(cells, ComputedKind::RunningTotal) else { panic!() };
        assert!(total[0] == Some(1.0) && total[2].is_some_and(f64::is_nan));
    }

    #[test]
    fn what_does_not_add_up_has_no_share_and_no_running_total() {
        use ComputedKind::{Delta, MovingAverage, RunningTotal, Share};
        let values = Values::Float(vec![Some(5.0), Some(7.0)]);
        let frame = Frame::new(vec![Column { name: "v".into(), values }]).unwrap();
        let compute = |summand, kinds: &[ComputedKind]| {
            let computed = |(at, kind): (usize, &ComputedKind)| Computed {
                name: format!("c{at}"),
                of: at.checked_sub(1).map_or("v".into(), |before| format!("c{before}")),
                kind: *kind,
            };
            let computed: Vec<Computed> = kinds.iter().enumerate().map(computed).collect();
            with_computed(&frame, &computed, &SeriesOrder::of_rows(&frame), &[summand])
                .map_err(|error| error.to_string())
        };
        for (summand, what) in [
            (Summand::Average, "it is an average, a ratio or the like"),
            (Summand::Extreme, "it is a minimum or a maximum"),
            (Summand::Distinct, "it is a count of distinct values"),
        ] {
            for (kind, words) in [
                (Share, "\"c0\" is the share of \"v\", which does not add up"),
                (RunningTotal, "\"c0\" is the running total of \"v\", which does not add up"),
            ] {
                let error = compute(summand, &[kind]).unwrap_err();
                for words in [words, what, "a sum or a count"] {
                    assert!(error.contains(words), "{words}: {error}");
                }
            }
            // What changes it is right for all.
            assert!(compute(summand, &[Delta, RunningTotal]).is_ok());
            assert!(compute(summand, &[MovingAverage, Delta]).is_ok());
        }
        for (kinds, words) in [
            ([MovingAverage, RunningTotal], "a moving average"),
            ([MovingAverage, Share], "Compute it of the column that this one is computed of"),
            ([RunningTotal, RunningTotal], "a running total itself"),
            ([RunningTotal, Share], "take the running total of a share"),
        ] {
            let error = compute(Summand::Part, &kinds).unwrap_err();
            assert!(error.contains(words), "{words}: {error}");
        }
        let so_far = compute(Summand::Part, &[Share, RunningTotal]).unwrap();
        let expected = Values::Float(vec![Some(5.0 / 12.0), Some(1.0)]);
        assert_eq!(so_far.column("c1").unwrap().values, expected);
    }

    #[test]
    fn the_whole_of_a_computed_column_has_each_point_once() {
        let ints = |name: &str, cells: &[i64]| Column {
            name: name.into(),
            values: Values::Int(cells.iter().copied().map(Some).collect()),
        };
        // x = 1 has two rows: 2 and 3. The differences are −, 5 and 10.
        let frame = Frame::new(vec![ints("n", &[2, 3, 10, 20])]).unwrap();
        let mut order = SeriesOrder::of_rows(&frame);
        order.series = vec![vec![vec![0, 1], vec![2], vec![3]]];
        let computed =
            |name: &str, of: &str, kind| Computed { name: name.into(), of: of.into(), kind };
        let computed = [
            computed("total", "n", ComputedKind::RunningTotal),
            computed("mean", "n", ComputedKind::MovingAverage),
            computed("change", "n", ComputedKind::Delta),
            computed("part", "n", ComputedKind::Share),
            computed("again", "part", ComputedKind::Share),
        ];
        let frame = with_computed(&frame, &computed, &order, &[]).unwrap();
        let of = |name: &str| frame.column(name).unwrap().values.clone();
        assert_eq!(of("total"), Values::Int([5, 5, 15, 35].map(Some).to_vec()));
        assert_eq!(of("change"), Values::Int(vec![None, None, Some(5), Some(10)]));
        let (Values::Float(part), Values::Float(again)) = (of("part"), of("again")) else {
            panic!()
        };
        let expected = [5.0, 5.0, 10.0, 20.0].map(|n| n / 35.0);
        for (at, expected) in expected.into_iter().enumerate() {
            for cells in [&part, &again] {
                let cell = cells[at].unwrap();
                assert!((cell - expected).abs() < 1e-12, "{at}: {cell}, not {expected}");
            }
        }
    }

    #[test]
    fn totals_beyond_128_bits_stay_exact() {
        let nines = "9".repeat(60);
        let total = compute(decimals(&[&nines, "1.5"]), ComputedKind::RunningTotal);
        assert_eq!(total, decimals(&[&format!("{nines}.0"), &format!("1{}.5", "0".repeat(60))]));
    }
}
