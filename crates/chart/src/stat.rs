//! One figure, its change against the compared range, and a small line.

use crate::markup::{escape, px};
use crate::readout::Readout;
use crate::{Drawing, Input};
use brisk_domain::panel::Better;
use brisk_domain::{Frame, Unit, format};
use std::fmt::Write as _;

pub(crate) fn draw(input: &Input<'_>) -> Option<Drawing> {
    let (value, column) = first_number(input.frame)?;
    let unit = input.spec.unit_of(&column);
    let previous = input.previous.and_then(first_number).map(|(value, _)| value);
    let mut summary = format!("{}: {}.", input.spec.title, format::full(value, unit));
    let mut body = format!(
        "<div class=\"stat\" style=\"height:{}px\"><p class=\"stat-figure\" title=\"{}\">{}</p>",
        px(input.height),
        escape(&format::full(value, unit)),
        escape(&figure(value, unit))
    );
    if let Some(compare) = input.spec.compare {
        body.push_str(&change(input, value, previous, compare.label(), &mut summary));
    }
    if let Some(frame) = input.sparkline {
        body.push_str(&sparkline(frame));
    }
    body.push_str("</div>");
    Some(Drawing {
        body,
        legend: Vec::new(),
        summary,
        readout: Readout::default(),
        is_empty: false,
    })
}

/// Whole numbers are said in full as long as they are easy to read.
fn figure(value: f64, unit: &Unit) -> String {
    match unit {
        Unit::None | Unit::Noun(_) if value.fract() == 0.0 && value.abs() < 100_000.0 => {
            format::full(value, &Unit::None)
        }
        _ => format::compact(value, unit),
    }
}

/// The first number of the first row, and its column.
pub(crate) fn first_number(frame: &Frame) -> Option<(f64, String)> {
    let column = frame.columns().iter().find(|column| column.values.is_number())?;
    Some((column.values.number(0)?, column.name.clone()))
}

fn change(
    input: &Input<'_>,
    value: f64,
    previous: Option<f64>,
    label: &str,
    summary: &mut String,
) -> String {
    let text = previous.and_then(|previous| Some((format::change(value, previous)?, previous)));
    let Some((text, previous)) = text else {
        let _ = write!(summary, " Nothing to compare with in the {label}.");
        return format!("<p class=\"stat-change\"><span>no {label}</span></p>");
    };
    let rises = value > previous;
    let (arrow, word) = match () {
        () if value == previous => ("→", "unchanged"),
        () if rises => ("↑", "up"),
        () => ("↓", "down"),
    };
    let good = match input.spec.better {
        _ if value == previous => "",
        Better::Neither => "",
        Better::Up => [" bad", " good"][usize::from(rises)],
        Better::Down => [" good", " bad"][usize::from(rises)],
    };
    let column = first_number(input.frame).map(|(_, column)| column).unwrap_or_default();
    let before = figure(previous, input.spec.unit_of(&column));
    let _ = write!(summary, " {text} against {before} in the {label}.");
    format!(
        "<p class=\"stat-change{good}\"><b><span aria-hidden=\"true\">{arrow}</span><span class=\"visually-hidden\">{word} </span>{}</b> <span title=\"{label}\">vs {}</span></p>",
        escape(text.trim_start_matches(['+', '−'])),
        escape(&before)
    )
}

const SPARK_HEIGHT: f64 = 32.0;

/// A line without axes, over the buckets that have a value.
fn sparkline(frame: &Frame) -> String {
    let numbers = frame.columns().iter().find(|column| column.values.is_number());
    let values: Vec<f64> = numbers
        .map(|column| (0..frame.rows()).filter_map(|row| column.values.number(row)).collect())
        .unwrap_or_default();
    if values.len() < 2 {
        return String::new();
    }
    let (line, area) = mini_path(&values, SPARK_HEIGHT);
    format!(
        "<svg class=\"spark\" viewBox=\"0 0 100 {SPARK_HEIGHT}\" preserveAspectRatio=\"none\" aria-hidden=\"true\"><path class=\"a s0\" d=\"{area}\"/><path class=\"l s0\" d=\"{line}\"/></svg>"
    )
}

/// A line over 100 units, and the area under it, `height` high.
pub(crate) fn mini_path(values: &[f64], height: f64) -> (String, String) {
    let low = values.iter().copied().fold(f64::INFINITY, f64::min).min(0.0);
    let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max).max(0.0);
    let span = if high > low { high - low } else { 1.0 };
    let mut line = String::new();
    // A hundred points are more than a small line can show.
    let step = values.len().div_ceil(100).max(1);
    let picked: Vec<f64> = values.iter().copied().step_by(step).collect();
    for (i, value) in picked.iter().enumerate() {
        let x = 100.0 * i as f64 / (picked.len() - 1).max(1) as f64;
        let y = 1.5 + (height - 3.0) * (1.0 - (value - low) / span);
        let _ = write!(line, "{}{} {}", if i == 0 { "M" } else { "L" }, px(x), px(y));
    }
    let area = format!("{line}L100 {height}L0 {height}Z");
    (line, area)
}
