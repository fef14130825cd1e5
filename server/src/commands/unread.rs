//! `brisk check` on statements that Brisk cannot read itself: their databases say whether they are SQL.

use super::explain::find_in;
use crate::assembly;
use crate::config::Settings;
use brisk_domain::variable_kind::Options;
use brisk_domain::{
    Access, Dashboard, Now, Query, Rollup, RollupName, SourceName, Timestamp, ViewState,
};
use brisk_engine::Window;
use brisk_engine::plan::{self, PlannedStatement};
use brisk_source::{Clocks, Dialect, SourceError, Target};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// What the databases say.
#[derive(Debug, Default)]
pub struct Answers {
    /// Statements that no database could be asked about.
    pub notes: Vec<String>,
    /// Statements that their database refuses.
    pub problems: Vec<String>,
}

/// Asks about the statements of `dashboard` that cannot be read here. None of them runs: it is prepared.
pub async fn ask(
    dashboard: &Dashboard,
    rollups: &BTreeMap<RollupName, Arc<Rollup>>,
    directory: &Path,
    settings: &Settings,
) -> Answers {
    let file = directory.join(format!("{}.toml", dashboard.slug));
    let mut answers = Answers::default();
    for (whose, source, planned) in planned(dashboard, rollups, settings) {
        let Some(unread) = &planned.statement.unread else { continue };
        let at = |line: u32, column: u32, message: &str| {
            format!("{}:{line}:{column}: {whose}: {message}", file.display())
        };
        let (line, column) = (unread.reason.line, unread.reason.column);
        let asked = match assembly::source(settings, &source) {
            Ok(opened) => opened.explain(&planned.statement).await.map(|_| ()),
            Err(error) => Err(SourceError::Unavailable(format!("{error:#}"))),
        };
        match asked {
            Ok(()) => {}
            Err(SourceError::Statement(error)) => {
                answers.problems.push(at(error.line, error.column, &error.message));
            }
            Err(SourceError::Unavailable(_)) => {
                let reason = &unread.reason.message;
                let message = format!("could not be read without the database ({reason})");
                answers.notes.push(at(line, column, &message));
            }
            Err(error) => answers.problems.push(at(line, column, &error.to_string())),
        }
    }
    answers
}

/// The statements of `dashboard` for the view that opens first, in the dialects of their sources. What is
/// wrong with others is said elsewhere.
fn planned(
    dashboard: &Dashboard,
    rollups: &BTreeMap<RollupName, Arc<Rollup>>,
    settings: &Settings,
) -> Vec<(String, SourceName, Arc<PlannedStatement>)> {
    let view = ViewState::default_of(dashboard);
    let now = Timestamp::from_seconds(1_700_000_000);
    let Ok(window) = Window::of(dashboard, &view, now) else { return Vec::new() };
    let access = Access::anybody();
    let target = |source: &SourceName| match settings.sources.get(source) {
        Some(declared) => declared.location.as_ref().ok().map(|location| Target {
            dialect: location.dialect(),
            clocks: Clocks::new(Arc::new(declared.wall_clocks.clone())),
        }),
        None => Some(Dialect::Sqlite.into()),
    };
    let mut all = Vec::new();
    let mut add = |whose: String, source: &SourceName, query: &Query| {
        let Some(target) = target(source) else { return };
        let find = find_in(rollups, target.clone(), "");
        let planned = plan::choices(query, source, &view, &window, &access, target, &find);
        all.extend(planned.ok().map(|planned| (whose, source.clone(), Arc::new(planned))));
    };
    if let Now::Newest { source, query } = &dashboard.now {
        add("\"now\"".to_owned(), source, query);
    }
    for variable in &dashboard.variables {
        if let Some(Options::Query { source, query }) = variable.kind.options() {
            add(format!("variable \"{}\"", variable.name), source, query);
        }
    }
    for panel in &dashboard.panels {
        for query in [Some(&panel.query), panel.kind.sparkline()].into_iter().flatten() {
            add(format!("panel \"{}\"", panel.id), &panel.source, query);
        }
    }
    all
}
