//! Cells by two dimensions.

use crate::markup::{escape, open_plot, percent, px, text_width};
use crate::readout::{self, Readout, ReadoutSeries, fraction};
use crate::{Drawing, Input, agreed, labels, names};
use brisk_domain::{Column, Unit, Values, format};
use std::fmt::Write as _;

const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
/// Steps of the sequential scale.
const STEPS: f64 = 9.0;

struct Cell {
    x: usize,
    y: usize,
    value: f64,
    text: String,
    digits: String,
}

pub(crate) fn draw(input: &Input<'_>) -> Option<Drawing> {
    let [x, y, value, ..] = input.frame.columns() else {
        return None;
    };
    if !value.values.is_number() {
        return None;
    }
    let (mut xs, mut x_labels) = dimension(x, input);
    let (mut ys, mut y_labels) = dimension(y, input);
    // Names are in the order that the rows of the other dimension agree on.
    if matches!(x.values, Values::Text(_)) {
        agreed::arrange(&mut xs, &mut x_labels, &ys);
    }
    if matches!(y.values, Values::Text(_)) {
        agreed::arrange(&mut ys, &mut y_labels, &xs);
    }
    let unit = input.spec.unit_of(&value.name);
    let cells: Vec<Cell> = (0..input.frame.rows())
        .filter_map(|row| {
            let number = value.values.number(row)?;
            let text = format::cell(&value.values, row, unit, input.zone);
            let digits = readout::digits_of(&value.values, row, &text);
            Some(Cell { x: xs[row]?, y: ys[row]?, value: number, text, digits })
        })
        .collect();
    let high = cells.iter().map(|cell| cell.value).fold(f64::NEG_INFINITY, f64::max);
    let low = cells.iter().map(|cell| cell.value).fold(0.0, f64::min);
    let peak = cells.iter().max_by(|a, b| a.value.total_cmp(&b.value))?;
    let summary = format!(
        "{}. Highest: {} at {}, {}.",
        input.spec.title, peak.text, y_labels[peak.y], x_labels[peak.x]
    );
    let left = y_labels.iter().map(|l| text_width(l) + 12.0).fold(24.0, f64::max).min(100.0);
    // Low charts have no room for a scale; their cells and tooltips say the numbers.
    let with_scale = input.height >= 200.0 && high > low;
    let bottom = if with_scale { 46.0 } else { 24.0 };
    let (top, right) = (2.0, 4.0);
    let band = (input.height - top - bottom) / y_labels.len().max(1) as f64;
    let width = 1.0 / x_labels.len().max(1) as f64;
    let mut body = String::new();
    open_plot(&mut body, (left, right), input.height, &summary);
    let y_step = (14.0 / band).ceil().max(1.0) as usize;
    for (i, label) in names::cut(&y_labels, left - 10.0).iter().enumerate().step_by(y_step) {
        let middle = px(top + band * (i as f64 + 0.5));
        let short = escape(label);
        let _ =
            write!(body, "<text class=\"y\" x=\"-8\" y=\"{middle}\" dy=\".32em\">{short}</text>");
    }
    let centres = (0..x_labels.len()).map(|i| width * (i as f64 + 0.5));
    let labels: Vec<(f64, String)> = centres.zip(x_labels.iter().cloned()).collect();
    labels::draw(&labels, (left, right), input.height - bottom + 17.0, &mut body);
    // Text only where a cell is wide and high enough for it.
    let short = |cell: &Cell| format::compact(cell.value, &bare(unit)).replace('\u{202f}', "");
    let widest = cells.iter().map(|cell| text_width(&short(cell))).fold(0.0, f64::max);
    let text_class = labels::class((widest + 6.0) / width + left + right).filter(|_| band >= 16.0);
    for (i, cell) in cells.iter().enumerate() {
        let step = if high > low {
            ((cell.value - low) / (high - low) * STEPS).min(STEPS - 1.0)
        } else {
            4.0
        };
        let (cx, cy) = (width * cell.x as f64, top + band * cell.y as f64);
        let step = step as u8;
        let _ = write!(
            body,
            "<rect class=\"q{step}\" data-i=\"{i}\" x=\"{}\" width=\"{}\" y=\"{}\" height=\"{}\"/>",
            percent(cx),
            percent(width),
            px(cy),
            px(band)
        );
        if let Some(class) = &text_class {
            let _ = write!(
                body,
                "<text class=\"qt{}{class}\" x=\"{}\" y=\"{}\" dy=\".32em\">{}</text>",
                if step >= 5 { " qi" } else { "" },
                percent(cx + width / 2.0),
                px(cy + band / 2.0),
                escape(&short(cell))
            );
        }
    }
    if with_scale {
        let ends = [low, high].map(|end| format::compact(end, &bare(unit)));
        draw_scale(&ends, input.height, &mut body);
    }
    body.push_str("</svg>");
    let label = |cell: &Cell| format!("{}, {}", y_labels[cell.y], x_labels[cell.x]);
    let readout = Readout {
        by_mark: true,
        margins: (left, right, top, bottom),
        xs: cells.iter().map(|c| fraction(width * (c.x as f64 + 0.5))).collect(),
        labels: cells.iter().map(label).collect(),
        series: vec![ReadoutSeries {
            name: input.spec.label_of(&value.name),
            color: 0,
            values: cells.iter().map(|cell| cell.text.clone()).collect(),
            digits: readout::if_any(cells.iter().map(|cell| cell.digits.clone()).collect()),
            ys: cells.iter().map(|c| Some((top + band * (c.y as f64 + 0.5)).round())).collect(),
        }],
        time: None,
        stacked: false,
    };
    Some(Drawing { body, legend: Vec::new(), summary, readout, is_empty: false })
}

/// The place of each row along a dimension, and the places' labels. Numbers and times are in
/// their order, without holes for hours and weekdays; text is in the order of its appearance.
fn dimension(column: &Column, input: &Input<'_>) -> (Vec<Option<usize>>, Vec<String>) {
    let rows = input.frame.rows();
    match &column.values {
        Values::Int(cells) => {
            let (low, high) = cells
                .iter()
                .flatten()
                .fold((i64::MAX, i64::MIN), |(l, h), v| (l.min(*v), h.max(*v)));
            // A long dimension is not filled: years of order numbers would be empty columns.
            let all: Vec<i64> = if high.saturating_sub(low) < 60 {
                (low..=high).collect()
            } else {
                let mut known: Vec<i64> = cells.iter().flatten().copied().collect();
                known.sort_unstable();
                known.dedup();
                known
            };
            let places = cells.iter().map(|v| all.binary_search(v.as_ref()?).ok()).collect();
            let name = |v: &i64| match (column.name.as_str(), v) {
                ("weekday", 1..=7) => WEEKDAYS[(*v - 1) as usize].to_owned(),
                ("hour", _) => format!("{v:02}"),
                _ => format::grouped(&v.to_string()),
            };
            (places, all.iter().map(name).collect())
        }
        Values::Time(cells) => {
            let mut all: Vec<_> = cells.iter().flatten().copied().collect();
            all.sort();
            all.dedup();
            let monthly = all.iter().all(|at| {
                use chrono::{Datelike, NaiveTime};
                let local = input.zone.local(*at);
                local.day() == 1 && local.time() == NaiveTime::MIN
            });
            let form = if monthly { "%b %Y" } else { "%-d %b" };
            let places = cells.iter().map(|v| all.binary_search(v.as_ref()?).ok()).collect();
            (places, all.iter().map(|at| input.zone.local(*at).format(form).to_string()).collect())
        }
        values => {
            let unit = input.spec.unit_of(&column.name);
            let mut labels: Vec<String> = Vec::new();
            let place = |row| {
                let label = format::cell(values, row, unit, input.zone);
                let known = labels.iter().position(|l| *l == label);
                Some(known.unwrap_or_else(|| {
                    labels.push(label);
                    labels.len() - 1
                }))
            };
            let places = (0..rows).map(place).collect();
            (places, labels)
        }
    }
}

/// What the colours mean: the steps between the lowest and the highest value, at the right end.
fn draw_scale([low, high]: &[String; 2], height: f64, body: &mut String) {
    const STEP: f64 = 12.0;
    let y = height - 12.0;
    let end = text_width(high) + 6.0;
    let start = end + STEPS * STEP;
    let _ = write!(
        body,
        "<svg x=\"100%\" overflow=\"visible\"><text class=\"e\" y=\"{0}\">{1}</text><text class=\"e\" x=\"{2}\" y=\"{0}\">{3}</text>",
        px(y + 8.0),
        escape(high),
        px(-start - 6.0),
        escape(low)
    );
    for step in 0..STEPS as u8 {
        let _ = write!(
            body,
            "<rect class=\"q{step}\" x=\"{}\" y=\"{}\" width=\"{STEP}\" height=\"8\"/>",
            px(-start + f64::from(step) * STEP),
            px(y)
        );
    }
    body.push_str("</svg>");
}

fn bare(unit: &Unit) -> Unit {
    if let Unit::Noun(_) = unit { Unit::None } else { unit.clone() }
}
