//! `brisk check` on what only the databases know: whether a statement that Brisk cannot read itself is SQL,
//! and whether the functions that a statement calls on a server may be called.

use super::explain::find_in;
use crate::assembly;
use crate::config::{Location, Settings};
use brisk_domain::variable_kind::Options;
use brisk_domain::{
    Access, Dashboard, Now, Query, Rollup, RollupName, SourceName, Timestamp, ViewState,
};
use brisk_engine::Window;
use brisk_engine::plan::{self, PlannedStatement};
use brisk_source::{Clocks, Dialect, Source, SourceError, Target};
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

/// The sources that were asked, each opened once; `None` is one that does not answer.
#[derive(Default)]
pub struct Asked(BTreeMap<SourceName, Option<Source>>);

/// Asks about the statements of `dashboard`. None of them runs: what cannot be read here is prepared.
pub async fn ask(
    dashboard: &Dashboard,
    rollups: &BTreeMap<RollupName, Arc<Rollup>>,
    directory: &Path,
    settings: &Settings,
    sources: &mut Asked,
) -> Answers {
    let file = directory.join(format!("{}.toml", dashboard.slug));
    let mut answers = Answers::default();
    for (whose, name, planned) in planned(dashboard, rollups, settings) {
        let statement = &planned.statement;
        let unread = statement.unread.as_ref();
        if unread.is_none() && !is_server(settings, &name) {
            continue;
        }
        let at = |line: u32, column: u32, message: &str| {
            format!("{}:{line}:{column}: {whose}: {message}", file.display())
        };
        let source = sources.0.entry(name.clone());
        let source = source.or_insert_with(|| assembly::source(settings, &name).ok());
        let answer = match source {
            Some(source) if unread.is_some() => source.explain(statement).await.map(|_| ()),
            Some(source) => source.check(statement).await,
            None => Err(SourceError::Unavailable(String::new())),
        };
        let (line, column) = unread.map_or((statement.query.line.max(1), 1), |unread| {
            (unread.reason.line, unread.reason.column)
        });
        match answer {
            Ok(()) => {}
            Err(SourceError::Statement(error)) => {
                answers.problems.push(at(error.line, error.column, &error.message));
            }
            Err(SourceError::Unavailable(why)) => {
                // Said once.
                if source.take().is_some() && unread.is_none() {
                    answers.notes.push(format!(
                        "which functions the statements on source \"{name}\" call was not checked: {why}"
                    ));
                }
                if let Some(unread) = unread {
                    let reason = &unread.reason.message;
                    let message = format!("could not be read without the database ({reason})");
                    answers.notes.push(at(line, column, &message));
                }
            }
            Err(error) => answers.problems.push(at(line, column, &error.to_string())),
        }
    }
    answers
}

fn is_server(settings: &Settings, source: &SourceName) -> bool {
    let location = settings.sources.get(source).map(|source| &source.location);
    matches!(location, Some(Ok(Location::Postgres(_) | Location::MySql(_))))
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
