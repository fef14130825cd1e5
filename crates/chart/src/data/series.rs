//! The series of a frame: one per numeric column and name in its rows.

use super::refusal::Refusal;
use super::x_axis::Placing;
use super::{merged_order, point_labels};
use crate::readout;
use crate::spec::Input;
use brisk_domain::format::Number;
use brisk_domain::panel::Cell as Style;
use brisk_domain::panel_kind::EmptyBucket;
use brisk_domain::point::{Roles, numbered, of_column};
use brisk_domain::{Additivity, Column, Frame, Unit, Values, format, sum};
use std::collections::HashSet;

/// One line, area or row of bars.
pub(crate) struct Series {
    pub(crate) name: String,
    pub(crate) values: Vec<Option<f64>>,
    pub(crate) texts: Vec<String>,
    /// All digits of each value, where its text has fewer: see [`readout::digits_of`].
    pub(crate) digits: Vec<String>,
    pub(crate) unit: Unit,
    pub(crate) color: u8,
    /// The column that its numbers are of, in the frame.
    pub(crate) column: usize,
    /// Whether it is the compared range.
    pub(crate) is_previous: bool,
    /// What a bucket without a row counts as, unless the panel says so; computed columns have a row
    /// for each.
    pub(super) empty: Option<EmptyBucket>,
}

/// More series than this cannot be told apart.
const MAX_SERIES: usize = 8;

/// How a kind reads a frame.
pub(crate) struct Reading {
    /// Whether its series are stacked.
    pub(crate) stacked: bool,
    /// What a bucket without a row counts as, by the panel.
    pub(crate) empty: Option<EmptyBucket>,
    /// How it places what is not a time.
    pub(crate) placing: Placing,
}

/// The points of a frame: how many there are, how many may be filled because they are buckets whose
/// data are known, how many end before the first one cut off by the end of the data or of the range,
/// and the place of each row.
pub(crate) struct Places<'a> {
    pub(crate) count: usize,
    pub(crate) known: usize,
    pub(crate) whole: usize,
    pub(crate) of_rows: &'a [Option<usize>],
}

/// The cells of one series, by place.
type Cells<'a> = Vec<Vec<(&'a Values, usize)>>;

/// The series of `frame`, and how many beyond the maximum are left out.
pub(crate) fn of(
    frame: &Frame,
    roles: &Roles,
    input: &Input<'_>,
    places: &Places<'_>,
    reading: &Reading,
) -> Result<(Vec<Series>, usize), Refusal> {
    let columns = frame.columns();
    let is_hidden = |column: &Column| {
        input.spec.column(&column.name).is_some_and(|style| style.cell == Style::Hidden)
    };
    let is_measure = |at: &usize| of_column(input.additivity, *at) != Additivity::Shared;
    let mut numbers: Vec<usize> =
        roles.numbers.iter().copied().filter(|at| !is_hidden(&columns[*at])).collect();
    if reading.stacked {
        // What is computed of a measure is no part of one whole with it, nor with what else is computed.
        match numbers.iter().any(is_measure) {
            true => numbers.retain(is_measure),
            false => numbers.truncate(1),
        }
    }
    let (of_rows, names) = named(frame, roles, input, places, reading);
    // Every column has a series for each name; those of one name are adjacent.
    let count = names.len() * numbers.len();
    let series_of = |row: usize, k: usize| of_rows[row] * numbers.len() + k;
    let mut totals = vec![0.0; count];
    for row in 0..frame.rows() {
        for (k, at) in numbers.iter().enumerate() {
            totals[series_of(row, k)] += columns[*at].values.number(row).map_or(0.0, f64::abs);
        }
    }
    let kept = largest(totals, MAX_SERIES - usize::from(reading.stacked && count > MAX_SERIES));
    let left_out = count - kept.iter().flatten().count();
    let has_rest = reading.stacked && left_out > 0;
    let shown = count - left_out + usize::from(has_rest);
    let mut cells: Vec<Cells<'_>> = vec![vec![Vec::new(); places.count]; shown];
    let mut seen = HashSet::new();
    for row in 0..frame.rows() {
        let Some(place) = places.of_rows[row] else { continue };
        for (k, at) in numbers.iter().enumerate() {
            let (values, series) = (&columns[*at].values, series_of(row, k));
            if values.exact(row).is_none() {
                continue;
            }
            let additivity = of_column(input.additivity, *at);
            if !additivity.adds() && !seen.insert((series, place)) {
                if additivity == Additivity::Shared {
                    continue;
                }
                return Err(Refusal::several(frame, input, &columns[*at].name, row));
            }
            if let Some(one) = kept[series].or(has_rest.then_some(shown - 1)) {
                cells[one][place].push((values, row));
            }
        }
    }
    let measures = numbers.iter().filter(|at| is_measure(at)).count();
    let is_only_measure = |at: usize| numbers.len() == 1 || measures == 1 && is_measure(&at);
    let mut series = Vec::with_capacity(shown);
    let mut all = cells.into_iter();
    for (i, _) in kept.iter().enumerate().filter(|one| one.1.is_some()) {
        let at = numbers[i % numbers.len()];
        let (name, label) = (&names[i / numbers.len()], input.spec.label_of(&columns[at].name));
        let name = match name.as_deref() {
            Some(name) if is_only_measure(at) => name.to_owned(),
            Some(name) => format!("{name} · {label}"),
            None => label,
        };
        series.push(series_of_cells(
            (input, frame),
            at,
            (name, series.len()),
            all.next().unwrap_or_default(),
        ));
    }
    if let (Some(rest), Some(at)) = (all.next(), numbers.first()) {
        // Not "Other", which may be the name of a series.
        let name = format!("{left_out} others");
        series.push(series_of_cells((input, frame), *at, (name, series.len()), rest));
    }
    if reading.stacked && series.len() > 1 {
        let measured = |one: &Series| match &one.unit {
            Unit::Plain => Unit::None,
            unit => unit.clone(),
        };
        let first = measured(&series[0]);
        if let Some(other) = series.iter().find(|one| measured(one) != first) {
            let [one, other] =
                [&series[0], other].map(|one| (&*columns[one.column].name, &one.unit));
            return Err(Refusal::units(one, other));
        }
        // Several columns of distinct counts are written one by one, each of its own rows: they may be parts.
        let alone = series.iter().find(|one| match of_column(input.additivity, one.column) {
            Additivity::Distinct => names.len() > 1 && one.unit != Unit::Percent,
            of => of.stands_alone(),
        });
        if let Some(alone) = alone.filter(|_| !are_parts(&series)) {
            return Err(Refusal::stacked(&columns[alone.column].name));
        }
    }
    fill_empty(&mut series, places, reading.empty);
    if reading.stacked {
        add_up(&mut series);
    }
    let left_out = if reading.stacked { 0 } else { left_out };
    if series.is_empty() { Err(Refusal::Unfit) } else { Ok((series, left_out)) }
}

/// The index of each row's name, and the names in order.
fn named(
    frame: &Frame,
    roles: &Roles,
    input: &Input<'_>,
    places: &Places<'_>,
    reading: &Reading,
) -> (Vec<usize>, Vec<Option<String>>) {
    if roles.names.is_empty() || reading.placing == Placing::Names {
        return (vec![0; frame.rows()], vec![None]);
    }
    let columns = &frame.columns()[roles.names.clone()];
    let (of_rows, first) = numbered(columns, frame.rows());
    let mut names = point_labels::of(columns, &first, &[], input);
    let mut of_rows: Vec<Option<usize>> = of_rows.into_iter().map(Some).collect();
    merged_order::arrange(&mut of_rows, &mut names, places.of_rows);
    (
        of_rows.into_iter().map(Option::unwrap_or_default).collect(),
        names.into_iter().map(Some).collect(),
    )
}

/// The new index of each of the `most` largest series, in their original order.
fn largest(totals: Vec<f64>, most: usize) -> Vec<Option<usize>> {
    let mut kept: Vec<bool> = vec![totals.len() <= most; totals.len()];
    for _ in 0..most.min(totals.len()) {
        // The first of equal ones.
        let mut largest: Option<usize> = None;
        for (i, total) in totals.iter().enumerate().filter(|one| !kept[one.0]) {
            if largest.is_none_or(|most| *total > totals[most]) {
                largest = Some(i);
            }
        }
        if let Some(i) = largest {
            kept[i] = true;
        }
    }
    let mut next = 0..;
    kept.into_iter().map(|is_kept| if is_kept { next.next() } else { None }).collect()
}

/// The series called `name` of the column `at`: the combined cells of each place.
fn series_of_cells(
    (input, frame): (&Input<'_>, &Frame),
    at: usize,
    (name, color): (String, usize),
    cells: Cells<'_>,
) -> Series {
    let column = frame.columns().get(at);
    let unit = column.map_or(&input.spec.unit, |column| input.spec.unit_of(&column.name));
    let additivity = of_column(input.additivity, at);
    let mut series = Series {
        name,
        values: Vec::with_capacity(cells.len()),
        texts: Vec::with_capacity(cells.len()),
        digits: Vec::with_capacity(cells.len()),
        unit: unit.clone(),
        column: at,
        color: (color % MAX_SERIES) as u8,
        is_previous: false,
        empty: Some(additivity.empty()).filter(|_| additivity != Additivity::Shared),
    };
    let quotients = column.and_then(|column| format::quotients(&column.values));
    let quotients = quotients.filter(|_| additivity.may_be_quotient());
    for cells in cells {
        let total;
        let cell = match cells.as_slice() {
            [] => None,
            [(values, row)] => Some((*values, *row)),
            several => {
                total = sum::sum(several.iter().copied());
                Some((&total, 0))
            }
        };
        // Values that are not finite have no place, but a text.
        let cell = cell.filter(|(values, row)| Number::of(values, *row).is_some());
        let text = cell.map(|(values, row)| {
            format::cell(quotients.as_ref().unwrap_or(values), row, unit, input.zone)
        });
        let digits = cell.zip(text.as_deref());
        let digits = digits.map(|((values, row), text)| readout::digits_of(values, row, text));
        series.values.push(cell.and_then(|(values, row)| values.number(row)));
        series.digits.push(digits.unwrap_or_default());
        series.texts.push(text.unwrap_or_default());
    }
    series
}

/// Whether the percentages at each place with any are parts of one whole.
fn are_parts(series: &[Series]) -> bool {
    let places = series.iter().map(|one| one.values.len()).max().unwrap_or_default();
    series.iter().all(|one| one.unit == Unit::Percent)
        && (0..places).all(|at| {
            let parts: Vec<f64> = series.iter().filter_map(|one| one.values[at]).collect();
            is_whole(&parts)
        })
}

/// Whether percentages are all parts of one whole, as far as there are any.
pub(crate) fn is_whole(parts: &[f64]) -> bool {
    match parts {
        [] => true,
        [part] => (part - 1.0).abs() < 1e-9,
        _ => format::are_shares(parts),
    }
}

/// Rounds percentages stacked at one place so that they add up as shown, where they are parts of one whole.
fn add_up(series: &mut [Series]) {
    let places = series.iter().map(|one| one.values.len()).max().unwrap_or_default();
    for at in 0..places {
        let is_shown = |one: &&mut Series| one.values[at].is_some();
        let shown: Vec<&mut Series> = series.iter_mut().filter(is_shown).collect();
        let parts: Vec<f64> = shown.iter().filter_map(|one| one.values[at]).collect();
        if !shown.iter().all(|one| one.unit == Unit::Percent) || !format::are_shares(&parts) {
            continue;
        }
        for (one, text) in shown.into_iter().zip(format::shares(&parts)) {
            one.texts[at] = text;
        }
    }
}

/// Fills buckets without a row whose data are known: those that are over, and those before the last
/// one with a row. The current bucket may still get its first row, and the future is not zero.
fn fill_empty(series: &mut [Series], places: &Places<'_>, empty: Option<EmptyBucket>) {
    let last = series.iter().filter_map(|s| s.values.iter().rposition(Option::is_some)).max();
    let Some(last) = last else { return };
    let end = places.known.min(places.whole.max(last + 1));
    for one in series {
        let Some(usual) = one.empty else { continue };
        let empty = empty.unwrap_or(usual);
        for at in 0..end {
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
