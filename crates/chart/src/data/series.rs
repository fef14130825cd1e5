//! The series of a frame: its columns of numbers, or the groups of its rows.

use super::merged_order;
use super::x_axis::{self, Axis};
use crate::readout;
use crate::spec::Input;
use brisk_domain::format::Number;
use brisk_domain::panel::Cell;
use brisk_domain::panel_kind::EmptyBucket;
use brisk_domain::{Column, Frame, Unit, format};

/// One line, area or row of bars.
pub(crate) struct Series {
    pub(crate) name: String,
    pub(crate) values: Vec<Option<f64>>,
    pub(crate) texts: Vec<String>,
    /// All digits of each value, where its text has fewer: see [`readout::digits_of`].
    pub(crate) digits: Vec<String>,
    pub(crate) unit: Unit,
    pub(crate) color: u8,
    /// Whether it is the compared range.
    pub(crate) is_previous: bool,
}

/// More series than this cannot be told apart.
const MAX_SERIES: usize = 8;

/// How a kind reads a frame.
pub(crate) struct Reading {
    /// Whether its series are stacked.
    pub(crate) stacked: bool,
    /// What a bucket without a row is.
    pub(crate) empty: EmptyBucket,
    /// Whether numbers on x that increase in equal steps leave gaps for those without a row.
    pub(crate) with_bins: bool,
}

/// The series of `frame` over `x`, and how many were too many and are left out; `None` where no column
/// holds numbers.
pub(crate) fn of(
    frame: &Frame,
    input: &Input<'_>,
    x: &Axis,
    reading: &Reading,
) -> Option<(Vec<Series>, usize)> {
    let (_, rest) = frame.columns().split_first()?;
    let length = x.len();
    let places = x_axis::places(frame, input, x);
    let blank = |name: String, unit: &Unit, color: usize| Series {
        name,
        values: vec![None; length],
        texts: vec![String::new(); length],
        digits: vec![String::new(); length],
        unit: unit.clone(),
        color: (color % MAX_SERIES) as u8,
        is_previous: false,
    };
    let fill = |series: &mut Series, column: &Column, row: usize| {
        if let Some(at) = places.get(row).copied().flatten() {
            series.values[at] = column.values.number(row);
            // What is not finite has no place, but a text.
            if Number::of(&column.values, row).is_some() {
                let text = format::cell(&column.values, row, &series.unit, input.zone);
                series.digits[at] = readout::digits_of(&column.values, row, &text);
                series.texts[at] = text;
            }
        }
    };
    let mut series: Vec<Series> = Vec::new();
    match x_axis::long(frame) {
        Some((names, column)) => {
            let (mut of, mut names) = x_axis::numbered(x_axis::series_names(names));
            merged_order::arrange(&mut of, &mut names, &places);
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
                style.is_none_or(|s| s.cell != Cell::Hidden)
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
    let left_out = keep_largest(&mut series, reading.stacked);
    if matches!(x, Axis::Time(_)) {
        fill_empty(&mut series, reading.empty);
    }
    (!series.is_empty()).then_some((series, left_out))
}

/// Of too many series, the largest stay, in their order. Stacked ones are parts of a whole: the rest
/// becomes "9 others". Of others the number that is left out is returned.
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
    let name = format!("{} others", others.len());
    if stacked && let Some(rest) = others.into_iter().reduce(add) {
        // Not "Other", which may be the name of a series.
        large.push(Series { name, ..rest });
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

/// Fills buckets without a row, but only up to the last one with any: the future is not zero.
fn fill_empty(series: &mut [Series], empty: EmptyBucket) {
    let last = series.iter().filter_map(|s| s.values.iter().rposition(Option::is_some)).max();
    let Some(last) = last else { return };
    for one in series {
        for at in 0..=last {
            if !one.texts[at].is_empty() {
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
