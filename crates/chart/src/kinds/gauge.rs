//! One figure on a scale from 0 to the panel's maximum. A figure outside of the scale is drawn as an
//! arrow that leaves it: it must not look like one of the scale's ends.

use super::chart::Chart;
use super::message;
use crate::data::figure;
use crate::readout::{Readout, ReadoutSeries};
use crate::scene::{Anchor, Arc, LinkState, Part, Picture, Role, Scene, Text, X};
use crate::spec::Input;
use crate::text::width::text_width;
use brisk_domain::format;
use brisk_domain::panel_kind::Gauge;

/// The largest radius, in px.
const LARGEST: f64 = 134.0;
/// The stroke's width as a part of the radius.
const STROKE: f64 = 0.19;
/// The height of the ends' labels below the arc, in px.
const LABELS: f64 = 17.0;
/// Where the arrow of a figure outside of the scale begins, as a part of the arc from its end.
const ARROW: f64 = 0.1;

pub(crate) fn draw(input: &Input<'_>, options: &Gauge) -> Option<Chart> {
    let max = Some(options.max).filter(|max| *max > 0.0)?;
    let figure = figure::of(input.frame)?;
    let unit = input.spec.unit_of(&figure.column.name);
    let full = format::full(figure.number.clone(), unit);
    let Some(value) = figure.value else {
        return Some(message::refused(input, format!("{full} has no place on a scale")));
    };
    let short = format::figure(&figure.number, unit);
    let ends = [0.0, max].map(|end| format::compact(end, unit));
    let place = Place::of(value, max);
    let said = match place {
        Place::Inside(_) => format!("{full} of {}", ends[1]),
        Place::Below => format!("{full}, below the scale from {} to {}", ends[0], ends[1]),
        Place::Above => format!("{full}, above the scale from {} to {}", ends[0], ends[1]),
    };
    let summary = format!("{}: {said}. {}.", input.spec.title, input.bounds.label(input.zone));
    let picture = picture(input, &place, short, ends);
    let readout = Readout {
        by_mark: true,
        labels: vec![input.spec.title.clone()],
        series: vec![ReadoutSeries {
            name: input.spec.label_of(&figure.column.name),
            values: vec![full],
            digits: vec![figure.exact],
            ..ReadoutSeries::default()
        }],
        ..Readout::default()
    };
    Some(Chart::new(Scene::Picture(picture), summary, readout))
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
fn picture(input: &Input<'_>, place: &Place, short: String, [min, max]: [String; 2]) -> Picture {
    let by_height = (input.height - LABELS) / (1.0 + STROKE);
    let by_width = (input.width - 4.0) / (2.0 + STROKE);
    let radius = by_height.min(by_width).clamp(16.0, LARGEST);
    let stroke = radius * STROKE;
    let labels = text_width(&min) + text_width(&max) + 12.0;
    let width = (2.0 * radius + stroke).max(labels) + 2.0;
    let height = radius + stroke + LABELS;
    let (half, below) = (width / 2.0 - 1.0, stroke / 2.0 + 12.0);
    let end = |anchor, x, text| Part::Text(Text::new(Role::Note, anchor, X::Px(x), below, text));
    Picture {
        height: input.height,
        view: [-width / 2.0, -radius - stroke / 2.0, width, height],
        keeps_size: true,
        links: LinkState::Absent,
        parts: vec![
            Part::Mark { mark: 0, stroke, parts: mark(place, short, radius) },
            end(Anchor::Start, -half, min),
            end(Anchor::End, half, max),
        ],
        keys: None,
    }
}

/// The scale, the figure's piece of it, and the figure.
fn mark(place: &Place, short: String, radius: f64) -> Vec<Part> {
    let arc = |is_scale, part| Part::Arc(Arc { is_scale, radius, part });
    let centered = |role, y, text| Part::Text(Text::new(role, Anchor::Middle, X::Px(0.0), y, text));
    let mut parts = vec![arc(true, 1.0)];
    match place {
        // Round ends would make even a stroke of length zero visible.
        Place::Inside(part) if *part > 0.0 => parts.push(arc(false, *part)),
        Place::Above => parts.push(arc(false, 1.0 - 1.6 * ARROW)),
        Place::Inside(_) | Place::Below => {}
    }
    let outside = match place {
        Place::Inside(_) => None,
        Place::Below => Some((arrow(radius, ARROW, 0.0), "below scale")),
        Place::Above => Some((arrow(radius, 1.0 - ARROW, 1.0), "above scale")),
    };
    // The figure's baseline is the arc's floor, or the top of the words.
    let floor = if outside.is_some() { -13.0 } else { -radius * 0.06 };
    if let Some((corners, words)) = outside {
        parts.push(Part::Arrow(corners));
        parts.push(centered(Role::Note, -1.0, words.to_owned()));
    }
    let inner = radius - radius * STROKE / 2.0 - 2.0;
    let size = figure_size(&short, inner, -floor, (radius * 0.42).min(40.0));
    parts.push(centered(Role::Figure(size), floor, short));
    parts
}

/// The largest size of the figure, up to `most` px, at which its upper corners are inside a half
/// circle of that radius; its baseline is `floor` px above the centre.
fn figure_size(text: &str, radius: f64, floor: f64, most: f64) -> f64 {
    // Bolder and larger than the text that `text_width` estimates.
    let half = text_width(text) / 11.0 * 1.08 / 2.0;
    let fits = |size: f64| (half * size).hypot(floor + 0.74 * size) <= radius;
    let mut size = most;
    while size > 11.0 && !fits(size) {
        size -= 0.5;
    }
    size.max(11.0)
}

/// The corners of an arrow along the arc, from one part of it to another.
fn arrow(radius: f64, from: f64, to: f64) -> [(f64, f64); 3] {
    let corners = [(radius * (1.0 + STROKE), from), (radius * (1.0 - STROKE), from), (radius, to)];
    corners.map(|(radius, part)| {
        let angle = std::f64::consts::PI * (1.0 - part);
        (radius * angle.cos(), -radius * angle.sin())
    })
}
