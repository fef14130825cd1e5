//! Heatmaps: cells by two dimensions.

use super::chart::Chart;
use crate::data::refusal::Refusal;
use crate::data::{dimension, merged_order, parts};
use crate::readout::{self, Readout, ReadoutSeries, fraction};
use crate::scales::axes::tick;
use crate::scales::tick_labels::without_noun;
use crate::scales::x_labels;
use crate::scene::{
    Across, Anchor, Color, LeftMargin, LinkState, Plot, Role, Scene, Shape, Text, X,
};
use crate::spec::Input;
use crate::text::shorten;
use crate::text::width::text_width;
use brisk_domain::point::of_column;
use brisk_domain::{Column, Unit, Values, format, sum};
use std::collections::{BTreeMap, HashMap};

/// Steps of the sequential scale.
const STEPS: u8 = 9;
/// From this step on, cells are so dark that their text is light.
const DARK: u8 = 5;
/// The margins above and at the right of the cells, in px.
const TOP: f64 = 2.0;
const RIGHT: f64 = 4.0;

pub(crate) fn draw(input: &Input<'_>) -> Result<Chart, Refusal> {
    let [x, y, value, ..] = input.frame.columns() else {
        return Err(Refusal::Unfit);
    };
    if !value.values.is_number() {
        return Err(Refusal::Unfit);
    }
    let (mut xs, mut x_labels) = dimension::of(x, input);
    let (mut ys, mut y_labels) = dimension::of(y, input);
    // Names are in the order that the rows of the other dimension agree on.
    if matches!(x.values, Values::Text(_)) {
        merged_order::arrange(&mut xs, &mut x_labels, &ys);
    }
    if matches!(y.values, Values::Text(_)) {
        merged_order::arrange(&mut ys, &mut y_labels, &xs);
    }
    let (x_parts, y_parts) = (parts_of(input, 0, &xs), parts_of(input, 1, &ys));
    let unit = input.spec.unit_of(&value.name);
    let cells = cells(input, value, unit, (&xs, &ys))?;
    let peak = cells.iter().max_by(|a, b| a.value.total_cmp(&b.value)).ok_or(Refusal::Unfit)?;
    let (at, text) = ((peak.x, peak.y), peak.text.clone());
    let plan = Plan {
        x_parts,
        y_parts,
        ..Plan::of(input, &cells, (x_labels, y_labels), without_noun(unit))
    };
    let mut summary =
        format!("{}. Highest: {text} at {}.", input.spec.title, plan.label(at.0, at.1));
    if let Some(left_out) = parts::left_out(input.coverage) {
        summary.push_str(&format!(" {left_out}."));
    }
    let plot = Plot {
        height: input.height,
        left: LeftMargin { px: plan.left, is_fluid: false },
        right: RIGHT,
        links: LinkState::Absent,
        shapes: shapes(&plan, &cells),
    };
    let readout = read(&plan, &cells, input.spec.label_of(&value.name));
    Ok(Chart::new(Scene::Plot(plot), summary, readout))
}

struct Cell {
    x: usize,
    y: usize,
    value: f64,
    text: String,
    digits: String,
}

/// A place in both dimensions, and its cells.
type Place<'a> = ((usize, usize), Vec<(&'a Values, usize)>);

/// The cells with a value, each combined from its rows, in order of first appearance.
fn cells(
    input: &Input<'_>,
    value: &Column,
    unit: &Unit,
    (xs, ys): (&[Option<usize>], &[Option<usize>]),
) -> Result<Vec<Cell>, Refusal> {
    let mut known: HashMap<(usize, usize), usize> = HashMap::new();
    let mut rows: Vec<Place<'_>> = Vec::new();
    for row in 0..input.frame.rows() {
        let (Some(x), Some(y)) = (xs[row], ys[row]) else { continue };
        if value.values.exact(row).is_none() {
            continue;
        }
        let at = *known.entry((x, y)).or_insert(rows.len());
        if at == rows.len() {
            rows.push(((x, y), Vec::new()));
        } else if !of_column(input.additivity, 2).adds() {
            return Err(Refusal::several(input.frame, input, &value.name, row));
        }
        rows[at].1.push((&value.values, row));
    }
    let cell = |((x, y), rows): &Place<'_>| {
        let total = sum::sum(rows.iter().copied());
        let number = total.number(0)?;
        let text = format::cell(&total, 0, unit, input.zone);
        let digits = readout::digits_of(&total, 0, &text);
        Some(Cell { x: *x, y: *y, value: number, text, digits })
    };
    Ok(rows.iter().filter_map(cell).collect())
}

/// Where everything goes.
struct Plan<'a> {
    x_labels: Vec<String>,
    y_labels: Vec<String>,
    /// Labels of the places that are partial time buckets.
    x_parts: BTreeMap<usize, String>,
    y_parts: BTreeMap<usize, String>,
    unit: &'a Unit,
    /// The lowest and highest value, with zero.
    low: f64,
    high: f64,
    /// The margins at the left and below, and the height of the box, in px.
    left: f64,
    bottom: f64,
    box_height: f64,
    has_scale: bool,
    /// A cell's width as a part of the plot, and its height in px.
    width: f64,
    height: f64,
}

impl<'a> Plan<'a> {
    fn of(
        input: &Input<'_>,
        cells: &[Cell],
        (x_labels, y_labels): (Vec<String>, Vec<String>),
        unit: &'a Unit,
    ) -> Self {
        let high = cells.iter().map(|cell| cell.value).fold(f64::NEG_INFINITY, f64::max);
        let low = cells.iter().map(|cell| cell.value).fold(0.0, f64::min);
        // Low charts have no room for a scale; cells and tooltips show the numbers.
        let has_scale = input.height >= 200.0 && high > low;
        let bottom = if has_scale { 46.0 } else { 24.0 };
        let widths = y_labels.iter().map(|label| text_width(label) + 12.0);
        Self {
            left: widths.fold(24.0, f64::max).min(100.0),
            width: 1.0 / x_labels.len().max(1) as f64,
            height: (input.height - TOP - bottom) / y_labels.len().max(1) as f64,
            box_height: input.height,
            x_labels,
            y_labels,
            x_parts: BTreeMap::new(),
            y_parts: BTreeMap::new(),
            unit,
            low,
            high,
            bottom,
            has_scale,
        }
    }

    /// The label of a cell's place.
    fn label(&self, x: usize, y: usize) -> String {
        let said = |labels: &[String], parts: &BTreeMap<usize, String>, at: usize| {
            let part = parts.get(&at).map_or(String::new(), |words| format!(" ({words})"));
            format!("{}{part}", labels[at])
        };
        let (x, y) =
            (said(&self.x_labels, &self.x_parts, x), said(&self.y_labels, &self.y_parts, y));
        format!("{y}, {x}")
    }

    /// The step of the sequential scale for a value.
    fn step(&self, value: f64) -> u8 {
        if self.high > self.low {
            let part = (value - self.low) / (self.high - self.low);
            (part * f64::from(STEPS)).min(f64::from(STEPS - 1)) as u8
        } else {
            STEPS / 2
        }
    }

    /// A value as a cell has room for it.
    fn short(&self, cell: &Cell) -> String {
        format::compact(cell.value, self.unit).replace('\u{202f}', "")
    }
}

fn shapes(plan: &Plan<'_>, cells: &[Cell]) -> Vec<Shape> {
    let mut shapes = Vec::new();
    let every = (14.0 / plan.height).ceil().max(1.0) as usize;
    let names = shorten::cut(&plan.y_labels, plan.left - 10.0);
    for (i, name) in names.into_iter().enumerate().step_by(every) {
        let middle = TOP + plan.height * (i as f64 + 0.5);
        shapes.push(Shape::Text(tick(middle, name)));
    }
    let centers = (0..plan.x_labels.len()).map(|i| plan.width * (i as f64 + 0.5));
    let labels = centers.zip(plan.x_labels.iter().cloned()).collect();
    let y = plan.box_height - plan.bottom + 17.0;
    x_labels::place(labels, (plan.left, RIGHT), y, &mut shapes);
    add_cells(plan, cells, &mut shapes);
    if plan.has_scale {
        shapes.push(Shape::AtRightEnd(scale(plan)));
    }
    shapes
}

fn add_cells(plan: &Plan<'_>, cells: &[Cell], shapes: &mut Vec<Shape>) {
    // Text only where a cell is wide and high enough for it.
    let widest = cells.iter().map(|cell| text_width(&plan.short(cell))).fold(0.0, f64::max);
    let needs = (widest + 6.0) / plan.width + plan.left + RIGHT;
    let has_text = plan.height >= 16.0;
    for (i, cell) in cells.iter().enumerate() {
        let step = plan.step(cell.value);
        let (x, y) = (plan.width * cell.x as f64, TOP + plan.height * cell.y as f64);
        shapes.push(Shape::Rect {
            color: Color::Sequential(step),
            is_part: plan.x_parts.contains_key(&cell.x) || plan.y_parts.contains_key(&cell.y),
            mark: Some(i),
            across: Across::Part(x, plan.width),
            y,
            height: plan.height,
        });
        if has_text {
            let role = Role::CellValue { is_inverse: step >= DARK };
            let (x, y) = (X::Part(x + plan.width / 2.0), y + plan.height / 2.0);
            let text = Text::new(role, Anchor::Middle, x, y, plan.short(cell)).centered();
            shapes.push(Shape::Text(Text { needs, ..text }));
        }
    }
}

/// What the colours mean: the steps between the lowest and the highest value, left of an origin.
fn scale(plan: &Plan<'_>) -> Vec<Shape> {
    const STEP: f64 = 12.0;
    let [low, high] = [plan.low, plan.high].map(|end| format::compact(end, plan.unit));
    let y = plan.box_height - 12.0;
    let start = -(text_width(&high) + 6.0 + f64::from(STEPS) * STEP);
    let end =
        |x: f64, text| Shape::Text(Text::new(Role::Note, Anchor::End, X::Px(x), y + 8.0, text));
    let step = |step: u8| Shape::Rect {
        color: Color::Sequential(step),
        is_part: false,
        mark: None,
        across: Across::Px(start + f64::from(step) * STEP, STEP),
        y,
        height: 8.0,
    };
    let mut shapes = vec![end(0.0, high), end(start - 6.0, low)];
    shapes.extend((0..STEPS).map(step));
    shapes
}

fn read(plan: &Plan<'_>, cells: &[Cell], name: String) -> Readout {
    let label = |cell: &Cell| plan.label(cell.x, cell.y);
    let y = |cell: &Cell| Some((TOP + plan.height * (cell.y as f64 + 0.5)).round());
    Readout {
        by_mark: true,
        margins: (plan.left, RIGHT, TOP, plan.bottom),
        xs: cells.iter().map(|c| fraction(plan.width * (c.x as f64 + 0.5))).collect(),
        labels: cells.iter().map(label).collect(),
        series: vec![ReadoutSeries {
            name,
            color: 0,
            values: cells.iter().map(|cell| cell.text.clone()).collect(),
            digits: readout::if_any(cells.iter().map(|cell| cell.digits.clone()).collect()),
            ys: cells.iter().map(y).collect(),
        }],
        time: None,
        stacked: false,
    }
}

/// Labels of the places along the column `at` that are partial time buckets.
fn parts_of(input: &Input<'_>, at: usize, places: &[Option<usize>]) -> BTreeMap<usize, String> {
    let part =
        |(row, place): (usize, &Option<usize>)| Some(((*place)?, parts::of_row(input, at, row)?));
    places.iter().enumerate().filter_map(part).collect()
}
