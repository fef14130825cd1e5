//! From a frame to series over a common x: pivots long frames, fills buckets, aligns the
//! compared range.

use crate::spec::LegendItem;
use crate::{Input, agreed, bins, readout};
use brisk_domain::panel_kind::EmptyBucket;
use brisk_domain::{Bounds, Column, Frame, Timestamp, Unit, Values, format};
use std::collections::HashMap;

/// Series over a common x.
pub(crate) struct Points {
    pub(crate) x: Axis,
    pub(crate) series: Vec<Series>,
    /// The first row of the frame that each point shows.
    pub(crate) rows: Vec<Option<usize>>,
    /// How many series there were too many of.
    left_out: usize,
}

/// The common x.
pub(crate) enum Axis {
    Time(Vec<Timestamp>),
    Label(Vec<String>),
}

/// One line, area or row of bars.
pub(crate) struct Series {
    pub(crate) name: String,
    pub(crate) values: Vec<Option<f64>>,
    pub(crate) texts: Vec<String>,
    /// All digits of each value, where its text has fewer: see [`readout::digits_of`].
    pub(crate) digits: Vec<String>,
    pub(crate) unit: Unit,
    pub(crate) color: u8,
    pub(crate) dashed: bool,
}

/// More series than this are not told apart by anybody.
const MAX_SERIES: usize = 8;

/// Whether there is no number at all (or no row, for tables).
pub(crate) fn is_empty(input: &Input<'_>) -> bool {
    let frame = input.frame;
    if frame.rows() == 0 {
        return true;
    }
    if input.spec.has_rows() {
        return false;
    }
    let has_number =
        |column: &Column| (0..frame.rows()).any(|row| column.values.number(row).is_some());
    !frame.columns().iter().any(has_number)
}

/// The series of `input`; `None` where the columns do not fit.
pub(crate) fn of(input: &Input<'_>) -> Option<Points> {
    let x = x_of(input.frame, input, input.bounds)?;
    let (mut series, left_out) = series_of(input.frame, input, &x)?;
    if let (Some(previous), Some(bounds), Axis::Time(_)) =
        (input.previous, input.previous_bounds, &x)
        && series.len() == 1
        && let Some(x) = x_of(previous, input, bounds)
        && let Some((compared, _)) = series_of(previous, input, &x)
        && compared[0].values.iter().any(Option::is_some)
    {
        let name = input.spec.compare.map_or("previous", brisk_domain::Compare::label);
        let length = series[0].values.len();
        series.extend(compared.into_iter().take(1).map(|mut compared| {
            compared.values.resize(length, None);
            compared.texts.resize(length, String::new());
            compared.digits.resize(length, String::new());
            let mut letters = name.chars();
            let name = letters.next().map(|c| c.to_uppercase().chain(letters).collect());
            Series { name: name.unwrap_or_default(), dashed: true, color: 7, ..compared }
        }));
    }
    let rows = first_rows(input, &x);
    Some(Points { x, series, rows, left_out })
}

/// The first row of each point.
fn first_rows(input: &Input<'_>, x: &Axis) -> Vec<Option<usize>> {
    let mut rows = vec![None; x.len()];
    // In the opposite order, so that the first row stays.
    for (row, place) in places(input.frame, input, x).into_iter().enumerate().rev() {
        if let Some(place) = place {
            rows[place] = Some(row);
        }
    }
    rows
}

impl Axis {
    fn len(&self) -> usize {
        match self {
            Self::Time(times) => times.len(),
            Self::Label(labels) => labels.len(),
        }
    }
}

impl Points {
    pub(crate) fn len(&self) -> usize {
        self.x.len()
    }

    /// What each point is, for tooltips.
    pub(crate) fn labels(&self, input: &Input<'_>) -> Vec<String> {
        match &self.x {
            Axis::Time(times) => {
                times.iter().map(|at| format::bucket(*at, input.interval, input.zone)).collect()
            }
            Axis::Label(labels) => labels.clone(),
        }
    }

    /// Says which series are not drawn, where some are not.
    pub(crate) fn note(&self) -> Option<String> {
        (self.left_out > 0).then(|| format!("{} more series in the table", self.left_out))
    }

    pub(crate) fn legend(&self, line: bool) -> Vec<LegendItem> {
        if self.series.len() < 2 {
            return Vec::new();
        }
        let item = |s: &Series| LegendItem {
            name: s.name.clone(),
            color: s.color,
            dashed: s.dashed,
            line: line || s.dashed,
        };
        self.series.iter().map(item).collect()
    }

    /// The lowest and highest value among the series that are shown.
    pub(crate) fn extent(&self, hidden: &[usize]) -> (f64, f64) {
        let shown = self.series.iter().enumerate().filter(|(i, _)| !hidden.contains(i));
        let values = shown.flat_map(|(_, series)| series.values.iter().flatten().copied());
        values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)))
    }
}

fn x_of(frame: &Frame, input: &Input<'_>, bounds: Bounds) -> Option<Axis> {
    let first = frame.columns().first()?;
    match &first.values {
        Values::Time(cells) => {
            let buckets = input.interval.buckets(bounds, input.zone);
            let all_inside = cells.iter().flatten().all(|at| buckets.binary_search(at).is_ok());
            if all_inside {
                return Some(Axis::Time(buckets));
            }
            let mut times: Vec<Timestamp> = cells.iter().flatten().copied().collect();
            times.sort_unstable();
            times.dedup();
            Some(Axis::Time(times))
        }
        values => {
            let unit = input.spec.unit_of(&first.name);
            let labels = (0..frame.rows()).map(|row| label(values, row, unit, input));
            let (mut places, mut labels) = numbered(labels);
            if let Some((names, _)) = long(frame) {
                // A label that the first series lacks is not the last one for that.
                agreed::arrange(&mut places, &mut labels, &numbered(series_names(names)).0);
            }
            if let Some(numbers) = bins::numbers(input, &first.values, &places, labels.len())
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

/// The columns of a frame that has a row for each point of each series: the series' names and the
/// numbers.
fn long(frame: &Frame) -> Option<(&Column, &Column)> {
    match frame.columns() {
        [_, names, numbers, ..]
            if matches!(names.values, Values::Text(_)) && numbers.values.is_number() =>
        {
            Some((names, numbers))
        }
        _ => None,
    }
}

fn series_names(names: &Column) -> impl Iterator<Item = String> {
    let name = |row| names.values.exact(row).unwrap_or_else(|| "(none)".into());
    (0..names.values.len()).map(name)
}

/// The texts without repetition, as they appear, and which of them each one is.
fn numbered(texts: impl Iterator<Item = String>) -> (Vec<Option<usize>>, Vec<String>) {
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

/// The point that each row of `frame` belongs to.
fn places(frame: &Frame, input: &Input<'_>, x: &Axis) -> Vec<Option<usize>> {
    let Some(first) = frame.columns().first() else {
        return Vec::new();
    };
    let known: HashMap<&str, usize> = match x {
        Axis::Label(labels) => labels.iter().map(String::as_str).zip(0..).collect(),
        Axis::Time(_) => HashMap::new(),
    };
    let place = |row: usize| match (x, &first.values) {
        (Axis::Time(times), Values::Time(cells)) => {
            times.binary_search(cells.get(row)?.as_ref()?).ok()
        }
        (Axis::Label(_), values) => {
            let label = label(values, row, input.spec.unit_of(&first.name), input);
            known.get(label.as_str()).copied()
        }
        _ => None,
    };
    (0..frame.rows()).map(place).collect()
}

fn series_of(frame: &Frame, input: &Input<'_>, x: &Axis) -> Option<(Vec<Series>, usize)> {
    let (_, rest) = frame.columns().split_first()?;
    let length = x.len();
    let places = places(frame, input, x);
    let blank = |name: String, unit: &Unit, color: usize| Series {
        name,
        values: vec![None; length],
        texts: vec![String::new(); length],
        digits: vec![String::new(); length],
        unit: unit.clone(),
        color: (color % MAX_SERIES) as u8,
        dashed: false,
    };
    let fill = |series: &mut Series, column: &Column, row: usize| {
        if let Some(at) = places.get(row).copied().flatten() {
            series.values[at] = column.values.number(row);
            if series.values[at].is_some() {
                let text = format::cell(&column.values, row, &series.unit, input.zone);
                series.digits[at] = readout::digits_of(&column.values, row, &text);
                series.texts[at] = text;
            }
        }
    };
    let mut series: Vec<Series> = Vec::new();
    match long(frame) {
        Some((names, column)) => {
            let (mut of, mut names) = numbered(series_names(names));
            agreed::arrange(&mut of, &mut names, &places);
            let unit = input.spec.unit_of(&column.name);
            series.extend(names.into_iter().enumerate().map(|(i, name)| blank(name, unit, i)));
            for (row, of) in of.into_iter().enumerate() {
                if let Some(of) = of {
                    fill(&mut series[of], column, row);
                }
            }
        }
        None => {
            let hidden = |c: &&Column| {
                let style = input.spec.column(&c.name);
                style.is_none_or(|s| s.cell != brisk_domain::panel::Cell::Hidden)
            };
            let numbers = rest.iter().filter(|c| c.values.is_number()).filter(hidden);
            for (i, column) in numbers.enumerate() {
                let unit = input.spec.unit_of(&column.name);
                let mut one = blank(input.spec.label_of(&column.name), unit, i);
                (0..frame.rows()).for_each(|row| fill(&mut one, column, row));
                series.push(one);
            }
        }
    }
    let left_out = keep_largest(&mut series, input.spec.stacked());
    if matches!(x, Axis::Time(_)) {
        fill_empty(&mut series, input.spec.empty());
    }
    (!series.is_empty()).then_some((series, left_out))
}

/// Of too many series, the largest stay in their order. Those that stand on each other are parts
/// of a whole: the rest becomes "Other". Of others it is said how many are left out.
fn keep_largest(series: &mut Vec<Series>, stacked: bool) -> usize {
    if series.len() <= MAX_SERIES {
        return 0;
    }
    let kept = MAX_SERIES - usize::from(stacked);
    let total = |s: &Series| s.values.iter().flatten().map(|v| v.abs()).sum::<f64>();
    let mut totals: Vec<Option<f64>> = series.iter().map(total).map(Some).collect();
    for _ in 0..kept {
        // The first of equal ones, as they are in order.
        let mut largest = None;
        for (i, total) in totals.iter().enumerate() {
            if let Some(total) = total
                && largest.is_none_or(|(_, most)| *total > most)
            {
                largest = Some((i, *total));
            }
        }
        if let Some((i, _)) = largest {
            totals[i] = None;
        }
    }
    let (mut large, mut others) = (Vec::new(), Vec::new());
    for (one, left) in series.drain(..).zip(totals) {
        if left.is_none() { &mut large } else { &mut others }.push(one);
    }
    let left_out = if stacked { 0 } else { others.len() };
    if stacked && let Some(rest) = others.into_iter().reduce(add) {
        large.push(Series { name: "Other".into(), ..rest });
    }
    for (color, one) in (0..).zip(&mut large) {
        one.color = color;
    }
    *series = large;
    left_out
}

fn add(mut sum: Series, other: Series) -> Series {
    for (at, value) in other.values.into_iter().enumerate() {
        let Some(value) = value else { continue };
        let total = sum.values[at].unwrap_or(0.0) + value;
        sum.values[at] = Some(total);
        sum.texts[at] = format::full(total, &sum.unit);
        sum.digits[at] = readout::digits_of_sum(total, &sum.texts[at]);
    }
    sum
}

/// Fills buckets without a row, up to the last one that has any: the future is not zero.
fn fill_empty(series: &mut [Series], empty: EmptyBucket) {
    let last = series.iter().filter_map(|s| s.values.iter().rposition(Option::is_some)).max();
    let Some(last) = last else { return };
    for one in series {
        for at in 0..=last {
            if one.values[at].is_some() {
                continue;
            }
            match (empty, at.checked_sub(1)) {
                (EmptyBucket::Zero, _) => {
                    one.values[at] = Some(0.0);
                    one.texts[at] = format::full(0.0, &one.unit);
                    one.digits[at] = readout::digits_of_sum(0.0, &one.texts[at]);
                }
                (EmptyBucket::Carry, Some(before)) => {
                    one.values[at] = one.values[before];
                    one.texts[at] = one.texts[before].clone();
                    one.digits[at] = one.digits[before].clone();
                }
                (EmptyBucket::Gap, _) | (EmptyBucket::Carry, None) => {}
            }
        }
    }
}
