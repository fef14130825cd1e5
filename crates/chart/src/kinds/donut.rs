//! Shares of a whole.

use super::chart::Chart;
use super::mark_links::MarkLinks;
use crate::data::points::{self, Points};
use crate::data::refusal::Refusal;
use crate::data::series::{self, Reading, Series};
use crate::data::x_axis::Placing;
use crate::readout::{self, Readout, ReadoutSeries};
use crate::scene::{Anchor, Color, KeyItem, Keys, LinkName, Part, Picture, Role, Scene, Text, X};
use crate::spec::Input;
use brisk_domain::format::Number;
use brisk_domain::panel_kind::EmptyBucket;
use brisk_domain::point::of_column;
use brisk_domain::{Additivity, Unit, Values, format};
use std::fmt::Write as _;

/// Slices beyond this are merged as "6 others".
const MAX_SLICES: usize = 6;
/// The outer and the inner radius, in px of the picture.
const RADII: [f64; 2] = [70.0, 47.0];
/// What can be seen of the picture: the ring, and its strokes.
const VIEW: [f64; 4] = [-72.0, -72.0, 144.0, 144.0];

struct Slice {
    name: String,
    value: f64,
    color: u8,
    /// The point; `None` for merged ones.
    at: Option<usize>,
}

pub(crate) fn draw(input: &Input<'_>) -> Result<Chart, Refusal> {
    let reading =
        Reading { stacked: false, empty: Some(EmptyBucket::Gap), placing: Placing::Names };
    let points = points::of(input, &reading)?;
    let series = points.series.first().ok_or(Refusal::Unfit)?;
    let labels = points.labels(input);
    if !are_parts(input, series) {
        let column = input.frame.columns().get(series.column);
        return Err(Refusal::ring(column.map_or("", |column| column.name.as_str())));
    }
    // A ring without it would pass off the rest as the whole.
    if let Some(at) = series.values.iter().position(|value| value.is_some_and(|v| v < 0.0)) {
        let (name, value) = (&labels[at], &series.texts[at]);
        let text = format!("A donut cannot show negative values ({name}: {value}); see the table");
        return Err(Refusal::Because(text));
    }
    let is_placeless = |i: &usize| series.values[*i].is_none() && !series.texts[*i].is_empty();
    if let Some(at) = (0..labels.len()).find(is_placeless) {
        let (name, value) = (&labels[at], &series.texts[at]);
        let text = format!("A donut cannot show {value} ({name}); see the table");
        return Err(Refusal::Because(text));
    }
    let slices = slices(&labels, &series.values);
    let total: f64 = slices.iter().map(|slice| slice.value).sum();
    if total <= 0.0 {
        let text = "All values are zero, so there are no shares to show";
        return Err(Refusal::Because(text.into()));
    }
    let values: Vec<f64> = slices.iter().map(|slice| slice.value).collect();
    let shares = format::shares(&values);
    let note = left_out(&labels, &series.values);
    let summary = summary(input, &slices, &shares, note.as_deref());
    let links = MarkLinks::of(input);
    let mut numbers = input.frame.columns().iter().filter(|column| column.values.is_number());
    let is_count = numbers.all(|column| matches!(column.values, Values::Int(_)));
    let picture = Picture {
        height: input.height,
        view: VIEW,
        keeps_size: false,
        links: links.state(),
        parts: parts(&slices, &points, (total, is_count), &links),
        keys: Some(Keys { items: keys(&slices, &points, &shares, &links), note }),
    };
    let readout = read(&slices, series, shares);
    Ok(Chart::new(Scene::Picture(picture), summary, readout))
}

/// Whether the values may be parts of a whole. Percentages that come to all of it are, however they were computed.
fn are_parts(input: &Input<'_>, of: &Series) -> bool {
    let values: Vec<f64> = of.values.iter().flatten().copied().collect();
    let is_percentage = of.unit == Unit::Percent;
    match of_column(input.additivity, of.column) {
        // Of percentages, a sum of fractions.
        Additivity::Distinct if is_percentage => true,
        additivity => !additivity.stands_alone() || is_percentage && series::is_whole(&values),
    }
}

fn summary(input: &Input<'_>, slices: &[Slice], shares: &[String], note: Option<&str>) -> String {
    let facts: Vec<String> =
        slices.iter().zip(shares).map(|(slice, share)| format!("{} {share}", slice.name)).collect();
    let (title, range) = (&input.spec.title, input.bounds.label(input.zone));
    let mut summary = format!("{title}. {range}. {}.", facts.join(", "));
    if let Some(note) = note {
        let _ = write!(summary, " {note}.");
    }
    summary
}

fn row(slice: &Slice, points: &Points) -> Option<usize> {
    points.rows.get(slice.at?).copied().flatten()
}

/// The ring, and the sum in it.
fn parts(
    slices: &[Slice],
    points: &Points,
    (total, is_count): (f64, bool),
    links: &MarkLinks<'_>,
) -> Vec<Part> {
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
    // A sum of counts is a count.
    let sum = if is_count { Number::from(total as i64) } else { Number::from(total) };
    let text = format::figure(&sum, unit);
    parts.push(Part::Text(Text::new(Role::Total, Anchor::Middle, X::Px(0.0), 5.0, text)));
    parts
}

/// The list beside the ring.
fn keys(
    slices: &[Slice],
    points: &Points,
    shares: &[String],
    links: &MarkLinks<'_>,
) -> Vec<KeyItem> {
    let item = |(slice, share): (&Slice, &String)| KeyItem {
        color: Color::Series(slice.color),
        name: slice.name.clone(),
        value: share.clone(),
        link: links.link(row(slice, points), || LinkName::Content),
    };
    slices.iter().zip(shares).map(item).collect()
}

fn read(slices: &[Slice], series: &Series, shares: Vec<String>) -> Readout {
    let text = |slice: &Slice| match slice.at {
        Some(at) => series.texts[at].clone(),
        None => format::full(slice.value, &series.unit),
    };
    let digits = |slice: &Slice| match slice.at {
        Some(at) => series.digits[at].clone(),
        // The rest is a sum and has no cell.
        None => readout::digits_of_sum(slice.value, &format::full(slice.value, &series.unit)),
    };
    Readout {
        by_mark: true,
        labels: slices.iter().map(|slice| slice.name.clone()).collect(),
        series: vec![
            ReadoutSeries {
                name: series.name.clone(),
                values: slices.iter().map(text).collect(),
                digits: readout::if_any(slices.iter().map(digits).collect()),
                ..ReadoutSeries::default()
            },
            ReadoutSeries { name: "Share".into(), values: shares, ..ReadoutSeries::default() },
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

/// Zero has no share; the smallest are merged.
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
        // Not "Other", which may be the name of a slice. One that has this name, too, is in quotes.
        let name = format!("{} others", rest.len());
        for slice in slices.iter_mut().filter(|slice| slice.name == name) {
            slice.name = format!("“{name}”");
        }
        slices.push(Slice { name, value, color: 7, at: None });
    }
    slices
}
