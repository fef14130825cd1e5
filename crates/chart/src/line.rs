//! Lines and areas.

use crate::axes::Frame;
use crate::markup::{open_plot, percent, px};
use crate::points::{self, Axis, Points};
use crate::readout::{self, Readout, ReadoutSeries, fraction};
use crate::{Drawing, Input, lttb, time_ticks};
use brisk_domain::{Bounds, Unit, format};
use std::fmt::Write as _;

/// More points than this in one line are downsampled.
const MAX_POINTS: usize = 1_000;

pub(crate) fn draw(input: &Input<'_>) -> Option<Drawing> {
    let points = points::of(input)?;
    let area = input.spec.is_area();
    let stacks = stacks(&points, input, input.spec.stacked());
    let extent = if input.spec.stacked() {
        let tops = stacks.iter().flat_map(|stack| stack.iter().flatten());
        tops.fold((0.0_f64, 0.0_f64), |(low, high), (base, top)| {
            (low.min(*base).min(*top), high.max(*top).max(*base))
        })
    } else {
        points.extent(input.hidden)
    };
    let unit = points.series.first().map_or(Unit::None, |series| series.unit.clone());
    let frame = if area {
        Frame::with_zero(input, extent, &unit)
    } else {
        Frame::for_line(input, extent, &unit)
    };
    let frame = frame.with_note(points.note());
    let summary = summary(&points, input);
    let mut body = String::new();
    open_plot(&mut body, (frame.left, frame.right), input.height, &summary);
    frame.draw_y(&mut body);
    frame.draw_x(&x_labels(&points, input), &mut body);
    draw_paths(&points, input, &stacks, &frame, area, &mut body);
    body.push_str("</svg>");
    let readout = read(&points, input, &stacks, &frame);
    Some(Drawing { body, legend: points.legend(!area), summary, readout, is_empty: false })
}

/// Base and top of each series at each point; the base is 0 unless they stand on each other.
type Stack = Vec<Option<(f64, f64)>>;

fn stacks(points: &Points, input: &Input<'_>, stacked: bool) -> Vec<Stack> {
    let mut floor = vec![0.0; points.len()];
    let stack = |(i, series): (usize, &points::Series)| {
        let shown = !input.hidden.contains(&i);
        let cell = |(at, value): (usize, &Option<f64>)| {
            let value = (*value).filter(|_| shown)?;
            if !stacked {
                return Some((0.0, value));
            }
            let base = floor[at];
            floor[at] += value;
            Some((base, floor[at]))
        };
        series.values.iter().enumerate().map(cell).collect()
    };
    points.series.iter().enumerate().map(stack).collect()
}

fn draw_paths(
    points: &Points,
    input: &Input<'_>,
    stacks: &[Stack],
    frame: &Frame,
    area: bool,
    body: &mut String,
) {
    let xs = fractions(points);
    let _ = write!(
        body,
        "<svg viewBox=\"0 0 1000 {0}\" width=\"100%\" height=\"{0}\" preserveAspectRatio=\"none\">",
        px(input.height)
    );
    let mut dots = String::new();
    // The compared line lies behind.
    for (series, stack) in points.series.iter().zip(stacks).rev() {
        let (color, dashed) = (series.color, if series.dashed { " ld" } else { "" });
        for run in runs(stack) {
            let line: Vec<(f64, f64)> =
                run.clone().filter_map(|i| Some((xs[i] * 1000.0, frame.y(stack[i]?.1)))).collect();
            if let [(x, y)] = line.as_slice() {
                let _ = write!(
                    dots,
                    "<circle class=\"s{color}\" cx=\"{}\" cy=\"{}\" r=\"3\"/>",
                    percent(x / 1000.0),
                    px(*y)
                );
                continue;
            }
            let picked = lttb::pick(&line, MAX_POINTS);
            let line: Vec<(f64, f64)> = picked.iter().map(|i| line[*i]).collect();
            if area && !series.dashed {
                let base = picked.iter().filter_map(|i| {
                    let i = run.start + *i;
                    Some((xs[i] * 1000.0, frame.y(stack[i]?.0)))
                });
                let base: Vec<(f64, f64)> = base.collect();
                let outline: Vec<(f64, f64)> =
                    line.iter().copied().chain(base.into_iter().rev()).collect();
                let class = if input.spec.stacked() { "a st" } else { "a" };
                let outline = path(&outline);
                let _ = write!(body, "<path class=\"{class} s{color}\" d=\"{outline}Z\"/>");
            }
            let _ = write!(body, "<path class=\"l s{color}{dashed}\" d=\"{}\"/>", path(&line));
        }
    }
    body.push_str("</svg>");
    body.push_str(&dots);
}

/// `M` and then relative steps: short to send.
fn path(points: &[(f64, f64)]) -> String {
    let mut out = String::new();
    let round = |v: f64| (v * 10.0).round() / 10.0;
    let (mut x, mut y) = (0.0, 0.0);
    for (i, (to_x, to_y)) in points.iter().map(|(x, y)| (round(*x), round(*y))).enumerate() {
        let (dx, dy) = (px(to_x - x), px(to_y - y));
        out.push_str(if i == 0 {
            "M"
        } else if i == 1 {
            "l"
        } else {
            " "
        });
        out.push_str(&dx);
        if !dy.starts_with('-') {
            out.push(' ');
        }
        out.push_str(&dy);
        (x, y) = (to_x, to_y);
    }
    out
}

/// Stretches without a gap.
fn runs(stack: &Stack) -> Vec<std::ops::Range<usize>> {
    let mut runs = Vec::new();
    let mut start = None;
    for (i, cell) in stack.iter().chain([&None]).enumerate() {
        match (cell, start) {
            (Some(_), None) => start = Some(i),
            (None, Some(from)) => {
                runs.push(from..i);
                start = None;
            }
            _ => {}
        }
    }
    runs
}

/// Where each point is: by time, else evenly.
fn fractions(points: &Points) -> Vec<f64> {
    let even = |i: usize, n: usize| {
        if n < 2 { 0.5 } else { i as f64 / (n - 1) as f64 }
    };
    match &points.x {
        Axis::Time(times) => match (times.first(), times.last()) {
            (Some(first), Some(last)) if first < last => {
                let length = (last.0 - first.0) as f64;
                times.iter().map(|at| (at.0 - first.0) as f64 / length).collect()
            }
            _ => vec![0.5; times.len()],
        },
        Axis::Label(labels) => (0..labels.len()).map(|i| even(i, labels.len())).collect(),
    }
}

fn x_labels(points: &Points, input: &Input<'_>) -> Vec<(f64, String)> {
    let most = (input.width / 80.0).clamp(2.0, 12.0) as usize;
    match &points.x {
        Axis::Time(times) => {
            let (Some(first), Some(last)) = (times.first(), times.last()) else {
                return Vec::new();
            };
            let bounds = Bounds { from: *first, to: *last };
            if first == last {
                return vec![(0.5, format::bucket(*first, input.interval, input.zone))];
            }
            let length = (last.0 - first.0) as f64;
            time_ticks::ticks(bounds, input.interval, input.zone, most)
                .into_iter()
                .map(|tick| ((tick.at.0 - first.0) as f64 / length, tick.label))
                .collect()
        }
        Axis::Label(labels) => {
            let step = labels.len().div_ceil(most).max(1);
            let xs = fractions(points);
            labels.iter().cloned().enumerate().step_by(step).map(|(i, l)| (xs[i], l)).collect()
        }
    }
}

/// What the tooltip reads. Like the drawing, it has no more points than a screen can show.
fn read(points: &Points, input: &Input<'_>, stacks: &[Stack], frame: &Frame) -> Readout {
    let xs = fractions(points);
    let kept = kept(points, &xs);
    let labels = points.labels(input);
    let series = points.series.iter().zip(stacks).map(|(series, stack)| ReadoutSeries {
        name: series.name.clone(),
        color: series.color,
        values: kept.iter().map(|i| series.texts[*i].clone()).collect(),
        ys: kept.iter().map(|i| stack[*i].map(|(_, top)| frame.y(top).round())).collect(),
        digits: readout::if_any(kept.iter().map(|i| series.digits[*i].clone()).collect()),
    });
    let time = match &points.x {
        Axis::Time(times) if times.len() > 1 => times.first().copied().zip(times.last().copied()),
        _ => None,
    };
    Readout {
        by_mark: false,
        stacked: input.spec.stacked(),
        margins: frame.margins(),
        xs: kept.iter().map(|i| fraction(xs[*i])).collect(),
        labels: kept.iter().map(|i| labels[*i].clone()).collect(),
        series: series.collect(),
        time,
    }
}

/// The points that the first series keeps when it is downsampled.
fn kept(points: &Points, xs: &[f64]) -> Vec<usize> {
    let value = |i: usize| points.series.first().and_then(|s| s.values[i]);
    let line: Vec<(f64, f64)> =
        xs.iter().enumerate().map(|(i, x)| (*x, value(i).unwrap_or(0.0))).collect();
    lttb::pick(&line, MAX_POINTS)
}

/// The facts in a sentence: range, last, highest, lowest.
pub(crate) fn summary(points: &Points, input: &Input<'_>) -> String {
    let labels = points.labels(input);
    let mut text = format!("{}. {}.", input.spec.title, input.bounds.label(input.zone));
    for series in points.series.iter().take(3) {
        let known: Vec<usize> =
            (0..series.values.len()).filter(|i| series.values[*i].is_some()).collect();
        let by_value = |a: &&usize, b: &&usize| {
            series.values[**a].partial_cmp(&series.values[**b]).unwrap_or(std::cmp::Ordering::Equal)
        };
        let (Some(low), Some(high), Some(last)) =
            (known.iter().min_by(by_value), known.iter().max_by(by_value), known.last())
        else {
            continue;
        };
        let say = |i: &usize| format!("{} ({})", series.texts[*i], labels[*i]);
        let _ = write!(
            text,
            " {}: highest {}, lowest {}, last {}.",
            series.name,
            say(high),
            say(low),
            say(last)
        );
    }
    if let Some(note) = points.note() {
        let _ = write!(text, " {note}.");
    }
    text
}
