//! Shares of a whole.

use crate::mark_links::{self, MarkLinks, Name};
use crate::markup::{escape, px};
use crate::points;
use crate::readout::{self, Readout, ReadoutSeries};
use crate::{Drawing, Input, spec};
use brisk_domain::{Unit, format};
use std::f64::consts::TAU;
use std::fmt::Write as _;

/// More slices than this are put together as "Other".
const MAX_SLICES: usize = 6;
const RADIUS: f64 = 70.0;
const HOLE: f64 = 47.0;

struct Slice {
    name: String,
    value: f64,
    color: usize,
    /// The point; `None` for those that are put together.
    at: Option<usize>,
}

pub(crate) fn draw(input: &Input<'_>) -> Option<Drawing> {
    let points = points::of(input)?;
    let series = points.series.first()?;
    let labels = points.labels(input);
    // A ring of what is left would say that it is the whole.
    if let Some(at) = series.values.iter().position(|value| value.is_some_and(|v| v < 0.0)) {
        let (name, value) = (&labels[at], &series.texts[at]);
        let text = format!("A donut cannot show negative values ({name}: {value}); see the table");
        return Some(spec::refused(input, &text));
    }
    let slices = slices(&labels, &series.values);
    let total: f64 = slices.iter().map(|slice| slice.value).sum();
    if total <= 0.0 {
        return Some(spec::refused(input, "All values are zero: there are no shares to show"));
    }
    let left_out = left_out(&labels, &series.values);
    // Whole percents read best beside each other; tooltips have the digits.
    let share = |value: f64| match value / total {
        part if part >= 0.01 => format::compact((part * 100.0).round() / 100.0, &Unit::Percent),
        _ => "<1\u{202f}%".to_owned(),
    };
    let facts: Vec<String> =
        slices.iter().map(|slice| format!("{} {}", slice.name, share(slice.value))).collect();
    let mut summary =
        format!("{}. {}. {}.", input.spec.title, input.bounds.label(input.zone), facts.join(", "));
    if let Some(left_out) = &left_out {
        let _ = write!(summary, " {left_out}.");
    }
    let links = MarkLinks::of(input);
    let (class, role) = links.class_and_role();
    let picked = class.strip_prefix('c').unwrap_or_default();
    let row = |slice: &Slice| points.rows.get(slice.at?).copied().flatten();
    let mut body = format!(
        "<div class=\"dn{picked}\" style=\"height:{}px\"><svg class=\"{class}\" viewBox=\"-72 -72 144 144\" role=\"{role}\" aria-label=\"{}\">",
        px(input.height),
        escape(&summary)
    );
    let mut turn = 0.0;
    for (i, slice) in slices.iter().enumerate() {
        let next = turn + slice.value / total;
        let arc = ring(turn, next);
        // The list beside the ring has the same links, with their names.
        let link = links.open((row(slice), i), Name::None, &mut body);
        let _ = write!(body, "<path class=\"s{}\" data-i=\"{i}\" d=\"{arc}\"/>", slice.color);
        mark_links::close(link.as_ref(), &mut body);
        turn = next;
    }
    let _ = write!(
        body,
        "<text class=\"dn-t\" y=\"5\">{}</text></svg><ul>",
        escape(&format::compact(total, &series.unit))
    );
    for (i, slice) in slices.iter().enumerate() {
        let _ = write!(body, "<li data-i=\"{i}\">");
        let share = share(slice.value);
        let link = links.open((row(slice), i), Name::Content, &mut body);
        let _ = write!(
            body,
            "<i class=\"s{}\"></i><span title=\"{name}\">{}{name}</span><b>{}</b>",
            slice.color,
            mark_links::tick(link.as_ref()),
            escape(&share),
            name = escape(&slice.name),
        );
        links.hint(link.as_ref(), &mut body);
        mark_links::close(link.as_ref(), &mut body);
        body.push_str("</li>");
    }
    if let Some(left_out) = &left_out {
        let text = escape(left_out);
        let _ = write!(
            body,
            "<li><span style=\"grid-column:1/-1;color:var(--ink-3)\" title=\"{text}\">{text}</span></li>"
        );
    }
    body.push_str("</ul></div>");
    let values = |text: fn(f64, &Unit) -> String, unit: &Unit, part: f64| {
        slices.iter().map(|slice| text(slice.value / part, unit)).collect()
    };
    let digits = |slice: &Slice| match slice.at {
        Some(at) => series.digits[at].clone(),
        // The others together have no cell.
        None => readout::digits_of_sum(slice.value, &format::full(slice.value, &series.unit)),
    };
    let readout = Readout {
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
    };
    Some(Drawing { body, legend: Vec::new(), summary, readout, is_empty: false })
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
            Some(Slice { name: name.clone(), value, color: color % 8, at: Some(color) })
        })
        .collect();
    if slices.len() > MAX_SLICES {
        slices.sort_by(|a, b| b.value.total_cmp(&a.value));
        let rest = slices.split_off(MAX_SLICES - 1);
        let value = rest.iter().map(|slice| slice.value).sum();
        for (color, slice) in slices.iter_mut().enumerate() {
            slice.color = color;
        }
        slices.push(Slice { name: "Other".into(), value, color: 7, at: None });
    }
    slices
}

/// A piece of the ring from one part of a turn to another, clockwise from the top.
fn ring(from: f64, to: f64) -> String {
    if to - from > 0.999_9 {
        // An arc cannot end where it starts: two rounds of half a turn, with the hole left out.
        let round = |r: f64| format!("M0 -{r} A{r} {r} 0 0 1 0 {r} A{r} {r} 0 0 1 0 -{r}Z");
        return format!("{}{}", round(RADIUS), round(HOLE));
    }
    let at = |turn: f64, radius: f64| {
        let angle = turn * TAU;
        format!("{:.2} {:.2}", radius * angle.sin(), -radius * angle.cos())
    };
    let large = u8::from(to - from > 0.5);
    format!(
        "M{} A{RADIUS} {RADIUS} 0 {large} 1 {} L{} A{HOLE} {HOLE} 0 {large} 0 {}Z",
        at(from, RADIUS),
        at(to, RADIUS),
        at(to, HOLE),
        at(from, HOLE)
    )
}
