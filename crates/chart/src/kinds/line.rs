//! Lines over time or labels; areas are drawn by the same code.

use super::chart::Chart;
use super::series_summary::summary;
use crate::data::downsample;
use crate::data::points::{self, Points};
use crate::data::refusal::Refusal;
use crate::data::series::{Reading, Series};
use crate::data::written_times;
use crate::data::x_axis::{Axis, Placing};
use crate::readout::{self, Readout, ReadoutSeries, fraction};
use crate::scales::axes::Axes;
use crate::scales::{tick_labels, time_ticks};
use crate::scene::{Color, LinkState, Path, Plot, Shape, Stroke};
use crate::spec::Input;
use brisk_domain::panel_kind::{EmptyBucket, Line};
use brisk_domain::{Bounds, Interval, Unit, Values, ZoneOffsets, format};

/// More points than this in one line are downsampled.
const MAX_POINTS: usize = 1_000;
/// The radius of a point without neighbours, in px.
const DOT: f64 = 3.0;

pub(crate) fn draw(input: &Input<'_>, options: &Line) -> Result<Chart<Plot>, Refusal> {
    draw_filled(input, Fill::None, options.empty)
}

/// How the area below a line is filled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fill {
    /// Nothing: it is a line only.
    None,
    /// A tinted area down to zero.
    Tinted,
    /// A filled area down to the series below it.
    Stacked,
}

pub(crate) fn draw_filled(
    input: &Input<'_>,
    fill: Fill,
    empty: Option<EmptyBucket>,
) -> Result<Chart<Plot>, Refusal> {
    let reading = Reading { stacked: fill == Fill::Stacked, empty, placing: Placing::Scale };
    let points = points::of(input, &reading)?;
    let fill = match fill {
        Fill::Stacked if points.is_compared() => Fill::Tinted,
        fill => fill,
    };
    let stacked = fill == Fill::Stacked;
    let stacks = stacks(&points, input, stacked);
    let axes = axes(&points, input, &stacks, fill);
    let summary = summary(&points, input);
    let mut shapes = axes.shapes(x_labels(&points, input));
    add_paths(&points, &stacks, &axes, fill, &mut shapes);
    let plot = axes.plot(LinkState::Absent, shapes);
    let readout = Readout { stacked, ..read(&points, input, &stacks, &axes) };
    let legend = points.legend(fill == Fill::None);
    Ok(Chart { legend, ..Chart::new(plot, summary, readout) })
}

fn axes(points: &Points, input: &Input<'_>, stacks: &[Stack], fill: Fill) -> Axes {
    let unit = points.unit(input.hidden);
    let axes = match fill {
        Fill::None => Axes::for_line(input, points.extent(input.hidden), &unit),
        Fill::Tinted => Axes::with_zero(input, points.extent(input.hidden), &unit),
        Fill::Stacked => {
            let ends = stacks.iter().flatten().flatten();
            let extent = ends.fold((0.0_f64, 0.0_f64), |(low, high), (base, top)| {
                (low.min(*base).min(*top), high.max(*top).max(*base))
            });
            Axes::with_zero(input, extent, &unit)
        }
    };
    axes.with_note(points.note())
}

/// Base and top of a series at each point; the base is 0 unless series are stacked.
type Stack = Vec<Option<(f64, f64)>>;

fn stacks(points: &Points, input: &Input<'_>, stacked: bool) -> Vec<Stack> {
    let mut floor = vec![0.0; points.len()];
    let stack = |(i, series): (usize, &Series)| {
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

/// Adds a path, or an area and a path, for each stretch without a gap: three where partial time buckets
/// are at its ends. A single point is a dot.
fn add_paths(points: &Points, stacks: &[Stack], axes: &Axes, fill: Fill, shapes: &mut Vec<Shape>) {
    let xs = fractions(points);
    let (mut paths, mut dots) = (Vec::new(), Vec::new());
    // The compared line lies behind.
    for (series, stack) in points.series.iter().zip(stacks).rev() {
        let (color, is_previous) = (Color::Series(series.color), series.is_previous);
        for run in runs(stack) {
            if run.len() == 1 {
                let (at, top) = (run.start, stack[run.start].map_or(0.0, |(_, top)| top));
                let (x, y, is_part) = (xs[at], axes.y(top), points.is_part(at) && !is_previous);
                dots.push(Shape::Dot { color, is_part, mark: None, x, y, radius: DOT });
                continue;
            }
            for (run, is_part) in stretches(points, run, is_previous) {
                let ends = |of: fn(&(f64, f64)) -> f64| -> Vec<(f64, f64)> {
                    let end = |i: usize| Some((xs[i], axes.y(of(stack[i].as_ref()?))));
                    run.clone().filter_map(end).collect()
                };
                let line = ends(|(_, top)| *top);
                let picked = downsample::pick(&line, MAX_POINTS);
                let line: Vec<(f64, f64)> = picked.iter().map(|i| line[*i]).collect();
                if fill != Fill::None && !is_previous {
                    let base = ends(|(base, _)| *base);
                    let back = picked.iter().rev().map(|i| base[*i]);
                    let outline = line.iter().copied().chain(back).collect();
                    let is_stacked = fill == Fill::Stacked;
                    paths.push(Path::Area { color, is_stacked, is_part, outline });
                }
                let stroke = match (is_previous, is_part) {
                    (true, _) => Stroke::Previous,
                    (false, true) => Stroke::Part,
                    (false, false) => Stroke::Plain,
                };
                paths.push(Path::Line { color, stroke, points: line });
            }
        }
    }
    shapes.push(Shape::Paths(paths));
    shapes.extend(dots);
}

/// The stretches of a run: between whole points, and from these to partial buckets at its ends.
fn stretches(
    points: &Points,
    run: std::ops::Range<usize>,
    is_previous: bool,
) -> Vec<(std::ops::Range<usize>, bool)> {
    let is_whole = |i: &usize| !points.is_part(*i);
    let (first, last) = (run.clone().find(is_whole), run.clone().rfind(is_whole));
    let (Some(first), Some(last)) = (first, last) else { return vec![(run, !is_previous)] };
    if is_previous || (first == run.start && last + 1 == run.end) {
        return vec![(run, false)];
    }
    let mut stretches =
        vec![(run.start..first + 1, true), (first..last + 1, false), (last..run.end, true)];
    stretches.retain(|(stretch, _)| stretch.len() > 1);
    stretches
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

/// Where each point is: by time, or evenly.
fn fractions(points: &Points) -> Vec<f64> {
    let even = |i: usize, n: usize| {
        if n < 2 { 0.5 } else { i as f64 / (n - 1) as f64 }
    };
    match &points.x {
        Axis::Time(times) => match (times.first(), times.last()) {
            (Some(first), Some(last)) if first < last => {
                let length = last.0.saturating_sub(first.0) as f64;
                times.iter().map(|at| at.0.saturating_sub(first.0) as f64 / length).collect()
            }
            _ => vec![0.5; times.len()],
        },
        Axis::Number(numbers, _) => numbers.iter().map(|number| part(numbers, *number)).collect(),
        Axis::Label(labels) => (0..labels.len()).map(|i| even(i, labels.len())).collect(),
    }
}

/// Where a number is between the first and the last, as a fraction.
fn part(numbers: &[f64], number: f64) -> f64 {
    match (numbers.first(), numbers.last()) {
        // Halves, because the distance of two numbers may be beyond what a float holds.
        (Some(first), Some(last)) if first < last => {
            (number / 2.0 - first / 2.0) / (last / 2.0 - first / 2.0)
        }
        _ => 0.5,
    }
}

/// Round numbers from the first to the last.
fn number_ticks(points: &Points, input: &Input<'_>, most: usize) -> Vec<(f64, String)> {
    let Axis::Number(numbers, labels) = &points.x else { return Vec::new() };
    let (Some(first), Some(last)) = (numbers.first(), numbers.last()) else { return Vec::new() };
    if first == last {
        return labels.first().map(|label| (0.5, label.clone())).into_iter().collect();
    }
    let column = input.frame.columns().first();
    if column.is_some_and(|x| matches!(x.values, Values::Text(_))) {
        return written_ticks(numbers, most);
    }
    let is_whole = column.is_some_and(|x| matches!(x.values, Values::Int(_)));
    let unit = column.map_or(&Unit::None, |x| input.spec.unit_of(&x.name));
    let mut ticks = tick_labels::nice(*first, *last, most.min(6), unit);
    ticks.retain(|tick| first <= tick && tick <= last && !(is_whole && tick.fract() != 0.0));
    let said = match is_whole && *unit == Unit::None {
        // Like the labels: years have no commas.
        true => ticks.iter().map(|tick| format!("{tick:.0}")).collect(),
        false => tick_labels::tick_labels(&ticks, tick_labels::without_noun(unit)),
    };
    ticks.iter().map(|tick| part(numbers, *tick)).zip(said).collect()
}

/// Ticks over dates that are written as text, no finer than they are.
fn written_ticks(seconds: &[f64], most: usize) -> Vec<(f64, String)> {
    let utc = ZoneOffsets::utc();
    let at = |second: Option<&f64>| written_times::instant(second.copied().unwrap_or_default());
    let bounds = Bounds { from: at(seconds.first()), to: at(seconds.last()) };
    let holds_all = |interval: &Interval| {
        seconds.iter().all(|second| interval.is_start(written_times::instant(*second), &utc))
    };
    let interval = Interval::ALL.into_iter().rfind(holds_all).unwrap_or(Interval::Minute);
    time_ticks::ticks(bounds, interval, &utc, most)
        .into_iter()
        .map(|tick| (part(seconds, tick.at.seconds() as f64), tick.label))
        .collect()
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
            let length = last.0.saturating_sub(first.0) as f64;
            time_ticks::ticks(bounds, input.interval, input.zone, most)
                .into_iter()
                .map(|tick| (tick.at.0.saturating_sub(first.0) as f64 / length, tick.label))
                .collect()
        }
        Axis::Number(..) => number_ticks(points, input, most),
        Axis::Label(labels) => {
            let step = labels.len().div_ceil(most).max(1);
            let xs = fractions(points);
            labels.iter().cloned().enumerate().step_by(step).map(|(i, l)| (xs[i], l)).collect()
        }
    }
}

/// What the tooltip reads. Like the drawing, it has no more points than a screen can show.
fn read(points: &Points, input: &Input<'_>, stacks: &[Stack], axes: &Axes) -> Readout {
    let xs = fractions(points);
    let kept = kept(points, &xs);
    let labels = points.labels(input);
    let series = points.series.iter().zip(stacks).map(|(series, stack)| ReadoutSeries {
        name: series.name.clone(),
        color: series.color,
        values: kept.iter().map(|i| series.texts[*i].clone()).collect(),
        ys: kept.iter().map(|i| stack[*i].map(|(_, top)| axes.y(top).round())).collect(),
        digits: readout::if_any(kept.iter().map(|i| series.digits[*i].clone()).collect()),
    });
    let time = match &points.x {
        Axis::Time(times) if times.len() > 1 => times.first().copied().zip(times.last().copied()),
        _ => None,
    };
    Readout {
        by_mark: false,
        stacked: false,
        margins: axes.margins(),
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
    downsample::pick(&line, MAX_POINTS)
}
