//! Bars: standing, lying, grouped, stacked; and histograms.

use crate::axes::Frame;
use crate::line::summary;
use crate::markup::{escape, fit, open_plot, percent, px, text_width};
use crate::points::{self, Axis, Points};
use crate::readout::{Readout, ReadoutSeries, fraction};
use crate::{Drawing, Input, time_ticks};
use brisk_domain::{PanelKind, Unit, format};
use std::fmt::Write as _;

pub(crate) fn draw(input: &Input<'_>) -> Option<Drawing> {
    let points = points::of(input)?;
    let bars = bars(&points, input);
    let extent = bars.iter().flatten().fold((0.0_f64, 0.0_f64), |(low, high), bar| {
        (low.min(bar.base).min(bar.top), high.max(bar.base).max(bar.top))
    });
    let unit = points.series.first().map_or(Unit::None, |series| series.unit.clone());
    let frame = Frame::with_zero(input, extent, &unit);
    let summary = summary(&points, input);
    let mut body = String::new();
    open_plot(&mut body, (frame.left, frame.right), input.height, &summary);
    frame.draw_y(&mut body);
    frame.draw_x(&x_labels(&points, input), &mut body);
    for (i, bars) in bars.iter().enumerate() {
        for bar in bars {
            let (y1, y2) = (frame.y(bar.top), frame.y(bar.base));
            // A value that is there must be seen, however small.
            let height = (y2 - y1).abs().max(if bar.top == bar.base { 0.0 } else { 1.0 });
            let _ = write!(
                body,
                "<rect class=\"s{}\" data-i=\"{i}\" x=\"{}\" width=\"{}\" y=\"{}\" height=\"{}\" rx=\"2\"/>",
                bar.color,
                percent(bar.x),
                percent(bar.width),
                px(y1.min(y2)),
                px(height)
            );
        }
    }
    body.push_str("</svg>");
    let time = match &points.x {
        Axis::Time(times) if times.len() > 1 => Some((input.bounds.from, input.bounds.to)),
        _ => None,
    };
    let readout = Readout {
        by_mark: false,
        margins: frame.margins(),
        xs: (0..points.len()).map(|i| fraction(centre(i, points.len()))).collect(),
        labels: points.labels(input),
        series: readout_series(&points, |_, value| Some(frame.y(value).round())),
        time,
    };
    Some(Drawing { body, legend: points.legend(), summary, readout, is_empty: false })
}

/// One bar: place and width as fractions of the plot.
struct Bar {
    x: f64,
    width: f64,
    base: f64,
    top: f64,
    color: u8,
}

/// The bars of each point.
fn bars(points: &Points, input: &Input<'_>) -> Vec<Vec<Bar>> {
    let count = points.len().max(1);
    let band = 1.0 / count as f64;
    let histogram = input.spec.kind == PanelKind::Histogram;
    let used = band * if histogram { 0.94 } else { 0.74 };
    let shown: Vec<&points::Series> = points
        .series
        .iter()
        .enumerate()
        .filter(|(i, _)| !input.hidden.contains(i))
        .map(|(_, series)| series)
        .collect();
    let group = if input.spec.stacked { 1 } else { shown.len().max(1) };
    let width = used / group as f64;
    let at = |i: usize| {
        let start = band * i as f64 + (band - used) / 2.0;
        let (mut up, mut down) = (0.0_f64, 0.0_f64);
        let mut bars = Vec::new();
        for (k, series) in shown.iter().enumerate() {
            let Some(value) = series.values[i] else {
                continue;
            };
            let (base, top, x) = if input.spec.stacked {
                let floor = if value < 0.0 { &mut down } else { &mut up };
                let base = *floor;
                *floor += value;
                (base, *floor, start)
            } else {
                (0.0, value, start + width * k as f64)
            };
            bars.push(Bar { x, width: width * 0.98, base, top, color: series.color });
        }
        bars
    };
    (0..points.len()).map(at).collect()
}

fn centre(i: usize, count: usize) -> f64 {
    (i as f64 + 0.5) / count.max(1) as f64
}

fn x_labels(points: &Points, input: &Input<'_>) -> Vec<(f64, String)> {
    match &points.x {
        Axis::Time(times) => {
            let most = (input.width / 80.0).clamp(2.0, 12.0) as usize;
            let ticks = time_ticks::ticks(input.bounds, input.interval, input.zone, most);
            let place = |tick: time_ticks::TimeTick| {
                // Between two buckets, the one that holds the tick.
                let i = times.partition_point(|at| *at <= tick.at).checked_sub(1)?;
                Some((centre(i, times.len()), tick.label))
            };
            ticks.into_iter().filter_map(place).collect()
        }
        Axis::Label(labels) => {
            let longest = labels.iter().map(|l| text_width(l)).fold(30.0, f64::max).min(110.0);
            let most = (input.width / (longest + 10.0)).max(1.0) as usize;
            let step = labels.len().div_ceil(most).max(1);
            labels
                .iter()
                .enumerate()
                .step_by(step)
                .map(|(i, label)| (centre(i, labels.len()), fit(label, 110.0)))
                .collect()
        }
    }
}

fn readout_series(points: &Points, y: impl Fn(usize, f64) -> Option<f64>) -> Vec<ReadoutSeries> {
    let ys = |series: &points::Series| {
        series.values.iter().enumerate().map(|(i, v)| v.and_then(|v| y(i, v))).collect()
    };
    points
        .series
        .iter()
        .map(|series| ReadoutSeries {
            name: series.name.clone(),
            color: series.color,
            values: series.texts.clone(),
            ys: ys(series),
        })
        .collect()
}

/// The widest that labels beside lying bars may be, in px.
const LABEL_WIDTH: f64 = 128.0;

pub(crate) fn draw_horizontal(input: &Input<'_>) -> Option<Drawing> {
    let points = points::of(input)?;
    let labels = points.labels(input);
    let series = points.series.first()?;
    let (low, high) = points.extent(&[]);
    let span = (high.max(0.0) - low.min(0.0)).max(f64::MIN_POSITIVE);
    let zero = -low.min(0.0) / span;
    let left = labels.iter().map(|l| text_width(l) + 12.0).fold(40.0, f64::max).min(LABEL_WIDTH);
    let values: Vec<String> = series
        .values
        .iter()
        .map(|v| v.map_or("–".into(), |v| format::compact(v, &series.unit)))
        .collect();
    let right = values.iter().map(|v| text_width(v)).fold(0.0, f64::max) + 14.0;
    let band = (input.height - 8.0) / points.len().max(1) as f64;
    let thick = (band * 0.68).min(26.0);
    let summary = summary(&points, input);
    let mut body = String::new();
    open_plot(&mut body, (left, right), input.height, &summary);
    for (i, label) in labels.iter().enumerate() {
        let middle = 4.0 + band * (i as f64 + 0.5);
        let value = series.values[i].unwrap_or(0.0);
        let (x, width) = (zero + value.min(0.0) / span, value.abs() / span);
        let short = fit(label, left - 10.0);
        let title = if short == *label {
            String::new()
        } else {
            format!("<title>{}</title>", escape(label))
        };
        let _ = write!(
            body,
            "<text class=\"h\" x=\"-8\" y=\"{y}\" dy=\".32em\">{}{title}</text><rect class=\"s0\" data-i=\"{i}\" x=\"{}\" width=\"{}\" y=\"{}\" height=\"{}\" rx=\"2\"/><text class=\"v\" x=\"{}\" dx=\"6\" y=\"{y}\" dy=\".32em\">{}</text>",
            escape(&short),
            percent(x),
            percent(width),
            px(middle - thick / 2.0),
            px(thick),
            percent(x + width),
            escape(&values[i]),
            y = px(middle),
        );
    }
    body.push_str("</svg>");
    let readout = Readout {
        by_mark: true,
        margins: (left, right, 4.0, 4.0),
        xs: series.values.iter().map(|v| fraction(zero + v.unwrap_or(0.0) / span)).collect(),
        labels,
        series: readout_series(&points, |i, _| Some((4.0 + band * (i as f64 + 0.5)).round())),
        time: None,
    };
    Some(Drawing { body, legend: Vec::new(), summary, readout, is_empty: false })
}
