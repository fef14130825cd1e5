//! Which time buckets of a panel's frames are whole, and frames without those that are not. Pure.

use crate::plan::{PanelPlan, PlannedStatement};
use crate::window::Window;
use brisk_domain::point::of_column;
use brisk_domain::written_bucket;
use brisk_domain::{
    Additivity, Bounds, Coverage, Edges, Frame, Interval, Panel, PanelKind, Reach, Timestamp,
    Values, ZoneOffsets,
};
use brisk_source::WrittenBucket;
use std::collections::BTreeSet;

/// What determines the buckets of one statement.
pub(crate) struct BucketRules<'a> {
    pub(crate) panel: &'a Panel,
    pub(crate) statement: &'a PlannedStatement,
    /// The bounds that it was bound to.
    pub(crate) bounds: Bounds,
    /// The width of its buckets.
    pub(crate) interval: Interval,
    /// Whether it is a sparkline's.
    pub(crate) is_sparkline: bool,
    pub(crate) zone: &'a ZoneOffsets,
}

impl BucketRules<'_> {
    /// The coverage of `frame`, whose data end at `data_end`; `None` if it is not along buckets.
    pub(crate) fn coverage(&self, frame: &Frame, data_end: Timestamp) -> Option<Coverage> {
        match self.panel.edges {
            Edges::Whole => None,
            Edges::Mark | Edges::Trim => self.buckets(frame, data_end),
        }
    }

    /// The same, whatever the panel makes of parts.
    pub(crate) fn buckets(&self, frame: &Frame, data_end: Timestamp) -> Option<Coverage> {
        let all = 0..frame.columns().len();
        let held = all.clone().find(|at| self.holds_buckets(frame, *at));
        let written =
            all.clone().filter(|_| held.is_none()).find_map(|at| self.names_buckets(frame, at));
        if held.is_none() && written.is_none() && !has_buckets(self.statement) {
            return None;
        }
        let utc = ZoneOffsets::utc();
        let is_in_utc = written.is_some_and(|(_, written)| written.is_in_utc);
        let zone = if is_in_utc { &utc } else { self.zone };
        let column = held.or(written.map(|(at, _)| at));
        let interval =
            written.map_or_else(|| self.width_of(frame, held), |(_, written)| written.width);
        let range = self.statement.statement.range;
        let reach = Reach {
            from: range.from.then_some(self.bounds.from),
            to: range.to.then_some(self.bounds.to),
            data_end,
        };
        let is_trimmed = self.panel.edges == Edges::Trim;
        let of = |reach| Coverage {
            column,
            is_in_utc,
            is_trimmed,
            ..Coverage::of(reach, interval, zone)
        };
        let coverage = of(reach);
        let starts = column.map(|at| starts(&frame.columns()[at].values, &coverage, self.zone));
        if starts.iter().flatten().all(|start| reach.touches(*start, interval, zone)) {
            return Some(coverage);
        }
        // The range limits a column other than the grouped one: then what the names mean is unknown.
        written.is_none().then(|| of(reach.without_range()))
    }

    /// Whether texts or numbers in the column `at` name buckets, one per row or grouped by them.
    fn names_buckets(&self, frame: &Frame, at: usize) -> Option<(usize, &WrittenBucket)> {
        let written = self.statement.statement.written.as_ref()?;
        let column = &frame.columns()[at];
        let is_it = column.name.eq_ignore_ascii_case(&written.column) && !column.values.is_time();
        let is_along = at == 0 && (self.is_sparkline || is_along_time(&self.panel.kind));
        if !is_it || !(is_along || self.is_key(frame, at)) {
            return None;
        }
        let zone = if written.is_in_utc { &ZoneOffsets::utc() } else { self.zone };
        let is_null = |row| column.values.exact(row).is_none();
        let is_start = |row| {
            let start = written_bucket::start(&column.values, row, zone);
            start.is_some_and(|start| written.width.is_start(start, zone))
        };
        let are_starts = (0..frame.rows()).all(|row| is_null(row) || is_start(row));
        (are_starts && !(0..frame.rows()).all(is_null)).then_some((at, written))
    }

    /// Whether the statement groups by the column `at`.
    fn is_key(&self, frame: &Frame, at: usize) -> bool {
        let names = frame.columns().iter().map(|column| column.name.as_str());
        of_column(&self.statement.statement.additivity.of(names), at) == Additivity::Key
    }

    /// Whether the column `at` holds the starts of buckets.
    fn holds_buckets(&self, frame: &Frame, at: usize) -> bool {
        let column = &frame.columns()[at];
        if !column.values.is_time() {
            return false;
        }
        let statement = &self.statement.statement;
        let name = column.name.to_lowercase();
        let is_named = statement.buckets.iter().any(|bucket| bucket.to_lowercase() == name);
        let is_key = self.is_key(frame, at);
        let is_along = self.is_sparkline || is_along_time(&self.panel.kind);
        let is_meant = match is_named || statement.query.sql.contains(":interval") {
            // Rows of a table are buckets where it is grouped by them.
            true => is_key || is_along,
            // A date is a day; an instant may be that of any reading.
            false => at == 0 && is_along && (is_key || matches!(column.values, Values::Date(_))),
        };
        let interval = self.width_of(frame, Some(at));
        let is_start = |start: &Timestamp| interval.is_start(*start, self.zone);
        is_meant && {
            let placed = (0..frame.rows()).filter_map(|row| column.values.placed(row, self.zone));
            let starts: BTreeSet<Timestamp> = placed.collect();
            !starts.is_empty() && starts.iter().all(is_start)
        }
    }

    /// The width of the buckets of a column: dates are days at least.
    fn width_of(&self, frame: &Frame, column: Option<usize>) -> Interval {
        let is_date = |at: usize| matches!(frame.columns()[at].values, Values::Date(_));
        match column.is_some_and(is_date) {
            true => self.interval.max(Interval::Day),
            false => self.interval,
        }
    }
}

/// Whether the statement groups by time buckets: by Brisk's macro, or by expressions of its own.
fn has_buckets(planned: &PlannedStatement) -> bool {
    let (statement, sql) = (&planned.statement, &planned.statement.query.sql);
    !statement.buckets.is_empty() || sql.contains("$bucket") || sql.contains(":interval")
}

/// Whether the first column of that kind's frames is x, along which points stand.
fn is_along_time(kind: &PanelKind) -> bool {
    match kind {
        PanelKind::Line(_)
        | PanelKind::Area(_)
        | PanelKind::Bar(_)
        | PanelKind::Histogram(_)
        | PanelKind::Heatmap(_) => true,
        PanelKind::Stat(_)
        | PanelKind::Donut(_)
        | PanelKind::Scatter(_)
        | PanelKind::Table(_)
        | PanelKind::Gauge(_) => false,
    }
}

/// The starts of a column's buckets, each once.
fn starts(values: &Values, coverage: &Coverage, zone: &ZoneOffsets) -> BTreeSet<Timestamp> {
    (0..values.len()).filter_map(|row| coverage.start(values, row, zone)).collect()
}

/// Whether each row of `frame` is of a partial bucket; empty if there are no buckets.
pub(crate) fn parts(frame: &Frame, coverage: Option<&Coverage>, zone: &ZoneOffsets) -> Vec<bool> {
    let found = coverage.and_then(|coverage| Some((coverage, coverage.column?)));
    let column = found.and_then(|(coverage, at)| Some((coverage, frame.columns().get(at)?)));
    let Some((coverage, column)) = column else { return Vec::new() };
    let values = &column.values;
    let start = |row| coverage.start(values, row, zone);
    let is_part = |row| start(row).is_some_and(|start| !coverage.is_whole(start));
    (0..frame.rows()).map(is_part).collect()
}

/// `frame` without the rows of partial buckets, the number of which is recorded in `coverage`.
pub(crate) fn trimmed(frame: &Frame, coverage: &mut Coverage, zone: &ZoneOffsets) -> Frame {
    let parts = parts(frame, Some(coverage), zone);
    if !parts.contains(&true) {
        return frame.clone();
    }
    if let Some(column) = coverage.column.and_then(|at| frame.columns().get(at)) {
        let left_out = starts(&column.values, coverage, zone);
        coverage.left_out = left_out.iter().filter(|start| !coverage.is_whole(**start)).count();
    }
    let rows: Vec<usize> = (0..frame.rows()).filter(|row| !parts[*row]).collect();
    frame.of_rows(&rows)
}

/// What the frames of `plan` depend on besides their entries' data: where a dashboard's own "now" ends
/// them.
pub(crate) fn edition(plan: &PanelPlan, window: &Window) -> Option<String> {
    let reach = Reach { from: None, to: Some(window.bounds.to), data_end: window.data_end? };
    let of = |interval| (interval, &window.offsets);
    let utc = ZoneOffsets::utc();
    let written = plan.main.statement.written.as_ref();
    let written = written.map(|w| (w.width, if w.is_in_utc { &utc } else { &window.offsets }));
    let all = [of(plan.interval), of(plan.sparkline_interval)].into_iter().chain(written);
    let parts = all.map(|(interval, zone)| {
        let coverage = Coverage::of(reach, interval, zone);
        let Coverage { whole_to, ahead_from, is_under_way, .. } = coverage;
        format!("{} {} {is_under_way}", whole_to.0, ahead_from.0)
    });
    Some(parts.collect::<Vec<_>>().join(" "))
}
