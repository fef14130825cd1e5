//! The series of a panel's frame and the order of their points, for computed columns; rows for empty
//! buckets. Pure.

use crate::whole_buckets;
use brisk_domain::panel::{Computed, ComputedKind};
use brisk_domain::panel_kind::EmptyBucket;
use brisk_domain::point::{Roles, numbered, of_column};
use brisk_domain::{
    Additivity, Bounds, Column, Completeness, Coverage, Date, Decimal, Frame, Interval, PanelKind,
    Timestamp, Values, WallTime, ZoneOffsets,
};
use std::collections::{BTreeMap, BTreeSet};

/// The rows of a frame, by series and point.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeriesOrder {
    /// For each series its points in order; for each point its rows.
    pub series: Vec<Vec<Vec<usize>>>,
    additivity: Vec<Additivity>,
    /// Whether each row is of a partial bucket; empty if none is.
    parts: Vec<bool>,
}

/// What determines series and their order.
#[derive(Debug, Clone, Copy)]
pub struct SeriesRules<'a> {
    /// How the frame is drawn.
    pub kind: &'a PanelKind,
    /// Whether each of its columns adds up.
    pub additivity: &'a [Additivity],
    /// What its buckets cover.
    pub bounds: Bounds,
    /// The width of its buckets.
    pub interval: Interval,
    /// Which of them are whole.
    pub coverage: Option<&'a Coverage>,
    /// The dashboard's zone.
    pub zone: &'a ZoneOffsets,
}

impl SeriesOrder {
    /// Every row is a point of one series.
    pub fn of_rows(frame: &Frame) -> Self {
        let points = (0..frame.rows()).map(|row| vec![row]).collect();
        Self { series: vec![points], additivity: Vec::new(), parts: Vec::new() }
    }

    /// Whether a point with these rows is of a partial bucket.
    pub fn is_part(&self, rows: &[usize]) -> bool {
        rows.first().is_some_and(|row| self.parts.get(*row).copied().unwrap_or(false))
    }

    /// Whether the column `at` adds up.
    pub fn adds(&self, at: usize) -> bool {
        of_column(&self.additivity, at).adds()
    }
}

impl SeriesRules<'_> {
    /// `frame`, with a row added for each bucket and series that has none, where columns are computed
    /// along the buckets; and the order of its series.
    pub fn ordered(&self, frame: &Frame, computed: &[Computed]) -> (Frame, SeriesOrder) {
        let Some((empty, is_to_scale)) = series_options(self.kind) else {
            let parts = whole_buckets::parts(frame, self.coverage, self.zone);
            return (frame.clone(), SeriesOrder { parts, ..SeriesOrder::of_rows(frame) });
        };
        let is_along = computed.iter().any(|computed| computed.kind != ComputedKind::Share);
        let filled = is_along.then(|| self.filled(frame, empty)).flatten();
        let frame = filled.unwrap_or_else(|| frame.clone());
        let order = self.order(&frame, is_to_scale);
        let parts = whole_buckets::parts(&frame, self.coverage, self.zone);
        (frame, SeriesOrder { parts, ..order })
    }

    fn order(&self, frame: &Frame, is_to_scale: bool) -> SeriesOrder {
        let additivity = self.additivity.to_vec();
        let Some(x) = frame.columns().first() else {
            return SeriesOrder::of_rows(frame);
        };
        let roles = Roles::of(frame, self.additivity);
        let (of_series, _) = numbered(&frame.columns()[roles.names], frame.rows());
        let (of_points, _) = numbered(std::slice::from_ref(x), frame.rows());
        let mut series: Vec<Vec<(usize, Vec<usize>)>> = Vec::new();
        let mut known: BTreeMap<(usize, usize), usize> = BTreeMap::new();
        for (row, (one, point)) in of_series.into_iter().zip(of_points).enumerate() {
            if one == series.len() {
                series.push(Vec::new());
            }
            let next = series[one].len();
            let at = *known.entry((one, point)).or_insert(next);
            if at == next {
                series[one].push((row, Vec::new()));
            }
            series[one][at].1.push(row);
        }
        for points in &mut series {
            match &x.values {
                values if values.is_time() => {
                    points.sort_by_key(|(row, _)| values.placed(*row, self.zone));
                }
                values if is_to_scale && values.is_number() => points.sort_by(|a, b| {
                    let number = |row| values.number(row).unwrap_or(f64::INFINITY);
                    number(a.0).total_cmp(&number(b.0))
                }),
                _ => {}
            }
        }
        let series = series.into_iter().map(|points| points.into_iter().map(|p| p.1).collect());
        SeriesOrder { series: series.collect(), additivity, parts: Vec::new() }
    }

    /// `instants` in the type of `x`: instants, dates, or wall-clock times.
    fn on_the_calendar_of(
        &self,
        x: &Values,
        instants: impl Iterator<Item = Option<Timestamp>>,
    ) -> Values {
        match x {
            Values::Date(_) => {
                let date = |at: Option<Timestamp>| Some(Date::of(self.zone.local(at?).date()));
                Values::Date(instants.map(date).collect())
            }
            Values::WallTime(_) => {
                let shown = |at: Option<Timestamp>| Some(WallTime::of(self.zone.local(at?)));
                Values::WallTime(instants.map(shown).collect())
            }
            _ => Values::Time(instants.collect()),
        }
    }

    /// The frame with its empty buckets, up to the last one that has a row or is over, but none after the
    /// data's end; `None` where x is not a bucket.
    fn filled(&self, frame: &Frame, empty: Option<EmptyBucket>) -> Option<Frame> {
        let columns = frame.columns();
        let x = &columns.first()?.values;
        if !x.is_time() {
            return None;
        }
        let times: Vec<Option<Timestamp>> =
            (0..x.len()).map(|row| x.placed(row, self.zone)).collect();
        let mut buckets = self.interval.buckets(self.bounds, self.zone);
        buckets.retain(|start| self.coverage.is_none_or(|c| c.has_place(*start)));
        let places: Option<Vec<usize>> =
            times.iter().map(|at| buckets.binary_search(at.as_ref()?).ok()).collect();
        let places = places?;
        let over = self.coverage.map_or(0, |c| buckets.partition_point(|at| *at < c.whole_to));
        let end = over.max(*places.iter().max()? + 1);
        let roles = Roles::of(frame, self.additivity);
        let (of_series, first) = numbered(&columns[roles.names.clone()], frame.rows());
        let known: BTreeSet<(usize, usize)> =
            places.iter().copied().zip(of_series.iter().copied()).collect();
        // The rows of each bucket, then its series without one.
        let mut order: Vec<Source> = Vec::new();
        let mut rows: Vec<Vec<usize>> = vec![Vec::new(); end];
        for (row, place) in places.iter().enumerate() {
            rows[*place].push(row);
        }
        for (place, rows) in rows.into_iter().enumerate() {
            order.extend(rows.into_iter().map(Source::Row));
            let is_ahead = self
                .coverage
                .is_some_and(|c| c.completeness(buckets[place]) == Completeness::Ahead);
            let missing =
                (0..first.len()).filter(|series| !is_ahead && !known.contains(&(place, *series)));
            order.extend(missing.map(|series| Source::Bucket { place, series }));
        }
        if places.windows(2).any(|pair| pair[0] > pair[1]) && places.first() > places.last() {
            order.reverse();
        }
        if order.iter().all(|source| matches!(source, Source::Row(_))) {
            return None;
        }
        let filled = Filled { order: &order, of_series: &of_series, first: &first };
        let column = |(at, column): (usize, &Column)| {
            let values = match at {
                0 => self.on_the_calendar_of(x, order.iter().map(|one| one.time(&times, &buckets))),
                at if roles.names.contains(&at) => filled.names(&column.values),
                at => {
                    let usual = of_column(self.additivity, at).empty();
                    filled.numbers(&column.values, empty.unwrap_or(usual))
                }
            };
            Column { name: column.name.clone(), values }
        };
        Frame::new(columns.iter().enumerate().map(|(at, one)| column((at, one))).collect()).ok()
    }
}

/// How the panel treats empty buckets, and whether numbers on x are to scale; `None` for kinds without
/// series.
fn series_options(kind: &PanelKind) -> Option<(Option<EmptyBucket>, bool)> {
    match kind {
        PanelKind::Line(options) => Some((options.empty, true)),
        PanelKind::Area(options) => Some((options.empty, true)),
        PanelKind::Bar(options) => Some((options.empty, false)),
        PanelKind::Histogram(options) => Some((options.empty, false)),
        PanelKind::Stat(_)
        | PanelKind::Donut(_)
        | PanelKind::Heatmap(_)
        | PanelKind::Scatter(_)
        | PanelKind::Table(_)
        | PanelKind::Gauge(_) => None,
    }
}

/// Where a row of a filled frame comes from.
#[derive(Debug, Clone, Copy)]
enum Source {
    Row(usize),
    Bucket { place: usize, series: usize },
}

impl Source {
    fn time(self, times: &[Option<Timestamp>], buckets: &[Timestamp]) -> Option<Timestamp> {
        match self {
            Self::Row(row) => times[row],
            Self::Bucket { place, .. } => Some(buckets[place]),
        }
    }
}

struct Filled<'a> {
    order: &'a [Source],
    /// The series of each row, and the first row of each series.
    of_series: &'a [usize],
    first: &'a [usize],
}

impl Filled<'_> {
    /// The names of the series.
    fn names(&self, values: &Values) -> Values {
        let row = |source: &Source| match source {
            Source::Row(row) => Some(*row),
            Source::Bucket { series, .. } => Some(self.first[*series]),
        };
        picked(values, self.order.iter().map(row), None)
    }

    /// Numbers, and what an empty bucket is.
    fn numbers(&self, values: &Values, empty: EmptyBucket) -> Values {
        let mut before: Vec<Option<usize>> = vec![None; self.first.len()];
        let row = |source: &Source| match source {
            Source::Row(row) => {
                before[self.of_series[*row]] = Some(*row);
                Some(*row)
            }
            Source::Bucket { series, .. } if empty == EmptyBucket::Carry => before[*series],
            Source::Bucket { .. } => None,
        };
        let is_empty = |i: &usize| matches!(self.order[*i], Source::Bucket { .. });
        let zeros: Vec<usize> = match empty == EmptyBucket::Zero && values.is_number() {
            true => (0..self.order.len()).filter(is_empty).collect(),
            false => Vec::new(),
        };
        picked(values, self.order.iter().map(row), Some(&zeros))
    }
}

/// The cells in these rows, NULL where there is none, and 0 at `zeros`.
fn picked(
    values: &Values,
    rows: impl Iterator<Item = Option<usize>>,
    zeros: Option<&[usize]>,
) -> Values {
    fn of<T: Clone>(
        cells: &[Option<T>],
        rows: impl Iterator<Item = Option<usize>>,
        zeros: Option<(&[usize], T)>,
    ) -> Vec<Option<T>> {
        let mut picked: Vec<Option<T>> = rows.map(|row| cells[row?].clone()).collect();
        if let Some((zeros, zero)) = zeros {
            for at in zeros {
                picked[*at] = Some(zero.clone());
            }
        }
        picked
    }
    match values {
        Values::Int(cells) => Values::Int(of(cells, rows, zeros.map(|zeros| (zeros, 0)))),
        Values::Float(cells) => Values::Float(of(cells, rows, zeros.map(|zeros| (zeros, 0.0)))),
        Values::Decimal(cells) => {
            let zero = zeros.map(|zeros| (zeros, Decimal::from_scaled(0, 0)));
            Values::Decimal(of(cells, rows, zero))
        }
        Values::Bool(cells) => Values::Bool(of(cells, rows, None)),
        Values::Text(cells) => Values::Text(of(cells, rows, None)),
        Values::Time(cells) => Values::Time(of(cells, rows, None)),
        Values::Date(cells) => Values::Date(of(cells, rows, None)),
        Values::WallTime(cells) => Values::WallTime(of(cells, rows, None)),
    }
}
