//! Scatter plots: points by two numbers.

use super::chart::Chart;
use super::mark_links::{MarkLinks, add_mark};
use crate::data::parts;
use crate::data::refusal::Refusal;
use crate::readout::{self, Readout, ReadoutSeries, fraction};
use crate::scales::axes::Axes;
use crate::scales::{tick_labels, ticks, time_ticks};
use crate::scene::{Anchor, Color, LinkName, Role, Scene, Shape, Text, X};
use crate::spec::Input;
use brisk_domain::{Bounds, Column, Interval, Timestamp, Unit, Values, format};

/// More points than this hide each other.
const MAX_POINTS: usize = 1_500;
/// The radius of a point, in px.
const RADIUS: f64 = 4.0;

/// One point: its row and its two numbers.
type Point = (usize, f64, f64);

pub(crate) fn draw(input: &Input<'_>) -> Result<Chart, Refusal> {
    let is_x = |column: &Column| column.values.is_number() || is_time(column);
    let mut columns = input.frame.columns().iter().filter(|column| is_x(column));
    let x = columns.next().ok_or(Refusal::Unfit)?;
    let y = columns.find(|column| column.values.is_number()).ok_or(Refusal::Unfit)?;
    let places = |row: usize| Some((row, x_of(input, x, row)?, y.values.number(row)?));
    let all: Vec<Point> = (0..input.frame.rows()).filter_map(places).collect();
    if all.is_empty() {
        return Err(Refusal::Unfit);
    }
    let note = note(input, all.len());
    let points = &all[..all.len().min(MAX_POINTS)];
    let (x_unit, y_unit) = (input.spec.unit_of(&x.name), input.spec.unit_of(&y.name));
    let axes = Axes::for_line(input, extent(points, |point| point.2), y_unit)
        .with_note(note.clone())
        .with_names();
    let ((low, high), ticks) = x_axis(input, x, points);
    let at = |value: f64| if low < high { ticks::part(value, low, high) } else { 0.5 };
    let x_labels = ticks.into_iter().map(|(tick, label)| (at(tick), label)).collect();
    let (x_name, y_name) = (input.spec.label_of(&x.name), input.spec.label_of(&y.name));
    let names: Vec<String> = points.iter().map(|point| name(input, point.0)).collect();
    let links = MarkLinks::of(input);
    let mut shapes = axes.shapes(x_labels);
    shapes.extend(axis_names(&x_name, &y_name, &axes).map(Shape::Text));
    for (i, ((row, x, y), name)) in points.iter().zip(&names).enumerate() {
        let link = links.link(Some(*row), || LinkName::Words(name.clone()));
        let (color, mark, x, y) = (Color::Series(0), Some(i), at(*x), axes.y(*y));
        let is_part = parts::of_row(input, 0, *row).is_some();
        let dot = Shape::Dot { color, is_part, mark, x, y, radius: RADIUS };
        add_mark(link, i, vec![dot], &mut shapes);
    }
    let plot = axes.plot(links.state(), shapes);
    let summary = summary(input, points.len(), note, (&x_name, &y_name));
    let series = |name: String, column: &Column, unit: &Unit| {
        readout_series(input, points, &axes, (name, column, unit))
    };
    let readout = Readout {
        by_mark: true,
        margins: axes.margins(),
        xs: points.iter().map(|(_, x, _)| fraction(at(*x))).collect(),
        labels: names,
        series: vec![series(x_name, x, x_unit), series(y_name, y, y_unit)],
        time: None,
        stacked: false,
    };
    Ok(Chart::new(Scene::Plot(plot), summary, readout))
}

fn extent(points: &[Point], pick: fn(&Point) -> f64) -> (f64, f64) {
    let values = points.iter().map(pick);
    values.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(v), h.max(v)))
}

fn is_time(column: &Column) -> bool {
    column.values.is_time()
}

/// A number, or an instant in microseconds.
fn x_of(input: &Input<'_>, column: &Column, row: usize) -> Option<f64> {
    let instant = column.values.placed(row, input.zone).map(|at| at.0 as f64);
    instant.or_else(|| column.values.number(row))
}

/// The ends of the axis, and its ticks.
fn x_axis(input: &Input<'_>, x: &Column, points: &[Point]) -> ((f64, f64), Vec<(f64, String)>) {
    let (low, high) = extent(points, |point| point.1);
    if is_time(x) {
        let bounds = Bounds { from: Timestamp(low as i64), to: Timestamp(high as i64) };
        let ticks = time_ticks::ticks(bounds, Interval::Minute, input.zone, 6);
        let ticks = ticks.into_iter().map(|tick| (tick.at.0 as f64, tick.label)).collect();
        return ((low, high), ticks);
    }
    let unit = input.spec.unit_of(&x.name);
    let (low, high) = ticks::with_cheap_zero(low, high);
    let ticks = tick_labels::nice(low, high, 5, unit);
    let labels = tick_labels::tick_labels(&ticks, tick_labels::without_noun(unit));
    let ends = (ticks.first().copied().unwrap_or(low), ticks.last().copied().unwrap_or(high));
    (ends, ticks.into_iter().zip(labels).collect())
}

/// Says how many rows have no point.
fn note(input: &Input<'_>, points: usize) -> Option<String> {
    let grouped = |count: usize| format::grouped(&count.to_string());
    let more = points.saturating_sub(MAX_POINTS);
    let without = input.frame.rows() - points;
    let noun = if without == 1 { "row" } else { "rows" };
    let more = (more > 0).then(|| format!("{} more points in the table", grouped(more)));
    let without =
        (without > 0).then(|| format!("{} {noun} without a place in the table", grouped(without)));
    match (more, without) {
        (Some(more), Some(without)) => Some(format!("{more}, {without}")),
        (more, without) => more.or(without),
    }
}

/// What a row is: its first text, or its number.
fn name(input: &Input<'_>, row: usize) -> String {
    let texts = input.frame.columns().iter().find(|c| matches!(c.values, Values::Text(_)));
    let name = texts.and_then(|column| column.values.exact(row));
    let name = name.unwrap_or_else(|| format!("{}", row + 1));
    match parts::of_row(input, 0, row) {
        Some(words) => format!("{name}, {words}"),
        None => name,
    }
}

/// Two numbers need their names; they stand outside, at the ends of the axes, where no point can be.
fn axis_names(x: &str, y: &str, axes: &Axes) -> [Text; 2] {
    let below = axes.height - 4.0;
    [
        Text::new(Role::Note, Anchor::Start, X::Px(-axes.left), axes.top - 12.0, format!("↑ {y}")),
        Text::new(Role::Note, Anchor::End, X::Part(1.0), below, format!("{x} →")),
    ]
}

fn summary(input: &Input<'_>, shown: usize, note: Option<String>, (x, y): (&str, &str)) -> String {
    let points = match input.frame.rows() {
        all if all > MAX_POINTS => {
            let grouped = |count: usize| format::grouped(&count.to_string());
            format!("The first {} of {} points", grouped(shown), grouped(all))
        }
        _ => format!("{shown} points"),
    };
    let note = note.map_or(String::new(), |note| format!(" {note}."));
    format!("{}. {points}: {y} by {x}.{note}", input.spec.title)
}

fn readout_series(
    input: &Input<'_>,
    points: &[Point],
    axes: &Axes,
    (name, column, unit): (String, &Column, &Unit),
) -> ReadoutSeries {
    let text = |point: &Point| format::cell(&column.values, point.0, unit, input.zone);
    let values: Vec<String> = points.iter().map(text).collect();
    let digits = points.iter().zip(&values);
    let digits = digits.map(|(point, text)| readout::digits_of(&column.values, point.0, text));
    ReadoutSeries {
        name,
        color: 0,
        digits: readout::if_any(digits.collect()),
        values,
        ys: points.iter().map(|(_, _, y)| Some(axes.y(*y).round())).collect(),
    }
}
