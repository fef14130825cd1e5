//! Notes on options of a panel that have no effect on what its statements returned. Those that never have one are
//! problems of its file. Pure.

use crate::plan::PanelPlan;
use crate::whole_buckets::BucketRules;
use brisk_domain::panel_kind::{Area, Bar, EmptyBucket, Histogram, Line};
use brisk_domain::{Edges, Frame, Panel, PanelKind, Timestamp};

/// What a panel's statements returned, each with the rules of its buckets.
pub(crate) struct Returned<'a> {
    pub(crate) main: (&'a Frame, BucketRules<'a>),
    pub(crate) sparkline: Option<(&'a Frame, BucketRules<'a>)>,
    /// Where the data end.
    pub(crate) data_end: Timestamp,
}

/// A sentence for each such option, without its full stop; none for a frame without rows, of which nothing is
/// known.
pub(crate) fn notes(panel: &Panel, plan: &PanelPlan, returned: &Returned<'_>) -> Vec<String> {
    let (frame, rules) = &returned.main;
    if frame.rows() == 0 {
        return Vec::new();
    }
    let mut notes = Vec::new();
    let is_bucketed = |(frame, rules): &(&Frame, BucketRules<'_>)| {
        let buckets = rules.buckets(frame, returned.data_end);
        buckets.is_some_and(|coverage| coverage.column.is_some())
    };
    let has_buckets = || {
        [Some(&returned.main), returned.sparkline.as_ref()].into_iter().flatten().any(is_bucketed)
    };
    if panel.edges != Edges::Mark && !has_buckets() {
        notes
            .push("\"edges\" has no effect: no column of the result holds time buckets".to_owned());
    }
    if let Some(interval) = panel.interval.filter(|_| !panel.title.contains("{interval}")) {
        let statements = [Some(&plan.main), plan.sparkline.as_ref()].into_iter().flatten();
        let is_read = |sql: &str| sql.contains(":interval");
        let mut widths =
            statements.map(|one| (one.width_of_column(), is_read(&one.statement.query.sql)));
        let is_other =
            widths.all(|(width, is_read)| !is_read && width.is_some_and(|width| width != interval));
        let has_times = || frame.columns().iter().any(|column| column.values.is_time());
        if is_other {
            notes.push(
                "\"interval\" has no effect: the statement says how wide its time buckets are"
                    .to_owned(),
            );
        } else if !has_buckets() && !has_times() && !reads_interval(plan) {
            notes.push("\"interval\" has no effect: the statement has no time buckets".to_owned());
        }
    }
    if empty(&panel.kind).is_some() && !may_be_filled(&panel.kind, frame, rules) {
        notes.push(
            "\"empty\" has no effect: the first column does not hold the starts of the range's time buckets"
                .to_owned(),
        );
    }
    notes
}

/// Whether the interval is bound or written into one of the statements.
fn reads_interval(plan: &PanelPlan) -> bool {
    let statements = [Some(&plan.main), plan.sparkline.as_ref()].into_iter().flatten();
    let mut sql = statements.map(|one| &one.statement.query.sql);
    sql.any(|sql| sql.contains(":interval") || sql.contains("$bucket"))
}

/// What the author says of buckets without a row.
fn empty(kind: &PanelKind) -> Option<EmptyBucket> {
    match kind {
        PanelKind::Line(Line { empty })
        | PanelKind::Area(Area { empty, .. })
        | PanelKind::Bar(Bar { empty, .. })
        | PanelKind::Histogram(Histogram { empty }) => *empty,
        PanelKind::Stat(_)
        | PanelKind::Donut(_)
        | PanelKind::Heatmap(_)
        | PanelKind::Scatter(_)
        | PanelKind::Table(_)
        | PanelKind::Gauge(_) => None,
    }
}

/// Whether a place along x may have no row.
fn may_be_filled(kind: &PanelKind, frame: &Frame, rules: &BucketRules<'_>) -> bool {
    let Some(x) = frame.columns().first().map(|column| &column.values) else { return false };
    if !x.is_time() {
        // Bars leave room for missing bins.
        let has_bins = match kind {
            PanelKind::Histogram(_) => true,
            PanelKind::Bar(bar) => !bar.horizontal,
            _ => false,
        };
        return has_bins && x.is_number();
    }
    let buckets = rules.interval.buckets(rules.bounds, rules.zone);
    let mut places = (0..frame.rows()).filter_map(|row| x.placed(row, rules.zone));
    places.all(|at| buckets.binary_search(&at).is_ok())
}
