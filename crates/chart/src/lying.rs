//! Lying bars: labels at the left, values at the bars' ends. Grouped and stacked as standing ones.

use crate::bar::{self, Bar, bars};
use crate::line::summary;
use crate::mark_links::{self, MarkLinks, Name};
use crate::markup::{escape, fit, percent, px, text_width};
use crate::points::{self, Points};
use crate::readout::{Readout, fraction};
use crate::row_labels::{LARGER, Margin};
use crate::{Drawing, Input};
use brisk_domain::{RowLink, Unit, format};
use std::fmt::Write as _;

/// Where the rows begin, in px.
const TOP: f64 = 4.0;
/// The lowest that a row may be, in px: its label is 12 px high.
const LEAST_BAND: f64 = 17.0;
/// The thickest that a bar may be, in px.
const THICKEST: f64 = 26.0;

pub(crate) fn draw(input: &Input<'_>) -> Option<Drawing> {
    let points = points::of(input)?;
    let summary = summary(&points, input);
    let plan = Plan::of(&points, input);
    let mut body = String::new();
    let links = MarkLinks::of(input);
    let row_of = |i: usize| points.rows.get(i).copied().flatten();
    let class_and_role = links.class_and_role();
    plan.left.open_plot(class_and_role, plan.right, input.height, &summary, &mut body);
    if plan.left.is_fluid() {
        // Behind what is pressed.
        let chosen: Vec<bool> = (0..plan.rows.len()).map(|i| links.is_chosen(row_of(i))).collect();
        plan.left.draw(&plan.labels, &chosen, (TOP, plan.band), &mut body);
    }
    for (i, row) in plan.rows.iter().enumerate() {
        let link = links.open((row_of(i), i), Name::Said(&bar::said(&points, i)), &mut body);
        if link.is_some() {
            draw_hit(&plan, i, &mut body);
        }
        for bar in row {
            draw_bar(&plan, i, bar, &mut body);
        }
        // Texts stand outside: the link's name says the same, and more digits.
        mark_links::close(link.as_ref(), &mut body);
        if !plan.left.is_fluid() {
            draw_label(&plan, i, link.as_ref(), &mut body);
        }
        let last = row.len().saturating_sub(1);
        for (k, bar) in row.iter().enumerate() {
            if plan.with_text && (!input.spec.stacked() || k == last) {
                draw_value(&plan, i, bar, &mut body);
            }
        }
    }
    if let Some(note) = &plan.note {
        let y = px(input.height - 4.0);
        let _ = write!(body, "<text class=\"m\" y=\"{y}\">{note}</text>");
    }
    body.push_str("</svg>");
    let shown = plan.rows.len();
    let mut series = bar::readout_series(&points, |_, i| Some(plan.middle(i).round()));
    for one in &mut series {
        one.values.truncate(shown);
        one.ys.truncate(shown);
        one.digits.truncate(shown);
    }
    let end = |row: &Vec<Bar>| row.iter().map(|bar| bar.top).fold(0.0, f64::max);
    let readout = Readout {
        by_mark: true,
        margins: (plan.left.width, plan.right, TOP, 4.0),
        xs: plan.rows.iter().map(|row| fraction(plan.x(end(row)))).collect(),
        labels: plan.labels.clone(),
        series,
        time: None,
        stacked: false,
    };
    Some(Drawing { body, legend: points.legend(false), summary, readout, is_empty: false })
}

/// Where everything goes.
struct Plan {
    rows: Vec<Vec<Bar>>,
    labels: Vec<String>,
    unit: Unit,
    left: Margin,
    right: f64,
    band: f64,
    low: f64,
    high: f64,
    with_text: bool,
    /// Says what is not drawn.
    note: Option<String>,
}

impl Plan {
    fn of(points: &Points, input: &Input<'_>) -> Self {
        let mut labels = points.labels(input);
        let mut rows = bars(points, input);
        let fitting = ((input.height - 8.0) / LEAST_BAND).max(1.0) as usize;
        let mut height = input.height - 8.0;
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
        let ends = rows.iter().flatten().flat_map(|bar| [bar.base, bar.top]);
        let (low, high) = ends.fold((0.0_f64, 0.0_f64), |(l, h), v| (l.min(v), h.max(v)));
        let unit = bar::unit_of(points);
        let tops = rows.iter().flatten().map(|bar| format::compact(bar.top, &unit));
        let widest_top = tops.map(|text| text_width(&text)).fold(0.0, f64::max);
        let band = height / rows.len().max(1) as f64;
        let thin = rows.iter().flatten().any(|bar| bar.width * band < 10.0);
        Self {
            left: Margin::of(&labels, input),
            right: widest_top * LARGER + 10.0,
            with_text: !thin,
            high: if high > low { high } else { low + 1.0 },
            rows,
            labels,
            unit,
            band,
            low,
            note,
        }
    }

    fn x(&self, value: f64) -> f64 {
        (value - self.low) / (self.high - self.low)
    }

    fn middle(&self, row: usize) -> f64 {
        TOP + self.band * (row as f64 + 0.5)
    }
}

/// All of the row can be pressed, not only its bar.
fn draw_hit(plan: &Plan, row: usize, body: &mut String) {
    let _ = write!(
        body,
        "<rect class=\"hit\" {} y=\"{}\" height=\"{}\"/>",
        plan.left.across(plan.right),
        px(plan.middle(row) - plan.band / 2.0),
        px(plan.band)
    );
}

fn draw_label(plan: &Plan, row: usize, link: Option<&RowLink>, body: &mut String) {
    let label = &format!("{}{}", mark_links::tick(link), plan.labels[row]);
    let class = if link.is_some_and(|link| link.is_chosen) { "h chosen" } else { "h" };
    // A tick may need more room than there is.
    let short = fit(label, (plan.left.width - 10.0) / LARGER);
    let title =
        if short == *label { String::new() } else { format!("<title>{}</title>", escape(label)) };
    let _ = write!(
        body,
        "<text class=\"{class}\" x=\"-8\" y=\"{}\" dy=\".32em\">{}{title}</text>",
        px(plan.middle(row)),
        escape(&short)
    );
}

/// The middle of a bar, and how thick it is.
fn across(plan: &Plan, row: usize, bar: &Bar) -> (f64, f64) {
    // Bars keep their places in the row, but become no thicker than is good for the eye.
    let scale = plan.band.min(THICKEST / 0.74 * plan.rows[row].len().max(1) as f64);
    let across = bar.x + bar.width / 2.0 - 0.5;
    (plan.middle(row) + across * scale, bar.width * scale)
}

fn draw_bar(plan: &Plan, row: usize, bar: &Bar, body: &mut String) {
    let (from, to) = (plan.x(bar.base.min(bar.top)), plan.x(bar.base.max(bar.top)));
    let (middle, thick) = across(plan, row, bar);
    let _ = write!(
        body,
        "<rect class=\"s{}\" data-i=\"{row}\" x=\"{}\" width=\"{}\" y=\"{}\" height=\"{}\" rx=\"2\"/>",
        bar.color,
        percent(from),
        percent(to - from),
        px(middle - thick / 2.0),
        px(thick),
    );
}

fn draw_value(plan: &Plan, row: usize, bar: &Bar, body: &mut String) {
    let (middle, _) = across(plan, row, bar);
    let _ = write!(
        body,
        "<text class=\"v\" x=\"{}\" dx=\"6\" y=\"{}\" dy=\".32em\">{}</text>",
        percent(plan.x(bar.base.max(bar.top))),
        px(middle),
        escape(&format::compact(bar.top, &plan.unit))
    );
}
