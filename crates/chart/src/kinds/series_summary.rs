//! The text alternative of charts with series over a common x.

use crate::data::points::Points;
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
        let by_value = |a: &&usize, b: &&usize| {
            series.values[**a].partial_cmp(&series.values[**b]).unwrap_or(std::cmp::Ordering::Equal)
        };
        let (Some(low), Some(high), Some(last)) =
            (known.iter().min_by(by_value), known.iter().max_by(by_value), known.last())
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
    if let Some(note) = points.note() {
        let _ = write!(text, " {note}.");
    }
    text
}
