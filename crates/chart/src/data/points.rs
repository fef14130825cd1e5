//! From a frame to series over a common x, with the compared range beside them.

use super::series::{self, Reading, Series};
use super::x_axis::{self, Axis};
use crate::spec::{Input, LegendItem};
use brisk_domain::{Compare, format};

/// Series over a common x.
pub(crate) struct Points {
    pub(crate) x: Axis,
    pub(crate) series: Vec<Series>,
    /// The first row of the frame that each point shows.
    pub(crate) rows: Vec<Option<usize>>,
    /// How many series there were too many of.
    left_out: usize,
}

/// The series of `input`; `None` where the columns do not fit.
pub(crate) fn of(input: &Input<'_>, reading: &Reading) -> Option<Points> {
    let x = x_axis::of(input.frame, input, input.bounds, reading.with_bins)?;
    let (mut series, left_out) = series::of(input.frame, input, &x, reading)?;
    if series.len() == 1
        && let Some(compared) = compared(input, &x, reading)
    {
        series.push(compared);
    }
    let rows = first_rows(input, &x);
    Some(Points { x, series, rows, left_out })
}

/// The earlier period's first series, each value at the point that has the same place on the clock.
fn compared(input: &Input<'_>, x: &Axis, reading: &Reading) -> Option<Series> {
    let (previous, earlier) = (input.previous?, input.earlier?);
    let Axis::Time(times) = x else { return None };
    let own = x_axis::of(previous, input, earlier.bounds, reading.with_bins)?;
    let (series, _) = series::of(previous, input, &own, reading)?;
    let series = series.into_iter().next()?;
    // Before its first row there may have been no data at all: that is no zero.
    let first = x_axis::places(previous, input, &own).into_iter().flatten().min()?;
    let Axis::Time(own) = own else { return None };
    let beside = times.iter().map(|at| {
        let at = earlier.shift.back(*at, input.zone)?;
        own.binary_search(&at).ok().filter(|at| *at >= first)
    });
    let beside: Vec<Option<usize>> = beside.collect();
    let texts_of = |texts: &[String]| -> Vec<String> {
        let text = |at: &Option<usize>| at.map_or(String::new(), |at| texts[at].clone());
        beside.iter().map(text).collect()
    };
    let values = beside.iter().map(|at| at.and_then(|at| series.values[at])).collect::<Vec<_>>();
    values.iter().any(Option::is_some).then(|| Series {
        name: sentence_case(input.spec.compare.map_or("previous", Compare::label)),
        texts: texts_of(&series.texts),
        digits: texts_of(&series.digits),
        is_previous: true,
        color: 7,
        values,
        ..series
    })
}

fn sentence_case(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

/// The first row of each point.
fn first_rows(input: &Input<'_>, x: &Axis) -> Vec<Option<usize>> {
    let mut rows = vec![None; x.len()];
    // Backwards, so that the first row of each stays.
    for (row, place) in x_axis::places(input.frame, input, x).into_iter().enumerate().rev() {
        if let Some(place) = place {
            rows[place] = Some(row);
        }
    }
    rows
}

impl Points {
    pub(crate) fn len(&self) -> usize {
        self.x.len()
    }

    /// What each point is, for tooltips.
    pub(crate) fn labels(&self, input: &Input<'_>) -> Vec<String> {
        match &self.x {
            Axis::Time(times) => {
                times.iter().map(|at| format::bucket(*at, input.interval, input.zone)).collect()
            }
            Axis::Label(labels) => labels.clone(),
        }
    }

    /// Says which series are not drawn, where some are not.
    pub(crate) fn note(&self) -> Option<String> {
        (self.left_out > 0).then(|| format!("{} more series in the table", self.left_out))
    }

    pub(crate) fn legend(&self, line: bool) -> Vec<LegendItem> {
        if self.series.len() < 2 {
            return Vec::new();
        }
        let item = |s: &Series| LegendItem {
            name: s.name.clone(),
            color: s.color,
            dashed: s.is_previous,
            line: line || s.is_previous,
        };
        self.series.iter().map(item).collect()
    }

    /// The lowest and highest value among the series that are shown.
    pub(crate) fn extent(&self, hidden: &[usize]) -> (f64, f64) {
        let shown = self.series.iter().enumerate().filter(|(i, _)| !hidden.contains(i));
        let values = shown.flat_map(|(_, series)| series.values.iter().flatten().copied());
        values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)))
    }
}
