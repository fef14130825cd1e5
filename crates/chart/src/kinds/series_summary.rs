//! The text alternative of charts with series over a common x.

use crate::data::points::Points;
use crate::data::series::Series;
use crate::spec::Input;
use std::fmt::Write as _;

/// More series than this would be too long to listen to.
const MAX_SERIES: usize = 3;

/// The facts in a sentence for each series: highest, lowest, last.
pub(crate) fn summary(points: &Points, input: &Input<'_>) -> String {
    let labels = points.labels(input);
    let mut text = format!("{}. {}.", input.spec.title, input.bounds.label(input.zone));
    for series in points.series.iter().take(MAX_SERIES) {
        let known: Vec<usize> =
            (0..series.values.len()).filter(|i| series.values[*i].is_some()).collect();
        // A partial bucket does not count as a low.
        let mut whole: Vec<usize> = known.clone();
        whole.retain(|i| !points.is_part(*i));
        let compared = if whole.is_empty() { &known } else { &whole };
        let by_value = |a: &&usize, b: &&usize| {
            series.values[**a].partial_cmp(&series.values[**b]).unwrap_or(std::cmp::Ordering::Equal)
        };
        let (Some(low), Some(high), Some(last)) =
            (compared.iter().min_by(by_value), compared.iter().max_by(by_value), known.last())
        else {
            continue;
        };
        let say = |i: &usize| format!("{} ({})", series.texts[*i], labels[*i]);
        let _ = write!(
            text,
            " {}: highest {}, lowest {}, last {}.",
            series.name,
            say(high),
            say(low),
            say(last)
        );
    }
    let has_value = |i: &usize| points.series.iter().any(|series| !series.texts[*i].is_empty());
    let parts = (0..points.len()).filter(|i| points.is_part(*i)).filter(has_value);
    let parts: Vec<&str> = parts.map(|i| labels[i].as_str()).collect();
    if let [first, others @ ..] = parts.as_slice() {
        let _ = write!(text, " Partial: {first}");
        if let Some(last) = others.last() {
            let _ = write!(text, "; {last}");
        }
        text.push('.');
    }
    let without_place: Vec<String> = points.series.iter().filter_map(without_place).collect();
    if !without_place.is_empty() {
        let _ = write!(text, " Not drawn: {}.", without_place.join("; "));
    }
    if let Some(note) = points.note() {
        let _ = write!(text, " {note}.");
    }
    text
}

/// Says which numbers of a series have no place: `Orders 2 × NaN, 1 × ∞`.
fn without_place(series: &Series) -> Option<String> {
    let is_text = |of: &str, at: usize| series.values[at].is_none() && series.texts[at] == of;
    let count = |of: &str| (0..series.texts.len()).filter(|at| is_text(of, *at)).count();
    let counts = ["NaN", "∞", "−∞"].map(|of| (of, count(of)));
    let said = counts.iter().filter(|(_, count)| *count > 0);
    let said: Vec<String> = said.map(|(of, count)| format!("{count} × {of}")).collect();
    (!said.is_empty()).then(|| format!("{} {}", series.name, said.join(", ")))
}
