//! Vertical bars: single, grouped, stacked. Histograms are drawn by the same code.

use super::bar_places::{self, Bar, Sharing, bars};
use super::chart::Chart;
use super::mark_links::{MarkLinks, add_mark};
use super::series_summary::summary;
use crate::data::points::{self, Points};
use crate::data::refusal::Refusal;
use crate::data::series::Reading;
use crate::data::x_axis::{Axis, Placing};
use crate::readout::{Readout, fraction};
use crate::scales::axes::Axes;
use crate::scales::time_ticks;
use crate::scene::{Across, Anchor, Color, LinkName, Path, Plot, Role, Shape, Text, X};
use crate::spec::Input;
use crate::text::shorten;
use brisk_domain::panel_kind::{Bar as Options, EmptyBucket};

/// More bars than this are drawn as one path per series: a bar two pixels wide is too small a
/// target.
const MAX_BARS: usize = 240;
/// The widest that a bar may be in a box of the usual width, in px, so that a single one is not a
/// wall.
const WIDEST: f64 = 96.0;
/// The widest that a label below a bar may be, in px.
const LABEL_WIDTH: f64 = 110.0;
/// The least of a name that is still readable, in px.
const LEAST_LABEL: f64 = 56.0;
/// Roughly the width of the y labels and the edge, and the space between two labels, in px.
const AXIS: f64 = 64.0;
const GAP: f64 = 12.0;
/// The most labels that any screen has room for.
const MAX_LABELS: usize = 60;

pub(crate) fn draw(input: &Input<'_>, options: &Options) -> Result<Chart<Plot>, Refusal> {
    let (stacked, widest) = (options.stacked, WIDEST / input.width.max(1.0));
    let sharing = Sharing { stacked, in_rows: false, part: bar_places::PART, widest };
    draw_shared(input, sharing, options.empty)
}

pub(crate) fn draw_shared(
    input: &Input<'_>,
    sharing: Sharing,
    empty: Option<EmptyBucket>,
) -> Result<Chart<Plot>, Refusal> {
    let reading = Reading { stacked: sharing.stacked, empty, placing: Placing::Bins };
    let points = points::of(input, &reading)?;
    let stacked = sharing.stacked && !points.is_compared();
    let sharing = Sharing { stacked, ..sharing };
    let bars = bars(&points, input.hidden, sharing);
    let unit = points.unit(input.hidden);
    let axes = Axes::with_zero(input, bar_places::extent(&bars), &unit).with_note(points.note());
    let summary = summary(&points, input);
    let links = MarkLinks::of(input);
    let mut shapes = axes.shapes(x_labels(&points, input));
    if bars.iter().map(Vec::len).sum::<usize>() > MAX_BARS {
        shapes.push(Shape::Paths(paths(&bars, &points, &axes)));
    } else {
        add_bars(&bars, &points, &links, &axes, &mut shapes);
    }
    let plot = axes.plot(links.state(), shapes);
    let time = match &points.x {
        Axis::Time(times) if times.len() > 1 => {
            let span = points.span(input);
            Some((span.from, span.to))
        }
        _ => None,
    };
    let readout = Readout {
        by_mark: false,
        stacked,
        margins: axes.margins(),
        xs: (0..points.len()).map(|i| fraction(center(i, points.len()))).collect(),
        labels: points.labels(input),
        series: bar_places::readout_series(&points, |series, i| {
            // Where its bar ends, whatever it is stacked on.
            let bar = bars[i].iter().find(|bar| bar.series == series)?;
            Some(axes.y(bar.top).round())
        }),
        time,
    };
    let legend = points.legend(false);
    Ok(Chart { legend, ..Chart::new(plot, summary, readout) })
}

/// The upper y and the height of a bar. Any value must be visible, however small.
fn span(bar: &Bar, axes: &Axes) -> (f64, f64) {
    let (y1, y2) = (axes.y(bar.top), axes.y(bar.base));
    let least = if bar.top == bar.base { 0.0 } else { 1.0 };
    (y1.min(y2), (y2 - y1).abs().max(least))
}

/// Bars as marks, each point's in its link.
fn add_bars(
    bars: &[Vec<Bar>],
    points: &Points,
    links: &MarkLinks<'_>,
    axes: &Axes,
    shapes: &mut Vec<Shape>,
) {
    let band = 1.0 / bars.len().max(1) as f64;
    for (i, bars) in bars.iter().enumerate() {
        let row = points.rows.get(i).copied().flatten();
        let link = links.link(row, || LinkName::Words(bar_places::words(points, i)));
        let mut marks = Vec::new();
        if link.is_some() {
            // The whole band is clickable, even above a bar two pixels high.
            let across = Across::Part(band * i as f64, band);
            marks.push(Shape::Hit { across, y: axes.top, height: axes.y(0.0) - axes.top });
        }
        marks.extend(bars.iter().map(|bar| {
            let (y, height) = span(bar, axes);
            let across = Across::Part(bar.x, bar.width);
            let (color, is_part) = (Color::Series(bar.color), points.is_part(i));
            Shape::Rect { color, is_part, mark: Some(i), across, y, height }
        }));
        let is_chosen = link.as_ref().is_some_and(|link| link.is_chosen);
        add_mark(link, i, marks, shapes);
        if is_chosen {
            let top = bars.iter().map(|bar| span(bar, axes).0).fold(axes.y(0.0), f64::min);
            let (x, y) = (X::Part(center(i, points.len())), (top - 4.0).max(10.0));
            let tick = Text::new(Role::Chosen, Anchor::Middle, x, y, "✓".into());
            shapes.push(Shape::Text(tick));
        }
    }
}

fn paths(bars: &[Vec<Bar>], points: &Points, axes: &Axes) -> Vec<Path> {
    let of_series = |of: usize, is_part: bool| {
        let alike = bars.iter().enumerate().filter(|(i, _)| points.is_part(*i) == is_part);
        let bars = alike.flat_map(|(_, bars)| bars).filter(|bar| bar.series == of);
        let place = |bar: &Bar| {
            let (y, height) = span(bar, axes);
            [bar.x, y, bar.width, height]
        };
        bars.map(place).collect::<Vec<_>>()
    };
    let mut paths = Vec::new();
    for (of, series) in points.series.iter().enumerate() {
        for is_part in [false, true] {
            let (color, bars) = (Color::Series(series.color), of_series(of, is_part));
            if !bars.is_empty() {
                paths.push(Path::Bars { color, is_part, bars });
            }
        }
    }
    paths
}

fn center(i: usize, count: usize) -> f64 {
    (i as f64 + 0.5) / count.max(1) as f64
}

/// How wide a label may be in a box of that width: a truncated name below each bar says more than every
/// second name in full.
fn widest_label(width: f64, count: usize) -> f64 {
    let band = (width - AXIS) / count.max(1) as f64 - GAP;
    if band < LEAST_LABEL { LABEL_WIDTH } else { band.min(LABEL_WIDTH) }
}

fn x_labels(points: &Points, input: &Input<'_>) -> Vec<(f64, String)> {
    match &points.x {
        Axis::Time(times) => {
            let most = (input.width / 80.0).clamp(2.0, 12.0) as usize;
            let mut span = points.span(input);
            // A bucket cut off by the range begins before it.
            span.from = times.first().map_or(span.from, |first| span.from.min(*first));
            let ticks = time_ticks::ticks(span, input.interval, input.zone, most);
            let place = |tick: time_ticks::TimeTick| {
                // Between two buckets, the one that holds the tick.
                let i = times.partition_point(|at| *at <= tick.at).checked_sub(1)?;
                let inside = tick.at < span.to;
                inside.then(|| (center(i, times.len()), tick.label))
            };
            ticks.into_iter().filter_map(place).collect()
        }
        Axis::Number(_, labels) | Axis::Label(labels) => {
            let step = labels.len().div_ceil(MAX_LABELS).max(1);
            let shown: Vec<String> = labels.iter().step_by(step).cloned().collect();
            let widest = widest_label(input.width, shown.len());
            let shown = shorten::cut(&shown, widest).into_iter().enumerate();
            shown.map(|(i, label)| (center(i * step, labels.len()), label)).collect()
        }
    }
}
