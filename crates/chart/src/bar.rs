//! Standing bars: single, grouped, stacked; and histograms.

use crate::axes::Frame;
use crate::line::summary;
use crate::mark_links::{self, MarkLinks, Name};
use crate::markup::{open_plot_as, percent, px};
use crate::points::{self, Axis, Points};
use crate::readout::{self, Readout, ReadoutSeries, fraction};
use crate::spec::Bars;
use crate::{Drawing, Input, names, time_ticks};
use brisk_domain::Unit;
use std::fmt::Write as _;

/// More bars than this are drawn as one path a series: nobody points at a bar of two pixels.
const MAX_BARS: usize = 240;
/// The widest that a standing bar is in a box of its usual width, in px: a single one is no wall.
const WIDEST: f64 = 96.0;
/// The widest that a label below a bar may be, in px.
const LABEL_WIDTH: f64 = 110.0;

pub(crate) fn draw(input: &Input<'_>) -> Option<Drawing> {
    let points = points::of(input)?;
    let bars = bars(&points, input);
    let ends = bars.iter().flatten().flat_map(|bar| [bar.base, bar.top]);
    let extent = ends.fold((0.0_f64, 0.0_f64), |(low, high), end| (low.min(end), high.max(end)));
    let frame = Frame::with_zero(input, extent, &unit_of(&points)).with_note(points.note());
    let summary = summary(&points, input);
    let mut body = String::new();
    let links = MarkLinks::of(input);
    let margins = (frame.left, frame.right);
    open_plot_as(links.class_and_role(), &mut body, margins, input.height, &summary);
    frame.draw_y(&mut body);
    frame.draw_x(&x_labels(&points, input), &mut body);
    if bars.iter().map(Vec::len).sum::<usize>() > MAX_BARS {
        draw_paths(&bars, &points, &frame, input.height, &mut body);
    } else {
        draw_rects(&bars, &points, &links, &frame, &mut body);
    }
    body.push_str("</svg>");
    let time = match &points.x {
        Axis::Time(times) if times.len() > 1 => Some((input.bounds.from, input.bounds.to)),
        _ => None,
    };
    let readout = Readout {
        by_mark: false,
        stacked: input.spec.stacked(),
        margins: frame.margins(),
        xs: (0..points.len()).map(|i| fraction(centre(i, points.len()))).collect(),
        labels: points.labels(input),
        series: readout_series(&points, |series, i| {
            // Where its bar ends, on whatever it stands.
            let bar = bars[i].iter().find(|bar| bar.series == series)?;
            Some(frame.y(bar.top).round())
        }),
        time,
    };
    Some(Drawing { body, legend: points.legend(false), summary, readout, is_empty: false })
}

/// One bar: place and width as fractions of the plot (of its row, where bars lie), ends as values.
pub(crate) struct Bar {
    pub(crate) x: f64,
    pub(crate) width: f64,
    pub(crate) base: f64,
    pub(crate) top: f64,
    pub(crate) color: u8,
    /// Which series it is of.
    series: usize,
}

/// The bars of each point.
pub(crate) fn bars(points: &Points, input: &Input<'_>) -> Vec<Vec<Bar>> {
    let drawn_as = input.spec.bars();
    let lying = drawn_as == Some(Bars::Lying);
    let count = if lying { 1 } else { points.len().max(1) };
    let band = 1.0 / count as f64;
    let used = match drawn_as {
        Some(Bars::Bins) => 0.94,
        Some(Bars::Standing | Bars::Lying) | None => 0.74,
    } * band;
    let shown: Vec<(usize, &points::Series)> =
        points.series.iter().enumerate().filter(|(i, _)| !input.hidden.contains(i)).collect();
    let group = if input.spec.stacked() { 1 } else { shown.len().max(1) };
    let used = match drawn_as {
        Some(Bars::Standing) => used.min(group as f64 * WIDEST / input.width.max(1.0)),
        Some(Bars::Lying | Bars::Bins) | None => used,
    };
    let width = used / group as f64;
    let at = |i: usize| {
        let start = if lying { 0.0 } else { band * i as f64 } + (band - used) / 2.0;
        let (mut up, mut down) = (0.0_f64, 0.0_f64);
        let mut bars = Vec::new();
        for (k, (of, series)) in shown.iter().enumerate() {
            let Some(value) = series.values[i] else {
                continue;
            };
            let (base, top, x) = if input.spec.stacked() {
                let floor = if value < 0.0 { &mut down } else { &mut up };
                let base = *floor;
                *floor += value;
                (base, *floor, start)
            } else {
                (0.0, value, start + width * k as f64)
            };
            bars.push(Bar {
                x,
                width: width * if group > 1 { 0.92 } else { 1.0 },
                base,
                top,
                color: series.color,
                series: *of,
            });
        }
        bars
    };
    (0..points.len()).map(at).collect()
}

/// The upper y and the height of a bar. A value that is there must be seen, however small.
fn span(bar: &Bar, frame: &Frame) -> (f64, f64) {
    let (y1, y2) = (frame.y(bar.top), frame.y(bar.base));
    let least = if bar.top == bar.base { 0.0 } else { 1.0 };
    (y1.min(y2), (y2 - y1).abs().max(least))
}

fn draw_rects(
    bars: &[Vec<Bar>],
    points: &Points,
    links: &MarkLinks<'_>,
    frame: &Frame,
    body: &mut String,
) {
    let band = 1.0 / bars.len().max(1) as f64;
    for (i, bars) in bars.iter().enumerate() {
        let row = points.rows.get(i).copied().flatten();
        let link = links.open((row, i), Name::Said(&said(points, i)), body);
        if link.is_some() {
            // All of the band can be pressed, also above a bar of two pixels.
            let (.., top, _) = frame.margins();
            let _ = write!(
                body,
                "<rect class=\"hit\" x=\"{}\" width=\"{}\" y=\"{}\" height=\"{}\"/>",
                percent(band * i as f64),
                percent(band),
                px(top),
                px(frame.y(0.0) - top)
            );
        }
        for bar in bars {
            let (y, height) = span(bar, frame);
            let _ = write!(
                body,
                "<rect class=\"s{}\" data-i=\"{i}\" x=\"{}\" width=\"{}\" y=\"{}\" height=\"{}\" rx=\"2\"/>",
                bar.color,
                percent(bar.x),
                percent(bar.width),
                px(y),
                px(height)
            );
        }
        mark_links::close(link.as_ref(), body);
        if link.is_some_and(|link| link.is_chosen) {
            let top = bars.iter().map(|bar| span(bar, frame).0).fold(frame.y(0.0), f64::min);
            let _ = write!(
                body,
                "<text class=\"x chosen\" x=\"{}\" y=\"{}\">✓</text>",
                percent(centre(i, points.len())),
                px((top - 4.0).max(10.0))
            );
        }
    }
}

/// What a point says: its label and its values.
pub(crate) fn said(points: &Points, at: usize) -> String {
    let label = match &points.x {
        Axis::Label(labels) => labels.get(at).cloned().unwrap_or_default(),
        Axis::Time(_) => String::new(),
    };
    let values = points.series.iter().filter_map(|series| series.texts.get(at));
    let values: Vec<&str> = values.map(String::as_str).filter(|text| !text.is_empty()).collect();
    format!("{label}, {}", values.join(", "))
}

fn draw_paths(bars: &[Vec<Bar>], points: &Points, frame: &Frame, height: f64, body: &mut String) {
    let _ = write!(
        body,
        "<svg viewBox=\"0 0 1000 {0}\" width=\"100%\" height=\"{0}\" preserveAspectRatio=\"none\">",
        px(height)
    );
    for (of, series) in points.series.iter().enumerate() {
        let _ = write!(body, "<path class=\"s{}\" d=\"", series.color);
        for bar in bars.iter().flatten().filter(|bar| bar.series == of) {
            let (y, height) = span(bar, frame);
            // Hundredths, because a thousandth of the plot may be wider than a bar.
            let _ = write!(
                body,
                "M{:.2} {}h{:.2}v{}h-{:.2}z",
                bar.x * 1000.0,
                px(y),
                bar.width * 1000.0,
                px(height),
                bar.width * 1000.0
            );
        }
        body.push_str("\"/>");
    }
    body.push_str("</svg>");
}

pub(crate) fn unit_of(points: &Points) -> Unit {
    points.series.first().map_or(Unit::None, |series| series.unit.clone())
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
                let inside = tick.at < input.bounds.to;
                inside.then(|| (centre(i, times.len()), tick.label))
            };
            ticks.into_iter().filter_map(place).collect()
        }
        Axis::Label(labels) => {
            // No screen has room for more.
            let step = labels.len().div_ceil(60).max(1);
            let shown: Vec<String> = labels.iter().step_by(step).cloned().collect();
            let shown = names::cut(&shown, LABEL_WIDTH).into_iter().enumerate();
            shown.map(|(i, label)| (centre(i * step, labels.len()), label)).collect()
        }
    }
}

/// What tooltips read, with `y` of a series at a point.
pub(crate) fn readout_series(
    points: &Points,
    y: impl Fn(usize, usize) -> Option<f64>,
) -> Vec<ReadoutSeries> {
    let ys = |(of, series): (usize, &points::Series)| {
        let values = series.values.iter().enumerate();
        values.map(|(i, v)| v.and_then(|_| y(of, i))).collect()
    };
    points
        .series
        .iter()
        .enumerate()
        .map(|(of, series)| ReadoutSeries {
            name: series.name.clone(),
            color: series.color,
            values: series.texts.clone(),
            ys: ys((of, series)),
            digits: readout::if_any(series.digits.clone()),
        })
        .collect()
}
