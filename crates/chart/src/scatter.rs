//! Points by two numbers.

use crate::axes::{self, Frame};
use crate::mark_links::{self, MarkLinks, Name};
use crate::markup::{escape, open_plot_as, percent, px};
use crate::readout::{self, Readout, ReadoutSeries, fraction};
use crate::{Drawing, Input, ticks};
use brisk_domain::{Column, Unit, Values, format};
use std::fmt::Write as _;

/// More points than this hide each other.
const MAX_POINTS: usize = 1_500;

pub(crate) fn draw(input: &Input<'_>) -> Option<Drawing> {
    let numbers: Vec<&Column> =
        input.frame.columns().iter().filter(|c| c.values.is_number()).collect();
    let [x, y, ..] = numbers.as_slice() else {
        return None;
    };
    let name = input.frame.columns().iter().find(|c| matches!(c.values, Values::Text(_)));
    let rows: Vec<(usize, f64, f64)> = (0..input.frame.rows())
        .filter_map(|row| Some((row, x.values.number(row)?, y.values.number(row)?)))
        .take(MAX_POINTS)
        .collect();
    if rows.is_empty() {
        return None;
    }
    let extent = |pick: fn(&(usize, f64, f64)) -> f64| {
        let values = rows.iter().map(pick);
        values.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(v), h.max(v)))
    };
    let (x_unit, y_unit) = (input.spec.unit_of(&x.name), input.spec.unit_of(&y.name));
    let frame = Frame::for_line(input, extent(|r| r.2), y_unit);
    let (low, high) = extent(|r| r.1);
    let (low, high) = ticks::with_cheap_zero(low, high);
    let x_ticks = axes::nice(low, high, 5, x_unit);
    let (low, high) = (x_ticks.first().copied()?, x_ticks.last().copied()?);
    let at = |value: f64| (value - low) / (high - low);
    let bare = |unit: &Unit| {
        if let Unit::Noun(_) = unit { Unit::None } else { unit.clone() }
    };
    let labels = axes::tick_labels(&x_ticks, &bare(x_unit));
    let labels: Vec<(f64, String)> = x_ticks.iter().map(|tick| at(*tick)).zip(labels).collect();
    let (x_label, y_label) = (input.spec.label_of(&x.name), input.spec.label_of(&y.name));
    let rest = match input.frame.rows() {
        all if all > MAX_POINTS => format!(", the first of {}", format::grouped(&all.to_string())),
        _ => String::new(),
    };
    let (title, shown) = (&input.spec.title, rows.len());
    let summary = format!("{title}. {shown} points{rest}: {y_label} by {x_label}.");
    let mut body = String::new();
    let links = MarkLinks::of(input);
    let margins = (frame.left, frame.right);
    open_plot_as(links.class_and_role(), &mut body, margins, input.height, &summary);
    frame.draw_y(&mut body);
    frame.draw_x(&labels, &mut body);
    // Two numbers need their names; they stand inside, at the ends of the axes.
    let _ = write!(
        body,
        "<text class=\"m\" x=\"6\" y=\"{}\">↑ {}</text><text class=\"e\" x=\"100%\" y=\"{}\">{} →</text>",
        px(frame.top + 12.0),
        escape(&y_label),
        px(input.height - frame.bottom - 7.0),
        escape(&x_label)
    );
    let title = |(row, ..): &(usize, f64, f64)| {
        name.and_then(|column| column.values.exact(*row)).unwrap_or_else(|| format!("{}", row + 1))
    };
    for (i, point) in rows.iter().enumerate() {
        let (row, x, y) = point;
        let link = links.open((Some(*row), i), Name::Said(&title(point)), &mut body);
        let _ = write!(
            body,
            "<circle class=\"s0\" data-i=\"{i}\" cx=\"{}\" cy=\"{}\" r=\"4\"/>",
            percent(at(*x)),
            px(frame.y(*y))
        );
        mark_links::close(link.as_ref(), &mut body);
    }
    body.push_str("</svg>");
    let texts = |column: &Column, unit: &Unit| -> Vec<String> {
        rows.iter().map(|(row, ..)| format::cell(&column.values, *row, unit, input.zone)).collect()
    };
    let digits = |column: &Column, texts: &[String]| {
        let cells = rows.iter().zip(texts);
        let digits = cells.map(|((row, ..), text)| readout::digits_of(&column.values, *row, text));
        readout::if_any(digits.collect())
    };
    let series = |label: &str, column: &Column, unit: &Unit| ReadoutSeries {
        name: label.to_owned(),
        color: 0,
        digits: digits(column, &texts(column, unit)),
        values: texts(column, unit),
        ys: rows.iter().map(|(_, _, y)| Some(frame.y(*y).round())).collect(),
    };
    let readout = Readout {
        by_mark: true,
        margins: frame.margins(),
        xs: rows.iter().map(|(_, x, _)| fraction(at(*x))).collect(),
        labels: rows.iter().map(title).collect(),
        series: vec![series(&x_label, x, x_unit), series(&y_label, y, y_unit)],
        time: None,
        stacked: false,
    };
    Some(Drawing { body, legend: Vec::new(), summary, readout, is_empty: false })
}
