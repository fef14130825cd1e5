//! Steps as centred bars, each with its share of the first or its number.

use super::bar_places;
use super::chart::Chart;
use super::mark_links::{MarkLinks, add_mark};
use super::message;
use crate::data::points::{self, Points};
use crate::data::series::{Reading, Series};
use crate::data::x_axis::Axis;
use crate::readout::{Readout, ReadoutSeries, fraction, if_any};
use crate::scales::row_labels::{LARGER, LabelRoom};
use crate::scene::{Across, Anchor, Color, LinkName, Plot, Role, Scene, Shape, Text, X};
use crate::spec::Input;
use crate::text::width::text_width;
use brisk_domain::panel_kind::EmptyBucket;
use brisk_domain::panel_kind::funnel::{Funnel, Labels};
use brisk_domain::{Unit, format};
use std::fmt::Write as _;

/// Where the rows begin, in px; as much is left below them.
const TOP: f64 = 4.0;
/// The smallest height of a row, in px: its label is 12 px high.
const LEAST_BAND: f64 = 17.0;
/// The height that a note takes below the rows, in px.
const NOTE: f64 = 14.0;
/// The part of a row that its bar takes.
const PART: f64 = 0.86;

pub(crate) fn draw(input: &Input<'_>, options: &Funnel) -> Option<Chart> {
    let reading = Reading { stacked: false, empty: EmptyBucket::Gap, with_bins: false };
    let points = points::of(input, &reading)?;
    let (Axis::Label(labels), [series]) = (&points.x, points.series.as_slice()) else {
        return None;
    };
    if let Some(at) = series.values.iter().position(|value| value.is_some_and(|v| v < 0.0)) {
        let (name, value) = (&labels[at], &series.texts[at]);
        let text = format!("A funnel cannot show negative values ({name}: {value}); see the table");
        return Some(message::refused(input, text));
    }
    let Some(first) = series.values.first().copied().flatten().filter(|first| *first > 0.0) else {
        let text = "The first step has no value, so there are no shares of it to show";
        return Some(message::refused(input, text.into()));
    };
    let plan = Plan::of(labels, series, (first, options.labels), input);
    let links = MarkLinks::of(input);
    let plot = Plot {
        height: input.height,
        left: plan.room.margin(),
        right: plan.right,
        links: links.state(),
        shapes: shapes(&plan, &points, &links, input.height),
    };
    let readout = read(&plan, series);
    Some(Chart::new(Scene::Plot(plot), summary(input, labels, series, first), readout))
}

/// Where everything goes.
struct Plan {
    steps: Vec<Step>,
    names: Vec<String>,
    color: Color,
    room: LabelRoom,
    right: f64,
    /// The height of a row, in px.
    band: f64,
    /// Says what is not drawn.
    note: Option<String>,
}

struct Step {
    /// How wide its bar is, as a fraction of the plot; `None` where there is no value.
    width: Option<f64>,
    /// Its share of the first step, if it has one.
    share: String,
    /// What stands beside it.
    text: String,
}

impl Plan {
    fn of(
        labels: &[String],
        series: &Series,
        (first, beside): (f64, Labels),
        input: &Input<'_>,
    ) -> Self {
        let widest = series.values.iter().flatten().copied().fold(first, f64::max);
        let step = |value: &Option<f64>| {
            let share = value.map_or(String::new(), |value| share(value, first));
            let text = match beside {
                Labels::Share => share.clone(),
                Labels::Value => {
                    value.map_or(String::new(), |value| format::compact(value, &series.unit))
                }
            };
            Step { width: value.map(|value| value / widest), share, text }
        };
        let mut height = input.height - 2.0 * TOP;
        let fitting = |height: f64| (height / LEAST_BAND).max(1.0) as usize;
        let (mut shown, mut note) = (labels.len(), None);
        if shown > fitting(height) {
            height -= NOTE;
            shown = fitting(height).min(shown);
            note = Some(format!("{} more in the table", labels.len() - shown));
        }
        let names: Vec<String> = labels.iter().take(shown).cloned().collect();
        let steps: Vec<Step> = series.values.iter().take(shown).map(step).collect();
        let widest_text = steps.iter().map(|step| text_width(&step.text)).fold(0.0, f64::max);
        Self {
            room: LabelRoom::of(&names, input),
            right: widest_text * LARGER + 10.0,
            band: height / shown.max(1) as f64,
            color: Color::Series(series.color),
            steps,
            names,
            note,
        }
    }

    /// The middle of a row, in px.
    fn middle(&self, row: usize) -> f64 {
        TOP + self.band * (row as f64 + 0.5)
    }
}

fn shapes(plan: &Plan, points: &Points, links: &MarkLinks<'_>, height: f64) -> Vec<Shape> {
    let mut shapes = Vec::new();
    let row_of = |i: usize| points.rows.get(i).copied().flatten();
    if plan.room.is_fluid {
        // First, so that the clickable areas lie on top.
        let chosen = (0..plan.steps.len()).map(|i| links.is_chosen(row_of(i)));
        let names = LabelRoom::names(&plan.names, chosen, (TOP, plan.band));
        shapes.push(Shape::RowNames(names));
    }
    for (i, step) in plan.steps.iter().enumerate() {
        let link = links.link(row_of(i), || LinkName::Words(bar_places::words(points, i)));
        let is_chosen = link.as_ref().is_some_and(|link| link.is_chosen);
        let mut marks = Vec::new();
        if link.is_some() {
            // The whole row is clickable, not just its bar.
            let y = plan.middle(i) - plan.band / 2.0;
            marks.push(Shape::Hit { across: Across::Box, y, height: plan.band });
        }
        marks.extend(step.width.map(|width| rect(plan, i, width)));
        // Texts stay outside the link, whose name says the same with more digits.
        add_mark(link, i, marks, &mut shapes);
        if !plan.room.is_fluid {
            shapes.push(Shape::Text(name(plan, i, is_chosen)));
        }
        shapes.extend(step.width.map(|width| {
            let x = X::Beyond(0.5 + width / 2.0, 6.0);
            let text = step.text.clone();
            Shape::Text(Text::new(Role::Value, Anchor::Start, x, plan.middle(i), text).centered())
        }));
    }
    if let Some(text) = plan.note.clone() {
        let y = height - 4.0;
        shapes.push(Shape::Text(Text::new(Role::Note, Anchor::Start, X::Px(0.0), y, text)));
    }
    shapes
}

fn rect(plan: &Plan, row: usize, width: f64) -> Shape {
    let height = plan.band * PART;
    Shape::Rect {
        color: plan.color,
        mark: Some(row),
        across: Across::Part(0.5 - width / 2.0, width),
        y: plan.middle(row) - height / 2.0,
        height,
    }
}

/// The name of a step, where its room is the same in every box.
fn name(plan: &Plan, row: usize, is_chosen: bool) -> Text {
    let tick = if is_chosen { "✓ " } else { "" };
    let name = format!("{tick}{}", plan.names[row]);
    let short = plan.room.cut(&name);
    let full = (short != name).then_some(name);
    let role = Role::RowName { is_chosen };
    let text = Text::new(role, Anchor::End, X::Px(-8.0), plan.middle(row), short).centered();
    Text { full, ..text }
}

fn share(value: f64, first: f64) -> String {
    format::compact(value / first, &Unit::Percent)
}

fn summary(input: &Input<'_>, labels: &[String], series: &Series, first: f64) -> String {
    let mut text = format!("{}. {}.", input.spec.title, input.bounds.label(input.zone));
    for (i, (label, value)) in labels.iter().zip(&series.values).enumerate() {
        let _ = match value {
            Some(_) if i == 0 => write!(text, " {label}: {}.", series.texts[i]),
            Some(value) => {
                let share = share(*value, first);
                write!(text, " {label}: {}, {share} of the first.", series.texts[i])
            }
            None => write!(text, " {label}: no value."),
        };
    }
    text
}

fn read(plan: &Plan, series: &Series) -> Readout {
    let shown = plan.steps.len();
    let ys: Vec<Option<f64>> = plan
        .steps
        .iter()
        .enumerate()
        .map(|(i, step)| step.width.map(|_| plan.middle(i).round()))
        .collect();
    let end = |step: &Step| fraction(0.5 + step.width.unwrap_or(0.0) / 2.0);
    Readout {
        by_mark: true,
        margins: (plan.room.width, plan.right, TOP, TOP),
        xs: plan.steps.iter().map(end).collect(),
        labels: plan.names.clone(),
        series: vec![
            ReadoutSeries {
                name: series.name.clone(),
                color: series.color,
                values: series.texts[..shown].to_vec(),
                ys,
                digits: if_any(series.digits[..shown].to_vec()),
            },
            ReadoutSeries {
                name: "Share of the first".into(),
                values: plan.steps.iter().map(|step| step.share.clone()).collect(),
                ..ReadoutSeries::default()
            },
        ],
        ..Readout::default()
    }
}
