//! [`PanelPlan`]: the checked and bound statements of a panel. Pure.

use crate::planned_rollup::PlannedRollup;
use crate::window::Window;
use brisk_domain::{Access, Bounds, EarlierPeriod, Interval, Panel, Query, SourceName, ViewState};
use brisk_source::{Context, RangeUse, Statement, StatementError, Target};
use std::sync::Arc;

/// The statements of one panel for one view.
#[derive(Debug, Clone)]
pub struct PanelPlan {
    /// The panel's statement.
    pub main: Arc<PlannedStatement>,
    /// The same statement over the bounds to compare with, if there is an instant in them.
    pub previous: Option<Arc<PlannedStatement>>,
    /// The statement of a stat's sparkline.
    pub sparkline: Option<Arc<PlannedStatement>>,
    /// Runs instead of both, where one scan gives the figure and its sparkline.
    pub together: Option<Arc<PlannedStatement>>,
    /// Asks whether the data reach back to the period to compare with.
    pub beginning: Option<Arc<PlannedStatement>>,
    /// The width of the panel's buckets.
    pub interval: Interval,
    /// The width of the sparkline's buckets.
    pub sparkline_interval: Interval,
    /// The period to compare with.
    pub earlier: Option<EarlierPeriod>,
}

/// One statement, and how to read its columns.
#[derive(Debug, Clone, PartialEq)]
pub struct PlannedStatement {
    /// The source that runs it.
    pub source: SourceName,
    /// The revision of the source that it was planned for.
    pub revision: Arc<str>,
    /// The statement.
    pub statement: Statement,
    /// Integer columns that count units of 10^-scale.
    pub scales: Vec<(String, u8)>,
    /// The rollups it reads, which must be current before it runs.
    pub rollups: Vec<Arc<PlannedRollup>>,
    /// Whether the panel can do without it: a failure is then a frame without columns.
    pub is_optional: bool,
}

/// Finds the rollup of that name for statements on that source, or says why there is none.
pub type FindRollup<'a> = &'a dyn Fn(&SourceName, &str) -> Result<Arc<PlannedRollup>, String>;

/// Plans `panel` for `view` in `window`, under `access`.
pub fn panel(
    panel: &Panel,
    view: &ViewState,
    window: &Window,
    access: &Access,
    target: impl Into<Target>,
    rollups: FindRollup<'_>,
) -> Result<PanelPlan, StatementError> {
    let target = on_clock_of(window, target.into());
    let interval = panel.interval.unwrap_or(window.interval);
    let compile =
        |query: &Query, bounds: Bounds| -> Result<Arc<PlannedStatement>, StatementError> {
            let statement = brisk_source::compile(
                query,
                target.clone(),
                &Context {
                    bounds,
                    interval,
                    zone: &window.zone,
                    offsets: &window.offsets,
                    variables: &view.variables,
                    access,
                },
            )?;
            let scaled = panel.columns.iter().filter(|column| column.scale > 0);
            let scales = scaled.map(|column| (column.name.clone(), column.scale));
            let source = (&panel.source, &target.revision);
            planned(source, statement, scales.collect(), rollups).map(Arc::new)
        };
    let main = compile(&panel.query, window.bounds)?;
    if let Some(compare) = panel.compare.filter(|_| main.statement.range == RangeUse::default()) {
        return Err(main.statement.refuse(format!(
            "\"compare\" has the same rows in both periods, as the statement does not read the range: limit it \
             by $range(…), or take \"compare\" (the {}) away",
            compare.label()
        )));
    }
    // The width that the statement's own buckets have applies: otherwise a day would be drawn as an hour.
    let interval =
        main.width_of_column().or(panel.interval).or(main.statement.interval).unwrap_or(interval);
    let is_along = has_buckets(&panel.query) || !main.statement.buckets.is_empty();
    let buckets = is_along.then_some(interval);
    let earlier = panel.compare.map(|compare| {
        let (bounds, elapsed_to) = (window.bounds, window.elapsed_to);
        compare.period(&view.range, bounds, elapsed_to, buckets, &window.offsets)
    });
    // A count over no time is 0, which says nothing about a day that there was not.
    let has_time =
        |earlier: &EarlierPeriod| !earlier.bounds.is_empty() && !window.bounds.is_empty();
    let compared = earlier.filter(has_time);
    let sparkline =
        panel.kind.sparkline().map(|query| compile(query, window.bounds)).transpose()?;
    // The panel's own statements are known to compile by now.
    let together = panel.kind.sparkline().and_then(|line| {
        let both = brisk_source::with_total(&panel.query, line, target.dialect)?;
        compile(&both, window.bounds).ok()
    });
    let own = |sparkline: &Arc<PlannedStatement>| {
        sparkline.width_of_column().or(panel.interval).or(sparkline.statement.interval)
    };
    let sparkline_interval = sparkline.as_ref().and_then(own).unwrap_or(interval);
    // If it does not compile, the answer is unknown: no author wrote it.
    let beginning = compared.and_then(|earlier| {
        let query = main.statement.any_row.as_ref()?;
        let planned = compile(query, earlier.before(&window.offsets)).ok()?;
        let planned = Arc::unwrap_or_clone(planned);
        Some(Arc::new(PlannedStatement { scales: Vec::new(), is_optional: true, ..planned }))
    });
    Ok(PanelPlan {
        main,
        beginning,
        previous: compared.map(|earlier| compile(&panel.query, earlier.bounds)).transpose()?,
        sparkline,
        together,
        interval,
        sparkline_interval,
        earlier,
    })
}

impl PlannedStatement {
    /// The width that the statement gives the buckets which it returns. Buckets that it only groups again by another
    /// one are not among them.
    pub(crate) fn width_of_column(&self) -> Option<Interval> {
        self.statement.interval.filter(|_| !self.statement.buckets.is_empty())
    }
}

/// Whether the statement groups by the interval: by Brisk's macro, or by an expression of its own.
fn has_buckets(query: &Query) -> bool {
    query.sql.contains("$bucket") || query.sql.contains(":interval")
}

/// Plans the statement that lists a variable's choices.
pub fn choices(
    query: &Query,
    source: &SourceName,
    view: &ViewState,
    window: &Window,
    access: &Access,
    target: impl Into<Target>,
    rollups: FindRollup<'_>,
) -> Result<PlannedStatement, StatementError> {
    let target = on_clock_of(window, target.into());
    let context = Context {
        bounds: window.bounds,
        interval: window.interval,
        zone: &window.zone,
        offsets: &window.offsets,
        variables: &view.variables,
        access,
    };
    let revision = Arc::clone(&target.revision);
    let statement = brisk_source::compile(query, target, &context)?;
    planned((source, &revision), statement, Vec::new(), rollups)
}

/// Results are shown on the clock of the window; its columns were written on the dashboard's own.
fn on_clock_of(window: &Window, target: Target) -> Target {
    match &window.written_in {
        Some(zone) => Target { clocks: target.clocks.written_in(zone), ..target },
        None => target,
    }
}

fn planned(
    (source, revision): (&SourceName, &Arc<str>),
    statement: Statement,
    scales: Vec<(String, u8)>,
    find: FindRollup<'_>,
) -> Result<PlannedStatement, StatementError> {
    let found = statement
        .rollups()
        .map(|name| find(source, name).map_err(|message| statement.refuse_rollup(name, message)));
    let rollups = found.collect::<Result<_, _>>()?;
    let (source, revision) = (source.clone(), Arc::clone(revision));
    Ok(PlannedStatement { source, revision, statement, scales, rollups, is_optional: false })
}
