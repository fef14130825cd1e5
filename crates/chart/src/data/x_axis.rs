//! The common x of a frame's series: instants, numbers or labels, and the place of each row on it.

use super::{bins, merged_order, point_labels, written_times};
use crate::spec::Input;
use brisk_domain::point::{Roles, numbered};
use brisk_domain::{Bounds, Column, Coverage, Frame, Timestamp, Values};

/// The common x.
pub(crate) enum Axis {
    /// Instants, ascending.
    Time(Vec<Timestamp>),
    /// Numbers, ascending, each with its label.
    Number(Vec<f64>, Vec<String>),
    /// Labels, each once.
    Label(Vec<String>),
}

/// How a kind places what is not a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Placing {
    /// Side by side, in the order of the rows.
    Row,
    /// The same, but numbers that increase in equal steps leave room for missing ones.
    Bins,
    /// Numbers to scale.
    Scale,
    /// Side by side, with the names of series as part of the point.
    Names,
}

impl Axis {
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Time(times) => times.len(),
            Self::Number(_, labels) | Self::Label(labels) => labels.len(),
        }
    }
}

/// The x of `frame` over `bounds`, without the buckets that are left out, and the place of each row on it;
/// `None` for rows without one.
pub(crate) fn of(
    frame: &Frame,
    roles: &Roles,
    input: &Input<'_>,
    (bounds, coverage): (Bounds, Option<Coverage>),
    placing: Placing,
) -> Option<(Axis, Vec<Option<usize>>)> {
    let columns = frame.columns();
    let first = columns.first()?;
    if first.values.is_time() && placing != Placing::Names {
        return Some(times(&first.values, input, bounds, coverage));
    }
    let named = if placing == Placing::Names { roles.names.end } else { 1 };
    let points = &columns[..named];
    let (numbers, rows) = numbered(points, frame.rows());
    let mut places: Vec<Option<usize>> = numbers.into_iter().map(Some).collect();
    if placing == Placing::Scale {
        let (series, _) = numbered(&columns[roles.names.clone()], frame.rows());
        if let Some(axis) = to_scale(first, input, &rows, &mut places, &series) {
            return Some((axis, places));
        }
    }
    let values = bins::numbers(&first.values, &rows);
    let bins = values.filter(|_| placing == Placing::Bins).and_then(|v| bins::without_holes(&v));
    let missing = bins.iter().flatten().filter(|bin| bin.0.is_none()).map(|bin| bin.1);
    let missing: Vec<f64> = missing.collect();
    let mut labels = point_labels::of(points, &rows, &missing, input);
    match bins {
        Some(bins) => {
            // The labels of bins without a row follow the others.
            let mut missing = rows.len()..;
            let mut to = vec![0; rows.len()];
            let mut from = Vec::with_capacity(bins.len());
            for (at, (known, _)) in bins.iter().enumerate() {
                if let Some(known) = known {
                    to[*known] = at;
                }
                from.extend(known.or_else(|| missing.next()));
            }
            labels = from.into_iter().map(|i| std::mem::take(&mut labels[i])).collect();
            places.iter_mut().flatten().for_each(|place| *place = to[*place]);
        }
        None if !roles.names.is_empty() && placing != Placing::Names => {
            // A label that the first series lacks need not come last.
            let (series, _) = numbered(&columns[roles.names.clone()], frame.rows());
            let series: Vec<Option<usize>> = series.into_iter().map(Some).collect();
            merged_order::arrange(&mut places, &mut labels, &series);
        }
        None => {}
    }
    Some((Axis::Label(labels), places))
}

fn times(
    values: &Values,
    input: &Input<'_>,
    bounds: Bounds,
    coverage: Option<Coverage>,
) -> (Axis, Vec<Option<usize>>) {
    let cells: Vec<Option<Timestamp>> =
        (0..values.len()).map(|row| values.placed(row, input.zone)).collect();
    let mut times = input.interval.buckets(bounds, input.zone);
    times.retain(|start| coverage.is_none_or(|coverage| coverage.has_place(*start)));
    if !cells.iter().flatten().all(|at| times.binary_search(at).is_ok()) {
        times = cells.iter().flatten().copied().collect();
        times.sort_unstable();
        times.dedup();
    }
    let places = cells.iter().map(|at| times.binary_search(at.as_ref()?).ok()).collect();
    (Axis::Time(times), places)
}

/// An axis of numbers, or of dates that are written as text, in their order, and the rows' places on it; `None`
/// where there is none.
fn to_scale(
    column: &Column,
    input: &Input<'_>,
    rows: &[usize],
    places: &mut [Option<usize>],
    series: &[usize],
) -> Option<Axis> {
    let numbers: Vec<Option<f64>> = match &column.values {
        Values::Text(_) => {
            let seconds = written_times::seconds(&column.values, rows)?;
            let texts: Vec<usize> = places.iter().copied().flatten().collect();
            written_times::are_in_order(&seconds, &texts, series).then_some(seconds)?
        }
        values => rows.iter().map(|row| values.number(*row)).collect(),
    };
    let number = |i: usize| numbers[i];
    let mut order: Vec<usize> = (0..rows.len()).filter(|i| number(*i).is_some()).collect();
    if order.is_empty() {
        return None;
    }
    order.sort_by(|a, b| number(*a).partial_cmp(&number(*b)).unwrap_or(std::cmp::Ordering::Equal));
    let mut to = vec![None; rows.len()];
    for (place, i) in order.iter().enumerate() {
        to[*i] = Some(place);
    }
    for place in places {
        *place = place.and_then(|i| to[i]);
    }
    let rows: Vec<usize> = order.iter().map(|i| rows[*i]).collect();
    let numbers: Vec<f64> = order.iter().filter_map(|i| numbers[*i]).collect();
    let labels = point_labels::of(std::slice::from_ref(column), &rows, &[], input);
    Some(Axis::Number(numbers, labels))
}
