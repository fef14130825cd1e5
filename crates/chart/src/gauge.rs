//! One figure on a scale from 0 to the panel's maximum. A figure outside of the scale is drawn as an
//! arrow that leaves it: it must not look like one of the scale's ends.

use crate::markup::{escape, px, text_width};
use crate::readout::{Readout, ReadoutSeries};
use crate::stat::{exact_first, first_number};
use crate::{Drawing, Input};
use brisk_domain::format;
use std::fmt::Write as _;

/// The largest radius; more says no more.
const LARGEST: f64 = 134.0;
/// The stroke's width as a part of the radius.
const STROKE: f64 = 0.19;
/// What the ends' labels take below the arc, in px.
const LABELS: f64 = 17.0;
/// Where the arrow of a figure outside of the scale begins, as a part of the arc from its end.
const ARROW: f64 = 0.1;

pub(crate) fn draw(input: &Input<'_>) -> Option<Drawing> {
    let (value, column) = first_number(input.frame)?;
    let exact = exact_first(input.frame).unwrap_or_default();
    let max = input.spec.max().filter(|max| *max > 0.0)?;
    let unit = input.spec.unit_of(&column);
    let (short, full) = (format::compact(value, unit), format::full(value, unit));
    let ends = [0.0, max].map(|end| format::compact(end, unit));
    let place = Place::of(value, max);
    let said = match place {
        Place::Inside(_) => format!("{full} of {}", ends[1]),
        Place::Below => format!("{full}, below the scale from {} to {}", ends[0], ends[1]),
        Place::Above => format!("{full}, above the scale from {} to {}", ends[0], ends[1]),
    };
    let summary = format!("{}: {said}. {}.", input.spec.title, input.bounds.label(input.zone));
    let body = markup(input, &place, &short, &ends, &summary);
    let readout = Readout {
        by_mark: true,
        labels: vec![input.spec.title.clone()],
        series: vec![ReadoutSeries {
            name: input.spec.label_of(&column),
            values: vec![full],
            digits: vec![exact],
            ..ReadoutSeries::default()
        }],
        ..Readout::default()
    };
    Some(Drawing { body, legend: Vec::new(), summary, readout, is_empty: false })
}

/// Where a figure is.
enum Place {
    /// At a part of the scale.
    Inside(f64),
    Below,
    Above,
}

impl Place {
    fn of(value: f64, max: f64) -> Self {
        match value / max {
            part if part < 0.0 => Self::Below,
            part if part > 1.0 => Self::Above,
            part => Self::Inside(part),
        }
    }
}

/// As large as the box allows in both directions. The drawing is never stretched, only made smaller
/// where the box is narrower than it usually is.
fn markup(
    input: &Input<'_>,
    place: &Place,
    short: &str,
    [min, max]: &[String; 2],
    summary: &str,
) -> String {
    let by_height = (input.height - LABELS) / (1.0 + STROKE);
    let by_width = (input.width - 4.0) / (2.0 + STROKE);
    let radius = by_height.min(by_width).clamp(16.0, LARGEST);
    let stroke = radius * STROKE;
    let labels = text_width(min) + text_width(max) + 12.0;
    let width = (2.0 * radius + stroke).max(labels) + 2.0;
    let height = radius + stroke + LABELS;
    let mut out = format!(
        "<div class=\"ga\" style=\"height:{}px\"><svg class=\"c\" viewBox=\"{} {} {} {}\" style=\"max-width:{}px;height:{}px\" role=\"img\" aria-label=\"{}\"><g data-i=\"0\" style=\"stroke-width:{}px\">",
        px(input.height),
        px(-width / 2.0),
        px(-radius - stroke / 2.0),
        px(width),
        px(height),
        px(width),
        px(height.min(input.height)),
        escape(summary),
        px(stroke),
    );
    let mut arc = |class: &str, part: f64| {
        let d = arc(radius, part);
        let _ = write!(out, "<path class=\"{class}\" style=\"stroke-width:inherit\" d=\"{d}\"/>");
    };
    arc("ga-b", 1.0);
    match place {
        // The round end of a stroke that is nothing would be something.
        Place::Inside(part) if *part > 0.0 => arc("ga-v", *part),
        Place::Above => arc("ga-v", 1.0 - 1.6 * ARROW),
        Place::Inside(_) | Place::Below => {}
    }
    let words = match place {
        Place::Inside(_) => None,
        Place::Below => Some((arrow(radius, ARROW, 0.0), "below scale")),
        Place::Above => Some((arrow(radius, 1.0 - ARROW, 1.0), "above scale")),
    };
    // The figure stands on the arc's floor, or on the words.
    let floor = if words.is_some() { -13.0 } else { -radius * 0.06 };
    if let Some((points, words)) = &words {
        let _ = write!(
            out,
            "<polygon style=\"fill:var(--accent)\" points=\"{points}\"/><text class=\"x\" y=\"-1\">{words}</text>"
        );
    }
    let size = figure_size(short, radius - stroke / 2.0 - 2.0, -floor, (radius * 0.42).min(40.0));
    let (half, below) = (px(width / 2.0 - 1.0), px(stroke / 2.0 + 12.0));
    let _ = write!(
        out,
        "<text class=\"ga-t\" style=\"font-size:{}px\" y=\"{}\">{}</text></g><text class=\"m\" x=\"-{half}\" y=\"{below}\">{}</text><text class=\"e\" x=\"{half}\" y=\"{below}\">{}</text></svg></div>",
        px(size),
        px(floor),
        escape(short),
        escape(min),
        escape(max),
    );
    out
}

/// The largest size of the figure, up to `most` px, at which its upper corners are inside a half
/// circle of that radius; it stands `floor` px above the centre.
fn figure_size(text: &str, radius: f64, floor: f64, most: f64) -> f64 {
    // Heavier and larger than what `text_width` is for.
    let half = text_width(text) / 11.0 * 1.08 / 2.0;
    let fits = |size: f64| (half * size).hypot(floor + 0.74 * size) <= radius;
    let mut size = most;
    while size > 11.0 && !fits(size) {
        size -= 0.5;
    }
    size.max(11.0)
}

/// The half circle's part from the left end.
fn arc(radius: f64, part: f64) -> String {
    let (x, y) = at(radius, part);
    let radius = px(radius);
    format!("M-{radius} 0 A{radius} {radius} 0 0 1 {x:.2} {y:.2}")
}

fn at(radius: f64, part: f64) -> (f64, f64) {
    let angle = std::f64::consts::PI * (1.0 - part);
    (radius * angle.cos(), -radius * angle.sin())
}

/// The corners of an arrow along the arc, from one part of it to another.
fn arrow(radius: f64, from: f64, to: f64) -> String {
    let corners = [(radius * (1.0 + STROKE), from), (radius * (1.0 - STROKE), from), (radius, to)];
    let corner = |(radius, part)| {
        let (x, y) = at(radius, part);
        format!("{},{}", px(x), px(y))
    };
    corners.map(corner).join(" ")
}
