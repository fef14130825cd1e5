//! From a frame to series over a common x, with the compared range beside them.

use super::parts;
use super::refusal::Refusal;
use super::series::{self, Places, Reading, Series};
use super::x_axis::{self, Axis, Placing};
use crate::spec::{Input, LegendItem};
use brisk_domain::point::Roles;
use brisk_domain::sentence::capitalised;
use brisk_domain::{Bounds, Compare, Coverage, Frame, Timestamp, Unit, format};

/// Series over a common x.
pub(crate) struct Points {
    pub(crate) x: Axis,
    pub(crate) series: Vec<Series>,
    /// The first row of the frame that each point shows.
    pub(crate) rows: Vec<Option<usize>>,
    /// Which of them are whole, where they are time buckets.
    coverage: Option<Coverage>,
    /// Where each point's bucket starts, as far as points are buckets.
    starts: Vec<Option<Timestamp>>,
    /// A note on how many partial buckets were left out.
    left_out_buckets: Option<String>,
    /// How many series beyond the maximum there were.
    left_out: usize,
    /// How many rows have no place on x, and the name of its column.
    without_place: (usize, String),
}

/// The series of `input`, or why there are none.
pub(crate) fn of(input: &Input<'_>, reading: &Reading) -> Result<Points, Refusal> {
    let coverage = parts::coverage(input, 0);
    let mut points = one(input, input.frame, (input.bounds, coverage), reading)?;
    points.left_out_buckets = parts::left_out(input.coverage);
    if points.series.len() == 1
        && let Some(compared) = compared(input, &points, reading)
    {
        points.series.push(compared);
    }
    Ok(points)
}

/// The earlier period's first series, each value at the point that has the same place on the clock.
/// A partial bucket is never compared with a whole one.
fn compared(input: &Input<'_>, points: &Points, reading: &Reading) -> Option<Series> {
    let (previous, earlier) = (input.previous?, input.earlier?);
    let Axis::Time(times) = &points.x else { return None };
    let own = one(input, previous, (earlier.bounds, input.previous_coverage), reading).ok()?;
    // Before its first row there may have been no data at all, which is not zero.
    let first_row = own.rows.iter().position(Option::is_some)?;
    let first = if earlier.is_covered == Some(true) { 0 } else { first_row };
    let Axis::Time(own_times) = &own.x else { return None };
    let beside = times.iter().enumerate().map(|(i, at)| {
        let at = earlier.back(*at, input.zone)?;
        let at = own_times.binary_search(&at).ok().filter(|at| *at >= first)?;
        (points.is_part(i) || !own.is_part(at)).then_some(at)
    });
    let beside: Vec<Option<usize>> = beside.collect();
    let series = own.series.into_iter().next()?;
    let texts_of = |texts: &[String]| -> Vec<String> {
        let text = |at: &Option<usize>| at.map_or(String::new(), |at| texts[at].clone());
        beside.iter().map(text).collect()
    };
    let values = beside.iter().map(|at| at.and_then(|at| series.values[at])).collect::<Vec<_>>();
    values.iter().any(Option::is_some).then(|| Series {
        name: capitalised(input.spec.compare.map_or("previous", Compare::label)),
        texts: texts_of(&series.texts),
        digits: texts_of(&series.digits),
        is_previous: true,
        color: 7,
        values,
        ..series
    })
}

fn one(
    input: &Input<'_>,
    frame: &Frame,
    (bounds, coverage): (Bounds, Option<Coverage>),
    reading: &Reading,
) -> Result<Points, Refusal> {
    let roles = Roles::of(frame, input.additivity);
    let (x, places) = x_axis::of(frame, &roles, input, (bounds, coverage), reading.placing)
        .ok_or(Refusal::Unfit)?;
    let mut rows = vec![None; x.len()];
    let mut repeats = false;
    // Backwards, so that the first row of each point wins.
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
    let (known, whole) = match (&x, coverage) {
        (Axis::Time(times), Some(coverage)) => (
            times.partition_point(|at| *at < coverage.ahead_from),
            times.partition_point(|at| *at < coverage.whole_to),
        ),
        (Axis::Time(times), None) => (times.len(), 0),
        (Axis::Number(..) | Axis::Label(_), _) => (0, 0),
    };
    let of_rows = Places { count: x.len(), known, whole, of_rows: &places };
    let (series, left_out) = series::of(frame, &roles, input, &of_rows, reading)?;
    let name = frame.columns().first().map_or(String::new(), |x| input.spec.label_of(&x.name));
    let without_place = (places.iter().filter(|place| place.is_none()).count(), name);
    let starts = match (&x, coverage, frame.columns().first()) {
        (Axis::Time(times), Some(_), _) => times.iter().copied().map(Some).collect(),
        (Axis::Number(..) | Axis::Label(_), Some(coverage), Some(x)) => {
            let start = |row: &Option<usize>| coverage.start(&x.values, (*row)?, input.zone);
            rows.iter().map(start).collect()
        }
        _ => Vec::new(),
    };
    Ok(Points {
        x,
        series,
        rows,
        coverage,
        starts,
        left_out_buckets: None,
        left_out,
        without_place,
    })
}

impl Points {
    pub(crate) fn len(&self) -> usize {
        self.x.len()
    }

    /// Whether the compared range is beside the series: the two are no stack.
    pub(crate) fn is_compared(&self) -> bool {
        self.series.iter().any(|series| series.is_previous)
    }

    /// What the points cover: the view's bounds, or the buckets that are not left out.
    pub(crate) fn span(&self, input: &Input<'_>) -> Bounds {
        match (&self.x, self.coverage) {
            (Axis::Time(times), Some(Coverage { is_trimmed: true, .. })) => {
                let ends = times.first().zip(times.last());
                ends.map_or(input.bounds, |(first, last)| Bounds {
                    from: *first,
                    to: input.interval.next(*last, input.zone),
                })
            }
            _ => input.bounds,
        }
    }

    /// Whether a point is a partial time bucket.
    pub(crate) fn is_part(&self, at: usize) -> bool {
        let start = self.starts.get(at).copied().flatten();
        self.coverage.zip(start).is_some_and(|(coverage, start)| !coverage.is_whole(start))
    }

    /// The name of each point, for tooltips; of a partial bucket also which part.
    pub(crate) fn labels(&self, input: &Input<'_>) -> Vec<String> {
        let mut labels = self.names(input);
        if let Some(coverage) = self.coverage {
            for (label, start) in labels.iter_mut().zip(&self.starts) {
                if let Some(words) = start.and_then(|at| parts::words(&coverage, at, input)) {
                    label.push_str(", ");
                    label.push_str(&words);
                }
            }
        }
        labels
    }

    /// What each point is called.
    pub(crate) fn names(&self, input: &Input<'_>) -> Vec<String> {
        match &self.x {
            Axis::Time(times) => {
                let labels = times.iter().map(|at| format::bucket(*at, input.interval, input.zone));
                let labels: Vec<String> = labels.collect();
                // The bucket's name does not distinguish times within it.
                match labels.windows(2).any(|pair| pair[0] == pair[1]) {
                    true => times.iter().map(|at| format::instant(*at, input.zone)).collect(),
                    false => labels,
                }
            }
            Axis::Number(_, labels) | Axis::Label(labels) => labels.clone(),
        }
    }

    /// A note on what is not drawn, if anything is not.
    pub(crate) fn note(&self) -> Option<String> {
        let series =
            (self.left_out > 0).then(|| format!("{} more series in the table", self.left_out));
        let (count, x) = &self.without_place;
        let noun = if *count == 1 { "row" } else { "rows" };
        let rows = (*count > 0).then(|| format!("{count} {noun} without {x} in the table"));
        let all = [series, rows, self.left_out_buckets.clone()];
        let said: Vec<String> = all.into_iter().flatten().collect();
        (!said.is_empty()).then(|| said.join(", "))
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

    /// The unit of an axis that all series but the `hidden` ones share: none where they measure different things,
    /// because a label would be wrong for one of them.
    pub(crate) fn unit(&self, hidden: &[usize]) -> Unit {
        let shown = self.series.iter().enumerate().filter(|(i, _)| !hidden.contains(i));
        let mut units = shown.map(|(_, series)| &series.unit);
        let first = units.next().or(self.series.first().map(|series| &series.unit));
        match first {
            Some(unit) if units.all(|other| other == unit) => unit.clone(),
            _ => Unit::None,
        }
    }

    /// The lowest and highest value among the series that are shown.
    pub(crate) fn extent(&self, hidden: &[usize]) -> (f64, f64) {
        let shown = self.series.iter().enumerate().filter(|(i, _)| !hidden.contains(i));
        let values = shown.flat_map(|(_, series)| series.values.iter().flatten().copied());
        values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)))
    }
}
