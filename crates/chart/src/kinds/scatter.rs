//! Points by two numbers.

use super::chart::Chart;
use super::mark_links::{MarkLinks, add_mark};
use crate::readout::{self, Readout, ReadoutSeries, fraction};
use crate::scales::axes::Axes;
use crate::scales::{tick_labels, ticks};
use crate::scene::{Anchor, Color, LinkName, Role, Scene, Shape, Text, X};
use crate::spec::Input;
use brisk_domain::{Column, Unit, Values, format};

/// More points than this hide each other.
const MAX_POINTS: usize = 1_500;
/// The radius of a point, in px.
const RADIUS: f64 = 4.0;

/// One point: its row and its two numbers.
type Point = (usize, f64, f64);

pub(crate) fn draw(input: &Input<'_>) -> Option<Chart> {
    let numbers: Vec<&Column> =
        input.frame.columns().iter().filter(|c| c.values.is_number()).collect();
    let [x, y, ..] = numbers.as_slice() else {
        return None;
    };
    let points: Vec<Point> = (0..input.frame.rows())
        .filter_map(|row| Some((row, x.values.number(row)?, y.values.number(row)?)))
        .take(MAX_POINTS)
        .collect();
    if points.is_empty() {
        return None;
    }
    let (x_unit, y_unit) = (input.spec.unit_of(&x.name), input.spec.unit_of(&y.name));
    let axes = Axes::for_line(input, extent(&points, |point| point.2), y_unit);
    let x_ticks = x_ticks(&points, x_unit);
    let (low, high) = (x_ticks.first().copied()?, x_ticks.last().copied()?);
    let at = |value: f64| ticks::part(value, low, high);
    let x_labels = tick_labels::tick_labels(&x_ticks, tick_labels::without_noun(x_unit));
    let x_labels = x_ticks.iter().map(|tick| at(*tick)).zip(x_labels).collect();
    let (x_name, y_name) = (input.spec.label_of(&x.name), input.spec.label_of(&y.name));
    let names: Vec<String> = points.iter().map(|point| name(input, point.0)).collect();
    let links = MarkLinks::of(input);
    let mut shapes = axes.shapes(x_labels);
    shapes.extend(axis_names(&x_name, &y_name, &axes).map(Shape::Text));
    for (i, ((row, x, y), name)) in points.iter().zip(&names).enumerate() {
        let link = links.link(Some(*row), || LinkName::Words(name.clone()));
        let (color, mark, x, y) = (Color::Series(0), Some(i), at(*x), axes.y(*y));
        let dot = Shape::Dot { color, mark, x, y, radius: RADIUS };
        add_mark(link, i, vec![dot], &mut shapes);
    }
    let plot = axes.plot(links.state(), shapes);
    let summary = summary(input, points.len(), &x_name, &y_name);
    let series = |name: String, column: &Column, unit: &Unit| {
        readout_series(input, &points, &axes, (name, column, unit))
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
    Some(Chart::new(Scene::Plot(plot), summary, readout))
}

fn extent(points: &[Point], pick: fn(&Point) -> f64) -> (f64, f64) {
    let values = points.iter().map(pick);
    values.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(v), h.max(v)))
}

fn x_ticks(points: &[Point], unit: &Unit) -> Vec<f64> {
    let (low, high) = extent(points, |point| point.1);
    let (low, high) = ticks::with_cheap_zero(low, high);
    tick_labels::nice(low, high, 5, unit)
}

/// What a row is: its first text, or its number.
fn name(input: &Input<'_>, row: usize) -> String {
    let texts = input.frame.columns().iter().find(|c| matches!(c.values, Values::Text(_)));
    texts.and_then(|column| column.values.exact(row)).unwrap_or_else(|| format!("{}", row + 1))
}

/// Two numbers need their names; they stand inside, at the ends of the axes.
fn axis_names(x: &str, y: &str, axes: &Axes) -> [Text; 2] {
    let floor = axes.height - axes.bottom - 7.0;
    [
        Text::new(Role::Note, Anchor::Start, X::Px(6.0), axes.top + 12.0, format!("↑ {y}")),
        Text::new(Role::Note, Anchor::End, X::Part(1.0), floor, format!("{x} →")),
    ]
}

fn summary(input: &Input<'_>, shown: usize, x: &str, y: &str) -> String {
    let points = match input.frame.rows() {
        all if all > MAX_POINTS => {
            let grouped = |count: usize| format::grouped(&count.to_string());
            format!("The first {} of {} points", grouped(shown), grouped(all))
        }
        _ => format!("{shown} points"),
    };
    format!("{}. {points}: {y} by {x}.", input.spec.title)
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
