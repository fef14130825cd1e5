//! Horizontal bars: names at the left, values at the bars' ends. Grouped and stacked as vertical ones.

use super::bar_places::{self, Bar, Sharing, bars};
use super::chart::Chart;
use super::mark_links::{MarkLinks, add_mark};
use super::series_summary::summary;
use crate::data::points::{self, Points};
use crate::data::refusal::Refusal;
use crate::data::series::Reading;
use crate::data::x_axis::Placing;
use crate::readout::{Readout, fraction};
use crate::scales::row_labels::{LARGER, LabelRoom};
use crate::scales::ticks;
use crate::scene::{Across, Anchor, Color, LinkName, Plot, Role, Scene, Shape, Text, X};
use crate::spec::Input;
use crate::text::width::text_width;
use brisk_domain::panel_kind::Bar as Options;
use brisk_domain::{Unit, format};

/// Where the rows begin, in px; as much is left below them.
const TOP: f64 = 4.0;
/// The smallest height of a row, in px: its label is 12 px high.
const LEAST_BAND: f64 = 17.0;
/// The thickest that a bar may be, in px.
const THICKEST: f64 = 26.0;
/// Bars that are thinner than this have no room for their values, in px.
const THIN: f64 = 10.0;

pub(crate) fn draw(input: &Input<'_>, options: &Options) -> Result<Chart, Refusal> {
    let reading = Reading { stacked: options.stacked, empty: options.empty, placing: Placing::Row };
    let points = points::of(input, &reading)?;
    let stacked = options.stacked && !points.is_compared();
    let summary = summary(&points, input);
    let plan = Plan::of(&points, input, stacked);
    let links = MarkLinks::of(input);
    let plot = Plot {
        height: input.height,
        left: plan.room.margin(),
        right: plan.right,
        links: links.state(),
        shapes: shapes(&plan, &points, &links, input.height),
    };
    let readout = read(&plan, &points, points.labels(input));
    let legend = points.legend(false);
    Ok(Chart { legend, ..Chart::new(Scene::Plot(plot), summary, readout) })
}

/// Where everything goes.
struct Plan {
    rows: Vec<Vec<Bar>>,
    labels: Vec<String>,
    /// What the numbers of each series measure.
    units: Vec<Unit>,
    stacked: bool,
    room: LabelRoom,
    right: f64,
    /// The height of a row, in px.
    band: f64,
    low: f64,
    high: f64,
    has_values: bool,
    /// Says what is not drawn.
    note: Option<String>,
}

impl Plan {
    fn of(points: &Points, input: &Input<'_>, stacked: bool) -> Self {
        let mut labels = points.names(input);
        let sharing =
            Sharing { stacked, in_rows: true, part: bar_places::PART, widest: f64::INFINITY };
        let mut rows = bars(points, input.hidden, sharing);
        let mut height = input.height - 2.0 * TOP;
        let fitting = (height / LEAST_BAND).max(1.0) as usize;
        let mut note = points.note();
        if rows.len() > fitting || note.is_some() {
            height -= 14.0;
            let shown = rows.len().min((height / LEAST_BAND).max(1.0) as usize);
            if shown < rows.len() {
                let rows = format!("{} more in the table", rows.len() - shown);
                note = Some(note.map_or(rows.clone(), |note| format!("{rows}, {note}")));
            }
            rows.truncate(shown);
            labels.truncate(shown);
        }
        let (low, high) = bar_places::extent(&rows);
        let units: Vec<Unit> = points.series.iter().map(|series| series.unit.clone()).collect();
        let tops = rows.iter().flatten().map(|bar| format::compact(bar.top, &units[bar.series]));
        let widest_top = tops.map(|text| text_width(&text)).fold(0.0, f64::max);
        let band = height / rows.len().max(1) as f64;
        let is_thin = rows.iter().flatten().any(|bar| bar.width * band < THIN);
        Self {
            room: LabelRoom::of(&labels, input),
            right: widest_top * LARGER + 10.0,
            has_values: !is_thin,
            high: if high > low { high } else { low + 1.0 },
            rows,
            labels,
            units,
            stacked,
            band,
            low,
            note,
        }
    }

    fn x(&self, value: f64) -> f64 {
        ticks::part(value, self.low, self.high)
    }

    /// The middle of a row, in px.
    fn middle(&self, row: usize) -> f64 {
        TOP + self.band * (row as f64 + 0.5)
    }

    /// The middle of a bar and how thick it is, in px.
    fn across(&self, row: usize, bar: &Bar) -> (f64, f64) {
        // Bars keep their places in the row, but have a greatest thickness.
        let bars = self.rows[row].len().max(1) as f64;
        let scale = self.band.min(THICKEST / bar_places::PART * bars);
        let across = bar.x + bar.width / 2.0 - 0.5;
        (self.middle(row) + across * scale, bar.width * scale)
    }
}

fn shapes(plan: &Plan, points: &Points, links: &MarkLinks<'_>, height: f64) -> Vec<Shape> {
    let mut shapes = Vec::new();
    let row_of = |i: usize| points.rows.get(i).copied().flatten();
    if plan.room.is_fluid {
        // First, so that the clickable areas lie on top.
        let chosen = (0..plan.rows.len()).map(|i| links.is_chosen(row_of(i)));
        let names = LabelRoom::names(&plan.labels, chosen, (TOP, plan.band));
        shapes.push(Shape::RowNames(names));
    }
    for (i, row) in plan.rows.iter().enumerate() {
        let link = links.link(row_of(i), || LinkName::Words(bar_places::words(points, i)));
        let is_chosen = link.as_ref().is_some_and(|link| link.is_chosen);
        let mut marks = Vec::new();
        if link.is_some() {
            // The whole row is clickable, not just its bar.
            let y = plan.middle(i) - plan.band / 2.0;
            marks.push(Shape::Hit { across: Across::Box, y, height: plan.band });
        }
        let is_part = points.is_part(i);
        marks.extend(row.iter().map(|bar| rect(plan, i, bar, is_part)));
        // Texts stay outside the link, whose name says the same with more digits.
        add_mark(link, i, marks, &mut shapes);
        if !plan.room.is_fluid {
            shapes.push(Shape::Text(label(plan, i, is_chosen)));
        }
        let last = row.len().saturating_sub(1);
        let with_value = |k: &usize| plan.has_values && (!plan.stacked || *k == last);
        let values = row.iter().enumerate().filter(|(k, _)| with_value(k));
        shapes.extend(values.map(|(_, bar)| Shape::Text(value(plan, i, bar))));
    }
    if let Some(text) = plan.note.clone() {
        let y = height - 4.0;
        shapes.push(Shape::Text(Text::new(Role::Note, Anchor::Start, X::Px(0.0), y, text)));
    }
    shapes
}

fn rect(plan: &Plan, row: usize, bar: &Bar, is_part: bool) -> Shape {
    let (from, to) = (plan.x(bar.base.min(bar.top)), plan.x(bar.base.max(bar.top)));
    let (middle, height) = plan.across(row, bar);
    Shape::Rect {
        color: Color::Series(bar.color),
        is_part,
        mark: Some(row),
        across: Across::Part(from, to - from),
        y: middle - height / 2.0,
        height,
    }
}

/// The name of a row, where its room is the same in every box.
fn label(plan: &Plan, row: usize, is_chosen: bool) -> Text {
    let tick = if is_chosen { "✓ " } else { "" };
    let label = format!("{tick}{}", plan.labels[row]);
    // A tick may need more room than there is.
    let short = plan.room.cut(&label);
    let full = (short != label).then_some(label);
    let role = Role::RowName { is_chosen };
    let text = Text::new(role, Anchor::End, X::Px(-8.0), plan.middle(row), short).centered();
    Text { full, ..text }
}

/// The value at a bar's end.
fn value(plan: &Plan, row: usize, bar: &Bar) -> Text {
    let (middle, _) = plan.across(row, bar);
    let x = X::Beyond(plan.x(bar.base.max(bar.top)), 6.0);
    let text = format::compact(bar.top, &plan.units[bar.series]);
    Text::new(Role::Value, Anchor::Start, x, middle, text).centered()
}

fn read(plan: &Plan, points: &Points, mut labels: Vec<String>) -> Readout {
    let shown = plan.rows.len();
    labels.truncate(shown);
    let mut series = bar_places::readout_series(points, |_, i| Some(plan.middle(i).round()));
    for one in &mut series {
        one.values.truncate(shown);
        one.ys.truncate(shown);
        one.digits.truncate(shown);
    }
    let end = |row: &Vec<Bar>| row.iter().map(|bar| bar.top).fold(0.0, f64::max);
    Readout {
        by_mark: true,
        margins: (plan.room.width, plan.right, TOP, TOP),
        xs: plan.rows.iter().map(|row| fraction(plan.x(end(row)))).collect(),
        labels,
        series,
        time: None,
        stacked: false,
    }
}
