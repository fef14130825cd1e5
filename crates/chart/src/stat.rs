//! One figure, its change against the compared range, and a small line.

use crate::markup::{escape, px, text_width};
use crate::readout::Readout;
use crate::{Drawing, Input, lttb, ticks};
use brisk_domain::panel_kind::Better;
use brisk_domain::{Frame, Unit, format};
use std::fmt::Write as _;

pub(crate) fn draw(input: &Input<'_>) -> Option<Drawing> {
    let (value, column) = first_number(input.frame)?;
    let unit = input.spec.unit_of(&column);
    let previous = input.previous.and_then(first_number).map(|(value, _)| value);
    let mut summary = format!("{}: {}.", input.spec.title, format::full(value, unit));
    let shown = figure(value, unit);
    let mut body = format!(
        "<div class=\"stat\" style=\"height:{}px\"><p class=\"stat-figure\"{} data-exact=\"{}\" title=\"{}\">{}</p>",
        px(input.height),
        size(&shown, input.sparkline.is_some()),
        escape(&exact_first(input.frame).unwrap_or_default()),
        escape(&format::full(value, unit)),
        escape(&shown)
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

/// The largest size of a long figure, as an attribute: it shrinks with the box before it leaves it.
/// Short ones fit everywhere.
fn size(figure: &str, with_sparkline: bool) -> String {
    // In heights of a letter; figures are heavier than what `text_width` is for.
    let width = text_width(figure) / 11.0 * 1.12;
    if width * FIGURE < SMALLEST {
        return String::new();
    }
    // A small line keeps 64 px beside the figure, until there is no room for it: see
    // `style/chart.css`.
    let room = if with_sparkline { "max(100cqi - 80px,120px)" } else { "100cqi" };
    format!(" style=\"--fits:calc({room}/{width:.1})\"")
}

/// All digits of the first number of the first row.
pub(crate) fn exact_first(frame: &Frame) -> Option<String> {
    frame.columns().iter().find(|column| column.values.is_number())?.values.exact(0)
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
    let hardly = format::relative_change(value, previous).is_some_and(|part| part.abs() < HARDLY);
    if value == previous || hardly {
        let words = if value == previous { "No change" } else { "Hardly a change" };
        let _ = write!(summary, " {words} to the {label}.");
        return format!("<p class=\"stat-change\"><b>{words}</b> <span>to {label}</span></p>");
    }
    let rises = value > previous;
    let (arrow, word) = if rises { ("↑", "up") } else { ("↓", "down") };
    let good = match input.spec.better() {
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

/// Less than this is noise in most figures, and would be said with many digits.
const HARDLY: f64 = 0.000_5;
/// The usual size of a figure, and the width of the smallest box, in px.
const FIGURE: f64 = 28.0;
const SMALLEST: f64 = 120.0;
const SPARK_HEIGHT: f64 = 32.0;
/// More points than this cannot be seen in a small line.
const MINI_POINTS: usize = 60;

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
    let area = area.map_or(String::new(), |area| format!("<path class=\"a s0\" d=\"{area}\"/>"));
    format!(
        "<svg class=\"spark\" viewBox=\"0 0 100 {SPARK_HEIGHT}\" preserveAspectRatio=\"none\" aria-hidden=\"true\">{area}<path class=\"l s0\" d=\"{line}\"/></svg>"
    )
}

/// A line over 100 units, `height` high, and the area between it and zero; no area where zero is not
/// shown: see [`ticks::with_cheap_zero`].
pub(crate) fn mini_path(values: &[f64], height: f64) -> (String, Option<String>) {
    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
    let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let (low, high) = ticks::with_cheap_zero(low, high);
    let span = if high > low { high - low } else { 1.0 };
    let y = |value: f64| 1.5 + (height - 3.0) * (1.0 - (value - low) / span);
    let place = |(i, value): (usize, &f64)| {
        (100.0 * i as f64 / (values.len() - 1).max(1) as f64, y(*value))
    };
    let points: Vec<(f64, f64)> = values.iter().enumerate().map(place).collect();
    let mut line = String::new();
    for (n, i) in lttb::pick(&points, MINI_POINTS).into_iter().enumerate() {
        let (x, y) = points[i];
        let step = if n == 0 { "M" } else { "L" };
        let _ = write!(line, "{step}{} {}", px(x), px(y));
    }
    let floor = match low {
        // The stroke of a line on the floor has its lower half there.
        0.0 => height,
        low if low < 0.0 && high >= 0.0 => y(0.0),
        _ => return (line, None),
    };
    let area = format!("{line}L100 {0}L0 {0}Z", px(floor));
    (line, Some(area))
}
