//! From a frame to series over a common x, with the compared range beside them.

use super::refusal::Refusal;
use super::series::{self, Places, Reading, Series};
use super::x_axis::{self, Axis, Placing};
use crate::spec::{Input, LegendItem};
use brisk_domain::point::Roles;
use brisk_domain::{Bounds, Compare, Frame, format};

/// Series over a common x.
pub(crate) struct Points {
    pub(crate) x: Axis,
    pub(crate) series: Vec<Series>,
    /// The first row of the frame that each point shows.
    pub(crate) rows: Vec<Option<usize>>,
    /// How many series there were too many of.
    left_out: usize,
    /// How many rows have no place on x, and the name of its column.
    without_place: (usize, String),
}

/// The series of `input`, or why there are none.
pub(crate) fn of(input: &Input<'_>, reading: &Reading) -> Result<Points, Refusal> {
    let mut points = one(input, input.frame, input.bounds, reading)?;
    if points.series.len() == 1
        && let Some(compared) = compared(input, &points.x, reading)
    {
        points.series.push(compared);
    }
    Ok(points)
}

/// The earlier period's first series, each value at the point that has the same place on the clock.
fn compared(input: &Input<'_>, x: &Axis, reading: &Reading) -> Option<Series> {
    let (previous, earlier) = (input.previous?, input.earlier?);
    let Axis::Time(times) = x else { return None };
    let own = one(input, previous, earlier.bounds, reading).ok()?;
    let series = own.series.into_iter().next()?;
    // Before its first row there may have been no data at all: that is no zero.
    let first = own.rows.iter().position(Option::is_some)?;
    let Axis::Time(own) = own.x else { return None };
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

fn one(
    input: &Input<'_>,
    frame: &Frame,
    bounds: Bounds,
    reading: &Reading,
) -> Result<Points, Refusal> {
    let roles = Roles::of(frame, input.additivity);
    let (x, places) =
        x_axis::of(frame, &roles, input, bounds, reading.placing).ok_or(Refusal::Unfit)?;
    let mut rows = vec![None; x.len()];
    let mut repeats = false;
    // Backwards, so that the first row of each stays.
    for (row, place) in places.iter().enumerate().rev() {
        if let Some(place) = place {
            repeats |= rows[*place].replace(row).is_some();
        }
    }
    if repeats
        && reading.placing != Placing::Names
        && let Some(column) = roles.unclear(frame, input.additivity)
    {
        return Err(Refusal::unclear(frame, &frame.columns()[column].name));
    }
    let of_rows =
        Places { count: x.len(), are_times: matches!(x, Axis::Time(_)), of_rows: &places };
    let (series, left_out) = series::of(frame, &roles, input, &of_rows, reading)?;
    let name = frame.columns().first().map_or(String::new(), |x| input.spec.label_of(&x.name));
    let without_place = (places.iter().filter(|place| place.is_none()).count(), name);
    Ok(Points { x, series, rows, left_out, without_place })
}

impl Points {
    pub(crate) fn len(&self) -> usize {
        self.x.len()
    }

    /// What each point is, for tooltips.
    pub(crate) fn labels(&self, input: &Input<'_>) -> Vec<String> {
        match &self.x {
            Axis::Time(times) => {
                let labels = times.iter().map(|at| format::bucket(*at, input.interval, input.zone));
                let labels: Vec<String> = labels.collect();
                // Times within one bucket are not told apart by its name.
                match labels.windows(2).any(|pair| pair[0] == pair[1]) {
                    true => times.iter().map(|at| format::instant(*at, input.zone)).collect(),
                    false => labels,
                }
            }
            Axis::Number(_, labels) | Axis::Label(labels) => labels.clone(),
        }
    }

    /// Says what is not drawn, where something is not.
    pub(crate) fn note(&self) -> Option<String> {
        let series =
            (self.left_out > 0).then(|| format!("{} more series in the table", self.left_out));
        let (count, x) = &self.without_place;
        let noun = if *count == 1 { "row" } else { "rows" };
        let rows = (*count > 0).then(|| format!("{count} {noun} without {x} in the table"));
        match (series, rows) {
            (Some(series), Some(rows)) => Some(format!("{series}, {rows}")),
            (series, rows) => series.or(rows),
        }
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
