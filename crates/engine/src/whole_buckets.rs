//! Which time buckets of a panel's frames are whole, and frames without those that are not. Pure.

use crate::plan::{PanelPlan, PlannedStatement};
use crate::window::Window;
use brisk_domain::point::of_column;
use brisk_domain::{
    Additivity, Bounds, Coverage, Edges, Frame, Interval, Panel, PanelKind, Reach, Timestamp,
    Values, ZoneOffsets,
};
use std::collections::BTreeSet;

/// What decides about the buckets of one statement.
pub(crate) struct BucketRules<'a> {
    pub(crate) panel: &'a Panel,
    pub(crate) statement: &'a PlannedStatement,
    /// The bounds that it was bound to.
    pub(crate) bounds: Bounds,
    /// The width of its buckets.
    pub(crate) interval: Interval,
    /// Whether it is a small line.
    pub(crate) is_sparkline: bool,
    pub(crate) zone: &'a ZoneOffsets,
}

impl BucketRules<'_> {
    /// The coverage of `frame`, whose data end at `data_end`; `None` if it is not along buckets.
    pub(crate) fn coverage(&self, frame: &Frame, data_end: Timestamp) -> Option<Coverage> {
        if self.panel.edges == Edges::Whole {
            return None;
        }
        let column = (0..frame.columns().len()).find(|at| self.holds_buckets(frame, *at));
        if column.is_none() && !has_buckets(self.statement) {
            return None;
        }
        let interval = self.width_of(frame, column);
        let range = self.statement.statement.range;
        let mut reach = Reach {
            from: range.from.then_some(self.bounds.from),
            to: range.to.then_some(self.bounds.to),
            data_end,
        };
        // The range may limit another column than the one that is grouped by.
        let starts = column.map(|at| starts(&frame.columns()[at].values, self.zone));
        if !starts.iter().flatten().all(|start| reach.touches(*start, interval, self.zone)) {
            reach = reach.without_range();
        }
        let is_trimmed = self.panel.edges == Edges::Trim;
        Some(Coverage { column, is_trimmed, ..Coverage::of(reach, interval, self.zone) })
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
        let names = frame.columns().iter().map(|column| column.name.as_str());
        let is_key = of_column(&statement.additivity.of(names), at) == Additivity::Key;
        let is_along = self.is_sparkline || is_along_time(&self.panel.kind);
        let is_meant = match is_named || statement.query.sql.contains(":interval") {
            // Rows of a table are buckets where it is grouped by them.
            true => is_key || is_along,
            // A date is a day; an instant may be any reading's.
            false => at == 0 && is_along && (is_key || matches!(column.values, Values::Date(_))),
        };
        let interval = self.width_of(frame, Some(at));
        let is_start = |start: &Timestamp| interval.is_start(*start, self.zone);
        is_meant && {
            let starts = starts(&column.values, self.zone);
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

/// The instants of a column, each once.
fn starts(values: &Values, zone: &ZoneOffsets) -> BTreeSet<Timestamp> {
    (0..values.len()).filter_map(|row| values.placed(row, zone)).collect()
}

/// Whether each row of `frame` is of a bucket that is not whole; empty if there are no buckets.
pub(crate) fn parts(frame: &Frame, coverage: Option<&Coverage>, zone: &ZoneOffsets) -> Vec<bool> {
    let found = coverage.and_then(|coverage| Some((coverage, coverage.column?)));
    let column = found.and_then(|(coverage, at)| Some((coverage, frame.columns().get(at)?)));
    let Some((coverage, column)) = column else { return Vec::new() };
    let values = &column.values;
    let is_part = |row| values.placed(row, zone).is_some_and(|start| !coverage.is_whole(start));
    (0..frame.rows()).map(is_part).collect()
}

/// `frame` without the rows of buckets that are not whole; `coverage` says how many buckets that are.
pub(crate) fn trimmed(frame: &Frame, coverage: &mut Coverage, zone: &ZoneOffsets) -> Frame {
    let parts = parts(frame, Some(coverage), zone);
    if !parts.contains(&true) {
        return frame.clone();
    }
    if let Some(column) = coverage.column.and_then(|at| frame.columns().get(at)) {
        let left_out = starts(&column.values, zone);
        coverage.left_out = left_out.iter().filter(|start| !coverage.is_whole(**start)).count();
    }
    let rows: Vec<usize> = (0..frame.rows()).filter(|row| !parts[*row]).collect();
    frame.of_rows(&rows)
}

/// What the frames of `plan` show besides their entries' data: where a dashboard's own "now" ends them.
pub(crate) fn edition(plan: &PanelPlan, window: &Window) -> Option<String> {
    let reach = Reach { from: None, to: Some(window.bounds.to), data_end: window.data_end? };
    let of = |interval| Coverage::of(reach, interval, &window.offsets);
    let coverage = [of(plan.interval), of(plan.sparkline_interval)];
    let parts = coverage.map(|coverage| {
        let Coverage { whole_to, ahead_from, is_under_way, .. } = coverage;
        format!("{} {} {is_under_way}", whole_to.0, ahead_from.0)
    });
    Some(parts.join(" "))
}
