//! Positions of bars, vertical or horizontal, and their words.

use crate::data::points::Points;
use crate::data::series::Series;
use crate::data::x_axis::Axis;
use crate::readout::{self, ReadoutSeries};

/// One bar: place and width as fractions of the plot (of its row, where bars are horizontal), ends as
/// values.
pub(crate) struct Bar {
    pub(crate) x: f64,
    pub(crate) width: f64,
    pub(crate) base: f64,
    pub(crate) top: f64,
    pub(crate) color: u8,
    /// The index of its series.
    pub(crate) series: usize,
}

/// How bars share the room of their point.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sharing {
    /// Whether series are stacked instead of grouped.
    pub(crate) stacked: bool,
    /// Whether each point has a row of its own, instead of a part of the plot.
    pub(crate) in_rows: bool,
    /// The part of a point's room that its bars take.
    pub(crate) part: f64,
    /// The widest that a bar may be, as a part of the plot.
    pub(crate) widest: f64,
}

/// The part of a point's room that bars take, unless they are a histogram's.
pub(crate) const PART: f64 = 0.74;

/// The bars of each point, without those of `hidden` series.
pub(crate) fn bars(points: &Points, hidden: &[usize], sharing: Sharing) -> Vec<Vec<Bar>> {
    let count = if sharing.in_rows { 1 } else { points.len().max(1) };
    let band = 1.0 / count as f64;
    let shown: Vec<(usize, &Series)> =
        points.series.iter().enumerate().filter(|(i, _)| !hidden.contains(i)).collect();
    let group = if sharing.stacked { 1 } else { shown.len().max(1) };
    let used = (sharing.part * band).min(group as f64 * sharing.widest);
    let width = used / group as f64;
    let at = |i: usize| {
        let start = if sharing.in_rows { 0.0 } else { band * i as f64 } + (band - used) / 2.0;
        let (mut up, mut down) = (0.0_f64, 0.0_f64);
        let mut bars = Vec::new();
        for (k, (of, series)) in shown.iter().enumerate() {
            let Some(value) = series.values[i] else {
                continue;
            };
            let (base, top, x) = if sharing.stacked {
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

/// The lowest and the highest end, with zero.
pub(crate) fn extent(bars: &[Vec<Bar>]) -> (f64, f64) {
    let ends = bars.iter().flatten().flat_map(|bar| [bar.base, bar.top]);
    ends.fold((0.0_f64, 0.0_f64), |(low, high), end| (low.min(end), high.max(end)))
}

/// A point in words: its label and its values.
pub(crate) fn words(points: &Points, at: usize) -> String {
    let label = match &points.x {
        Axis::Number(_, labels) | Axis::Label(labels) => {
            labels.get(at).cloned().unwrap_or_default()
        }
        Axis::Time(_) => String::new(),
    };
    let values = points.series.iter().filter_map(|series| series.texts.get(at));
    let values: Vec<&str> = values.map(String::as_str).filter(|text| !text.is_empty()).collect();
    format!("{label}, {}", values.join(", "))
}

/// What tooltips read; `y` gives the y of a series at a point.
pub(crate) fn readout_series(
    points: &Points,
    y: impl Fn(usize, usize) -> Option<f64>,
) -> Vec<ReadoutSeries> {
    let ys = |(of, series): (usize, &Series)| {
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
