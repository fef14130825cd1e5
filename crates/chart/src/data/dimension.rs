//! Places of rows along a dimension of cells: hours, weekdays, months, names.

use super::point_labels;
use crate::spec::Input;
use brisk_domain::point::numbered;
use brisk_domain::{Column, Unit, Values, format};
use std::collections::HashSet;

/// The place of each row along the dimension of `column`, and the places' labels. Numbers and times are in
/// ascending order, with hours and weekdays filled in; text is in order of appearance. Rows without a value
/// have the last place.
pub(crate) fn of(column: &Column, input: &Input<'_>) -> (Vec<Option<usize>>, Vec<String>) {
    with_none(column, placed(column, input))
}

fn placed(column: &Column, input: &Input<'_>) -> (Vec<Option<usize>>, Vec<String>) {
    let rows = input.frame.rows();
    match &column.values {
        Values::Int(cells) => {
            let (low, high) = cells
                .iter()
                .flatten()
                .fold((i64::MAX, i64::MIN), |(l, h), v| (l.min(*v), h.max(*v)));
            // Gaps in a long dimension are not filled: order numbers would give thousands of empty
            // columns.
            let all: Vec<i64> = if high.saturating_sub(low) < 60 {
                (low..=high).collect()
            } else {
                let mut known: Vec<i64> = cells.iter().flatten().copied().collect();
                known.sort_unstable();
                known.dedup();
                known
            };
            let places = cells.iter().map(|v| all.binary_search(v.as_ref()?).ok()).collect();
            // A column's own name says nothing: `dayofweek(at) as weekday` counts from Sunday.
            let called = column.name.to_lowercase();
            let weekdays = input.weekdays.iter().find(|(name, _)| *name == called);
            let day = |v: &i64| weekdays.and_then(|(_, numbering)| numbering.name(*v));
            let name = |v: &i64| match (day(v), called.as_str()) {
                (Some(day), _) => day.to_owned(),
                (None, "hour") => format!("{v:02}"),
                _ if *input.spec.unit_of(&column.name) == Unit::Plain => v.to_string(),
                _ => format::grouped(&v.to_string()),
            };
            (places, all.iter().map(name).collect())
        }
        values if values.is_time() => {
            let cells: Vec<_> = (0..rows).map(|row| values.placed(row, input.zone)).collect();
            let mut all: Vec<_> = cells.iter().flatten().copied().collect();
            all.sort();
            all.dedup();
            let monthly = all.iter().all(|at| {
                use chrono::{Datelike, NaiveTime};
                let local = input.zone.local(*at);
                local.day() == 1 && local.time() == NaiveTime::MIN
            });
            let said = |form: &str| -> Vec<String> {
                let text = |at| input.zone.local(at).format(form).to_string();
                // What a wall clock showed once is not known to be shown twice.
                let is_told = form.contains("%H") && matches!(column.values, Values::Time(_));
                let told =
                    |at| if is_told { input.zone.told_apart(text(at), at) } else { text(at) };
                all.iter().copied().map(told).collect()
            };
            let forms = ["%-d %b", "%-d %b %Y", "%-d %b %Y %H:%M", "%-d %b %Y %H:%M:%S%.f"];
            let forms = if monthly { &["%b %Y"][..] } else { &forms };
            let tells =
                |labels: &Vec<String>| labels.iter().collect::<HashSet<_>>().len() == labels.len();
            let labels = forms.iter().map(|form| said(form)).find(tells);
            let places = cells.iter().map(|v| all.binary_search(v.as_ref()?).ok()).collect();
            (places, labels.unwrap_or_else(|| said("%-d %b %Y %H:%M:%S%.f")))
        }
        values => {
            let columns = std::slice::from_ref(column);
            let (numbers, mut first) = numbered(columns, rows);
            let mut to: Vec<usize> = (0..first.len()).collect();
            if values.is_number() {
                let number = |i: &usize| values.number(first[*i]).unwrap_or(f64::INFINITY);
                let mut order = to.clone();
                order.sort_by(|a, b| number(a).total_cmp(&number(b)));
                for (place, i) in order.iter().enumerate() {
                    to[*i] = place;
                }
                first = order.iter().map(|i| first[*i]).collect();
            }
            let places = numbers.into_iter().map(|number| Some(to[number])).collect();
            (places, point_labels::of(columns, &first, &[], input))
        }
    }
}

/// Gives the rows without a value a place of their own behind the others.
fn with_none(
    column: &Column,
    (mut places, mut labels): (Vec<Option<usize>>, Vec<String>),
) -> (Vec<Option<usize>>, Vec<String>) {
    let none = labels.len();
    for (row, place) in places.iter_mut().enumerate() {
        if place.is_none() && column.values.exact(row).is_none() {
            *place = Some(none);
        }
    }
    if places.contains(&Some(none)) {
        labels.push("(none)".into());
    }
    (places, labels)
}
