//! Shares of a whole.

use super::chart::Chart;
use super::mark_links::MarkLinks;
use super::message;
use crate::data::points::{self, Points};
use crate::data::series::{Reading, Series};
use crate::readout::{self, Readout, ReadoutSeries};
use crate::scene::{Anchor, Color, KeyItem, Keys, LinkName, Part, Picture, Role, Scene, Text, X};
use crate::spec::Input;
use brisk_domain::panel_kind::EmptyBucket;
use brisk_domain::{Unit, format};
use std::fmt::Write as _;

/// More slices than this are put together as "Other".
const MAX_SLICES: usize = 6;
/// The outer and the inner radius, in px of the picture.
const RADII: [f64; 2] = [70.0, 47.0];
/// What can be seen of the picture: the ring, and its strokes.
const VIEW: [f64; 4] = [-72.0, -72.0, 144.0, 144.0];

struct Slice {
    name: String,
    value: f64,
    color: u8,
    /// The point; `None` for those that are put together.
    at: Option<usize>,
}

pub(crate) fn draw(input: &Input<'_>) -> Option<Chart> {
    let reading = Reading { stacked: false, empty: EmptyBucket::Gap, with_bins: false };
    let points = points::of(input, &reading)?;
    let series = points.series.first()?;
    let labels = points.labels(input);
    // A ring of the rest would pass it off as the whole.
    if let Some(at) = series.values.iter().position(|value| value.is_some_and(|v| v < 0.0)) {
        let (name, value) = (&labels[at], &series.texts[at]);
        let text = format!("A donut cannot show negative values ({name}: {value}); see the table");
        return Some(message::refused(input, text));
    }
    let is_placeless = |i: &usize| series.values[*i].is_none() && !series.texts[*i].is_empty();
    if let Some(at) = (0..labels.len()).find(is_placeless) {
        let (name, value) = (&labels[at], &series.texts[at]);
        let text = format!("A donut cannot show {value} ({name}); see the table");
        return Some(message::refused(input, text));
    }
    let slices = slices(&labels, &series.values);
    let total: f64 = slices.iter().map(|slice| slice.value).sum();
    if total <= 0.0 {
        let text = "All values are zero, so there are no shares to show";
        return Some(message::refused(input, text.into()));
    }
    let note = left_out(&labels, &series.values);
    let summary = summary(input, &slices, total, note.as_deref());
    let links = MarkLinks::of(input);
    let picture = Picture {
        height: input.height,
        view: VIEW,
        keeps_size: false,
        links: links.state(),
        parts: parts(&slices, &points, total, &links),
        keys: Some(Keys { items: keys(&slices, &points, total, &links), note }),
    };
    let readout = read(&slices, series, total);
    Some(Chart::new(Scene::Picture(picture), summary, readout))
}

fn summary(input: &Input<'_>, slices: &[Slice], total: f64, note: Option<&str>) -> String {
    let facts: Vec<String> = slices
        .iter()
        .map(|slice| format!("{} {}", slice.name, share(slice.value / total)))
        .collect();
    let (title, range) = (&input.spec.title, input.bounds.label(input.zone));
    let mut summary = format!("{title}. {range}. {}.", facts.join(", "));
    if let Some(note) = note {
        let _ = write!(summary, " {note}.");
    }
    summary
}

/// Whole percents read best beside each other; tooltips have the digits.
fn share(part: f64) -> String {
    match part {
        part if part >= 0.01 => format::compact((part * 100.0).round() / 100.0, &Unit::Percent),
        _ => "<1\u{202f}%".to_owned(),
    }
}

fn row(slice: &Slice, points: &Points) -> Option<usize> {
    points.rows.get(slice.at?).copied().flatten()
}

/// The ring, and the sum in it.
fn parts(slices: &[Slice], points: &Points, total: f64, links: &MarkLinks<'_>) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut turn = 0.0;
    for (mark, slice) in slices.iter().enumerate() {
        let next = turn + slice.value / total;
        parts.push(Part::Slice {
            color: Color::Series(slice.color),
            mark,
            turn: [turn, next],
            radii: RADII,
            // The list beside the ring has the same links, named.
            link: links.link(row(slice, points), || LinkName::Unnamed),
        });
        turn = next;
    }
    let unit = points.series.first().map_or(&Unit::None, |series| &series.unit);
    let text = format::figure(&format::Number::from(total), unit);
    parts.push(Part::Text(Text::new(Role::Total, Anchor::Middle, X::Px(0.0), 5.0, text)));
    parts
}

/// The list beside the ring.
fn keys(slices: &[Slice], points: &Points, total: f64, links: &MarkLinks<'_>) -> Vec<KeyItem> {
    let item = |slice: &Slice| KeyItem {
        color: Color::Series(slice.color),
        name: slice.name.clone(),
        value: share(slice.value / total),
        link: links.link(row(slice, points), || LinkName::Content),
    };
    slices.iter().map(item).collect()
}

fn read(slices: &[Slice], series: &Series, total: f64) -> Readout {
    let values = |text: fn(f64, &Unit) -> String, unit: &Unit, part: f64| {
        slices.iter().map(|slice| text(slice.value / part, unit)).collect()
    };
    let digits = |slice: &Slice| match slice.at {
        Some(at) => series.digits[at].clone(),
        // "Other" is a sum and has no cell.
        None => readout::digits_of_sum(slice.value, &format::full(slice.value, &series.unit)),
    };
    Readout {
        by_mark: true,
        labels: slices.iter().map(|slice| slice.name.clone()).collect(),
        series: vec![
            ReadoutSeries {
                name: series.name.clone(),
                values: values(format::full, &series.unit, 1.0),
                digits: readout::if_any(slices.iter().map(digits).collect()),
                ..ReadoutSeries::default()
            },
            ReadoutSeries {
                name: "Share".into(),
                values: values(format::compact, &Unit::Percent, total),
                ..ReadoutSeries::default()
            },
        ],
        ..Readout::default()
    }
}

/// Names what has no slice, and why.
fn left_out(labels: &[String], values: &[Option<f64>]) -> Option<String> {
    let of = |value: Option<f64>, what: &str| {
        let names = labels.iter().zip(values).filter(|(_, v)| **v == value).map(|(name, _)| name);
        let names: Vec<&str> = names.map(String::as_str).collect();
        match names.len() {
            0 => None,
            1..=3 => Some(format!("{what}: {}", names.join(", "))),
            count => Some(format!("{what}: {count} of {}", labels.len())),
        }
    };
    let parts = [of(Some(0.0), "Zero"), of(None, "No value")];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join("; "))
}

/// Zero has no share; the smallest are put together.
fn slices(labels: &[String], values: &[Option<f64>]) -> Vec<Slice> {
    let mut slices: Vec<Slice> = labels
        .iter()
        .zip(values)
        .enumerate()
        .filter_map(|(color, (name, value))| {
            let value = (*value).filter(|v| *v > 0.0)?;
            Some(Slice { name: name.clone(), value, color: (color % 8) as u8, at: Some(color) })
        })
        .collect();
    if slices.len() > MAX_SLICES {
        slices.sort_by(|a, b| b.value.total_cmp(&a.value));
        let rest = slices.split_off(MAX_SLICES - 1);
        let value = rest.iter().map(|slice| slice.value).sum();
        for (color, slice) in (0..).zip(&mut slices) {
            slice.color = color;
        }
        slices.push(Slice { name: "Other".into(), value, color: 7, at: None });
    }
    slices
}
