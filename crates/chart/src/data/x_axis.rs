//! The common x of a frame's series: instants or labels, and the position of each row.

use super::{bins, merged_order};
use crate::spec::Input;
use brisk_domain::{Bounds, Column, Frame, Timestamp, Unit, Values, format};
use std::collections::HashMap;

/// The common x.
pub(crate) enum Axis {
    /// Instants, in order.
    Time(Vec<Timestamp>),
    /// Labels, each once.
    Label(Vec<String>),
}

impl Axis {
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Time(times) => times.len(),
            Self::Label(labels) => labels.len(),
        }
    }
}

/// The x of `frame` over `bounds`. `with_bins` keeps a place for numbers without a row if the others
/// increase in equal steps.
pub(crate) fn of(
    frame: &Frame,
    input: &Input<'_>,
    bounds: Bounds,
    with_bins: bool,
) -> Option<Axis> {
    let first = frame.columns().first()?;
    match &first.values {
        values if values.is_time() => {
            let mut times: Vec<Timestamp> =
                (0..frame.rows()).filter_map(|row| values.placed(row, input.zone)).collect();
            let buckets = input.interval.buckets(bounds, input.zone);
            if times.iter().all(|at| buckets.binary_search(at).is_ok()) {
                return Some(Axis::Time(buckets));
            }
            times.sort_unstable();
            times.dedup();
            Some(Axis::Time(times))
        }
        values => {
            let unit = input.spec.unit_of(&first.name);
            let labels = (0..frame.rows()).map(|row| label(values, row, unit, input));
            let (mut places, mut labels) = numbered(labels);
            if let Some((names, _)) = long(frame) {
                // A label that the first series lacks need not come last.
                merged_order::arrange(&mut places, &mut labels, &numbered(series_names(names)).0);
            }
            if with_bins
                && let Some(numbers) = bins::numbers(&first.values, &places, labels.len())
                && let Some(bins) = bins::without_holes(&numbers)
            {
                let is_int = matches!(first.values, Values::Int(_));
                let bin = |(at, number): (Option<usize>, f64)| match at {
                    Some(at) => std::mem::take(&mut labels[at]),
                    None if is_int => format!("{number:.0}"),
                    None => format::full(number, unit),
                };
                labels = bins.into_iter().map(bin).collect();
            }
            Some(Axis::Label(labels))
        }
    }
}

/// The columns of a frame in long form, with a row for each point of each series: the series' names
/// and the numbers.
pub(crate) fn long(frame: &Frame) -> Option<(&Column, &Column)> {
    match frame.columns() {
        [_, names, numbers, ..]
            if matches!(names.values, Values::Text(_)) && numbers.values.is_number() =>
        {
            Some((names, numbers))
        }
        _ => None,
    }
}

/// The name of the series that each row is of.
pub(crate) fn series_names(names: &Column) -> impl Iterator<Item = String> {
    let name = |row| names.values.exact(row).unwrap_or_else(|| "(none)".into());
    (0..names.values.len()).map(name)
}

/// The index of each text among the distinct ones, and these in order of appearance.
pub(crate) fn numbered(texts: impl Iterator<Item = String>) -> (Vec<Option<usize>>, Vec<String>) {
    let mut known: HashMap<String, usize> = HashMap::new();
    let mut seen = Vec::new();
    let number = |text: String| {
        let next = seen.len();
        Some(*known.entry(text).or_insert_with_key(|text| {
            seen.push(text.clone());
            next
        }))
    };
    (texts.map(number).collect(), seen)
}

fn label(values: &Values, row: usize, unit: &Unit, input: &Input<'_>) -> String {
    match values {
        Values::Text(cells) => {
            cells.get(row).cloned().flatten().unwrap_or_else(|| "(none)".to_owned())
        }
        Values::Int(_) => values.exact(row).unwrap_or_else(|| "(none)".to_owned()),
        _ => format::cell(values, row, unit, input.zone),
    }
}

/// The index of the point that each row of `frame` belongs to.
pub(crate) fn places(frame: &Frame, input: &Input<'_>, x: &Axis) -> Vec<Option<usize>> {
    let Some(first) = frame.columns().first() else {
        return Vec::new();
    };
    let known: HashMap<&str, usize> = match x {
        Axis::Label(labels) => labels.iter().map(String::as_str).zip(0..).collect(),
        Axis::Time(_) => HashMap::new(),
    };
    let place = |row: usize| match (x, &first.values) {
        (Axis::Time(times), values) => times.binary_search(&values.placed(row, input.zone)?).ok(),
        (Axis::Label(_), values) => {
            let label = label(values, row, input.spec.unit_of(&first.name), input);
            known.get(label.as_str()).copied()
        }
    };
    (0..frame.rows()).map(place).collect()
}
