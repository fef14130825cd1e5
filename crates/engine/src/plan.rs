//! What a panel needs from its source: checked, bound statements. Pure.

use crate::planned_rollup::PlannedRollup;
use crate::window::Window;
use brisk_domain::{Access, Bounds, Interval, Panel, Query, SourceName, ViewState};
use brisk_source::{Context, Dialect, Statement, StatementError};
use std::sync::Arc;

/// The statements of one panel for one view.
#[derive(Debug, Clone)]
pub struct PanelPlan {
    /// The panel's statement.
    pub main: Arc<PlannedStatement>,
    /// The same statement over the compared bounds.
    pub previous: Option<Arc<PlannedStatement>>,
    /// A stat's small line.
    pub sparkline: Option<Arc<PlannedStatement>>,
    /// The width of the panel's buckets.
    pub interval: Interval,
    /// The compared bounds.
    pub previous_bounds: Option<Bounds>,
}

/// One statement, and how its columns are to be read.
#[derive(Debug, Clone, PartialEq)]
pub struct PlannedStatement {
    /// The source that runs it.
    pub source: SourceName,
    /// The statement.
    pub statement: Statement,
    /// Whole-number columns that count 10^-scale units.
    pub scales: Vec<(String, u8)>,
    /// The rollups that it reads, which have to be current before it runs.
    pub rollups: Vec<Arc<PlannedRollup>>,
}

/// The rollup of that name, for statements on that source; or why there is none.
pub type FindRollup<'a> = &'a dyn Fn(&SourceName, &str) -> Result<Arc<PlannedRollup>, String>;

/// Plans `panel` for `view` in `window`, as `access` may see it.
pub fn panel(
    panel: &Panel,
    view: &ViewState,
    window: &Window,
    access: &Access,
    dialect: Dialect,
    rollups: FindRollup<'_>,
) -> Result<PanelPlan, StatementError> {
    let interval = panel.interval.unwrap_or(window.interval);
    let compile =
        |query: &Query, bounds: Bounds| -> Result<Arc<PlannedStatement>, StatementError> {
            let statement = brisk_source::compile(
                query,
                dialect,
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
            planned(&panel.source, statement, scales.collect(), rollups).map(Arc::new)
        };
    let previous_bounds =
        panel.compare.map(|compare| window.bounds.compared(compare, &window.offsets));
    let main = compile(&panel.query, window.bounds)?;
    // What the statement's buckets are wins where the panel says nothing: else a day would be drawn as
    // an hour.
    let interval = panel.interval.or(main.statement.interval).unwrap_or(interval);
    Ok(PanelPlan {
        main,
        previous: previous_bounds.map(|bounds| compile(&panel.query, bounds)).transpose()?,
        sparkline: panel.kind.sparkline().map(|query| compile(query, window.bounds)).transpose()?,
        interval,
        previous_bounds,
    })
}

/// Plans the statement that lists a variable's choices.
pub fn choices(
    query: &Query,
    source: &SourceName,
    view: &ViewState,
    window: &Window,
    access: &Access,
    dialect: Dialect,
    rollups: FindRollup<'_>,
) -> Result<PlannedStatement, StatementError> {
    let context = Context {
        bounds: window.bounds,
        interval: window.interval,
        zone: &window.zone,
        offsets: &window.offsets,
        variables: &view.variables,
        access,
    };
    let statement = brisk_source::compile(query, dialect, &context)?;
    planned(source, statement, Vec::new(), rollups)
}

fn planned(
    source: &SourceName,
    statement: Statement,
    scales: Vec<(String, u8)>,
    find: FindRollup<'_>,
) -> Result<PlannedStatement, StatementError> {
    let found = statement
        .rollups()
        .map(|name| find(source, name).map_err(|message| statement.refuse_rollup(name, message)));
    let rollups = found.collect::<Result<_, _>>()?;
    Ok(PlannedStatement { source: source.clone(), statement, scales, rollups })
}
