//! From a frame to series over a common x, with the compared range beside them.

use super::series::{self, Reading, Series};
use super::x_axis::{self, Axis};
use crate::spec::{Input, LegendItem};
use brisk_domain::format;

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
    if let (Some(previous), Some(bounds), Axis::Time(_)) =
        (input.previous, input.previous_bounds, &x)
        && series.len() == 1
        && let Some(x) = x_axis::of(previous, input, bounds, reading.with_bins)
        && let Some((compared, _)) = series::of(previous, input, &x, reading)
        && compared[0].values.iter().any(Option::is_some)
    {
        let name = input.spec.compare.map_or("previous", brisk_domain::Compare::label);
        let length = series[0].values.len();
        series.extend(compared.into_iter().take(1).map(|mut compared| {
            compared.values.resize(length, None);
            compared.texts.resize(length, String::new());
            compared.digits.resize(length, String::new());
            let mut letters = name.chars();
            let name = letters.next().map(|c| c.to_uppercase().chain(letters).collect());
            Series { name: name.unwrap_or_default(), is_previous: true, color: 7, ..compared }
        }));
    }
    let rows = first_rows(input, &x);
    Some(Points { x, series, rows, left_out })
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
