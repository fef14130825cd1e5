//! Labels of points and series, never the same for two of them.

use super::{lookalikes, parts};
use crate::spec::Input;
use brisk_domain::{Column, Unit, Values, format};
use std::borrow::Borrow;
use std::collections::{HashMap, HashSet};

/// A float has no more decimals than this.
const MOST_DECIMALS: usize = 17;
/// Floats hold all whole numbers below this one.
const MOST_EXACT: u64 = 1 << 53;

/// Distinct labels for the values of `columns` in each of `rows`, followed by those of the
/// `missing` numbers, which no row has.
pub(crate) fn of<C: Borrow<Column>>(
    columns: &[C],
    rows: &[usize],
    missing: &[f64],
    input: &Input<'_>,
) -> Vec<String> {
    let mut labels: Vec<String> = Vec::new();
    for column in columns {
        let of_column = of_column(column.borrow(), rows, missing, input);
        if labels.is_empty() {
            labels = of_column;
            continue;
        }
        for (label, more) in labels.iter_mut().zip(of_column) {
            label.push_str(" · ");
            label.push_str(&more);
        }
    }
    tell_apart(labels)
}

fn of_column(column: &Column, rows: &[usize], missing: &[f64], input: &Input<'_>) -> Vec<String> {
    let (values, unit) = (&column.values, input.spec.unit_of(&column.name));
    // Whole numbers are names, unless something is said of what they measure.
    let is_measured = |unit: &Unit| !matches!(unit, Unit::None | Unit::Plain);
    let is_said = input.spec.column(&column.name).and_then(|style| style.unit.as_ref());
    let of_whole = is_said.filter(|unit| is_measured(unit));
    let whole = |number: i64| match of_whole {
        // Bins of whole pounds have no pence.
        Some(unit @ Unit::Money(_)) if number.unsigned_abs() < MOST_EXACT => {
            format::fixed(number as f64, unit, 0)
        }
        Some(unit) => format::cell(&Values::Int(vec![Some(number)]), 0, unit, input.zone),
        None => number.to_string(),
    };
    let label = |row: &usize| match values {
        Values::Int(cells) => {
            cells.get(*row).copied().flatten().map_or_else(|| "(none)".to_owned(), whole)
        }
        Values::Time(cells) => {
            let at = cells.get(*row).copied().flatten().map(|at| parts::begins(input, column, at));
            at.map_or_else(|| "(none)".to_owned(), |at| format::instant(at, input.zone))
        }
        _ => label(values, *row, unit, input),
    };
    let mut labels: Vec<String> = rows.iter().map(label).collect();
    if !missing.is_empty() {
        let is_whole = matches!(values, Values::Int(_));
        let text = |bin: &f64| match is_whole {
            true => whole(bin.round() as i64),
            false => format::full(*bin, unit),
        };
        labels.extend(missing.iter().map(text));
        if (!is_whole || of_whole.is_some()) && has_equal(&labels) {
            let known: Vec<f64> = rows.iter().filter_map(|row| values.number(*row)).collect();
            labels = with_decimals(known.iter().chain(missing), unit);
        }
        return labels;
    }
    let cells: Vec<Option<String>> = rows.iter().map(|row| values.exact(*row)).collect();
    match values {
        Values::Int(_)
        | Values::Float(_)
        | Values::Decimal(_)
        | Values::Time(_)
        | Values::WallTime(_)
            if is_rounded(&labels, &cells) =>
        {
            let numbers: Option<Vec<f64>> = rows.iter().map(|row| values.number(*row)).collect();
            let longer = numbers.map(|numbers| with_decimals(numbers.iter(), unit));
            let exact = || {
                cells
                    .iter()
                    .zip(&labels)
                    .map(|(cell, label)| cell.clone().unwrap_or_else(|| label.clone()))
            };
            longer.filter(|labels| !is_rounded(labels, &cells)).unwrap_or_else(|| exact().collect())
        }
        Values::Text(_) => quoted(labels, &cells),
        _ => labels,
    }
}

fn label(values: &Values, row: usize, unit: &Unit, input: &Input<'_>) -> String {
    match values {
        Values::Text(cells) => match cells.get(row).and_then(Option::as_deref) {
            Some("") => "(empty)".to_owned(),
            Some(text) if lookalikes::look(text).is_empty() => lookalikes::spelled_out(text),
            Some(text) => text.to_owned(),
            None => "(none)".to_owned(),
        },
        values if values.exact(row).is_none() => "(none)".to_owned(),
        _ => format::cell(values, row, unit, input.zone),
    }
}

/// Whether different cells have the same label.
fn is_rounded(labels: &[String], cells: &[Option<String>]) -> bool {
    let mut known: HashMap<&str, &Option<String>> = HashMap::new();
    labels.iter().zip(cells).any(|(label, cell)| *known.entry(label).or_insert(cell) != cell)
}

fn has_equal(labels: &[String]) -> bool {
    let mut known = HashSet::new();
    !labels.iter().all(|label| known.insert(label.as_str()))
}

/// As many decimals as tell neighbours apart.
fn with_decimals<'a>(numbers: impl Iterator<Item = &'a f64> + Clone, unit: &Unit) -> Vec<String> {
    let at = |decimals: usize| -> Vec<String> {
        numbers.clone().map(|number| format::fixed(*number, unit, decimals)).collect()
    };
    (1..MOST_DECIMALS)
        .map(at)
        .find(|labels| !has_equal(labels))
        .unwrap_or_else(|| at(MOST_DECIMALS))
}

/// Texts that look like another label stand in quotes, with what cannot be seen of them.
fn quoted(labels: Vec<String>, cells: &[Option<String>]) -> Vec<String> {
    let looks: Vec<String> = labels.iter().map(|label| lookalikes::look(label)).collect();
    let mut known: HashMap<&str, &Option<String>> = HashMap::new();
    let mut alike: HashSet<&str> = HashSet::new();
    for (look, cell) in looks.iter().zip(cells) {
        if *known.entry(look).or_insert(cell) != cell {
            alike.insert(look);
        }
    }
    if alike.is_empty() {
        return labels;
    }
    let quote = |((label, look), cell): ((String, &String), &Option<String>)| match cell {
        Some(text) if !text.is_empty() && alike.contains(look.as_str()) => {
            lookalikes::spelled_out(text)
        }
        _ => label,
    };
    labels.into_iter().zip(&looks).zip(cells).map(quote).collect()
}

/// Labels that are still equal are numbered.
fn tell_apart(mut labels: Vec<String>) -> Vec<String> {
    if !has_equal(&labels) {
        return labels;
    }
    let mut known: HashMap<String, usize> = HashMap::new();
    for label in &mut labels {
        let count = known.entry(label.clone()).or_insert(0);
        *count += 1;
        if *count > 1 {
            *label = format!("{label} ({count})");
        }
    }
    labels
}
