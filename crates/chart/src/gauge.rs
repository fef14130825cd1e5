//! One figure on a scale from 0 to the panel's maximum.

use crate::markup::{escape, px};
use crate::readout::{Readout, ReadoutSeries};
use crate::stat::{exact_first, first_number};
use crate::{Drawing, Input};
use brisk_domain::format;

const RADIUS: f64 = 84.0;

pub(crate) fn draw(input: &Input<'_>) -> Option<Drawing> {
    let (value, column) = first_number(input.frame)?;
    let exact = exact_first(input.frame).unwrap_or_default();
    let max = input.spec.max.filter(|max| *max > 0.0)?;
    let unit = input.spec.unit_of(&column);
    let (short, full) = (format::compact(value, unit), format::full(value, unit));
    let top = format::compact(max, unit);
    let summary =
        format!("{}: {full} of {top}. {}.", input.spec.title, input.bounds.label(input.zone));
    let part = (value / max).clamp(0.0, 1.0);
    let body = format!(
        "<div class=\"ga\" style=\"height:{}px\"><svg class=\"c\" viewBox=\"-100 -96 200 122\" role=\"img\" aria-label=\"{}\"><path class=\"ga-b\" d=\"{}\"/><path class=\"ga-v\" data-i=\"0\" d=\"{}\"/><text class=\"ga-t\" y=\"-14\">{}</text><text class=\"x\" x=\"-{RADIUS}\" y=\"20\">{}</text><text class=\"x\" x=\"{RADIUS}\" y=\"20\">{}</text></svg></div>",
        px(input.height),
        escape(&summary),
        arc(1.0),
        arc(part.max(0.001)),
        escape(&short),
        escape(&format::compact(0.0, unit)),
        escape(&top),
    );
    let readout = Readout {
        by_mark: true,
        labels: vec![input.spec.title.clone()],
        series: vec![ReadoutSeries {
            name: input.spec.label_of(&column),
            values: vec![full],
            digits: vec![exact],
            ..ReadoutSeries::default()
        }],
        ..Readout::default()
    };
    Some(Drawing { body, legend: Vec::new(), summary, readout, is_empty: false })
}

/// The half circle's part from the left end.
fn arc(part: f64) -> String {
    let angle = std::f64::consts::PI * (1.0 - part);
    let (x, y) = (RADIUS * angle.cos(), -RADIUS * angle.sin());
    format!("M-{RADIUS} 0 A{RADIUS} {RADIUS} 0 0 1 {x:.2} {y:.2}")
}
