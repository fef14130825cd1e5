//! What `brisk check` asks databases: whether they accept the statements, whether the functions in them
//! may be called, and whether they return the columns that panels name. No statement runs.

use super::explain::find_in;
use super::named_columns::{at, named_wrongly};
use crate::assembly;
use crate::config::Settings;
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

/// What the databases answered.
#[derive(Debug, Default)]
pub struct Answers {
    /// What could not be checked.
    pub notes: Vec<String>,
    /// Statements that their database refuses, and columns that they do not return.
    pub problems: Vec<String>,
}

/// The databases, as far as they can be reached.
pub struct Databases<'a> {
    rollups: &'a BTreeMap<RollupName, Arc<Rollup>>,
    directory: &'a Path,
    settings: &'a Settings,
    /// Each is opened once; `None` for one that does not answer.
    opened: BTreeMap<SourceName, Option<Source>>,
}

/// A statement of a dashboard.
struct Asked {
    /// What it belongs to, for messages.
    whose: String,
    /// The index of its panel.
    panel: Option<usize>,
    source: SourceName,
    planned: Arc<PlannedStatement>,
}

/// A database's answer about a statement.
enum Answer {
    Columns(Vec<String>),
    Refused(SourceError),
    /// It cannot be asked, or does not say.
    None,
}

impl<'a> Databases<'a> {
    /// The databases of `settings`, for the dashboards in `directory`.
    pub fn of(
        rollups: &'a BTreeMap<RollupName, Arc<Rollup>>,
        directory: &'a Path,
        settings: &'a Settings,
    ) -> Self {
        Self { rollups, directory, settings, opened: BTreeMap::new() }
    }

    /// Asks about the statements of `dashboard`.
    pub async fn ask(&mut self, dashboard: &Dashboard) -> Answers {
        let file = self.directory.join(format!("{}.toml", dashboard.slug));
        let mut answers = Answers::default();
        // The columns of each panel's statements, as long as all of them are known.
        let mut returned = vec![Some(Vec::new()); dashboard.panels.len()];
        for asked in self.statements(dashboard) {
            let answer = self.answer(&asked, &mut answers.notes, &file).await;
            let columns = asked.panel.and_then(|panel| returned.get_mut(panel));
            match answer {
                Answer::Columns(names) => {
                    if let Some(Some(columns)) = columns {
                        columns.extend(names);
                    }
                    continue;
                }
                Answer::Refused(error) => {
                    let (line, column, message) = match &error {
                        SourceError::Statement(error) => {
                            (error.line, error.column, error.message.clone())
                        }
                        error => (asked.planned.statement.query.line.max(1), 1, error.to_string()),
                    };
                    answers.problems.push(at(&file, (line, column), &asked.whose, &message));
                }
                Answer::None => {}
            }
            if let Some(columns) = columns {
                *columns = None;
            }
        }
        for (panel, returned) in dashboard.panels.iter().zip(returned) {
            answers.problems.extend(named_wrongly(panel, &returned.unwrap_or_default(), &file));
        }
        answers
    }

    async fn answer(&mut self, asked: &Asked, notes: &mut Vec<String>, file: &Path) -> Answer {
        let Asked { source: name, planned, .. } = asked;
        let settings = self.settings;
        let opened = self.opened.entry(name.clone());
        let opened = opened.or_insert_with(|| assembly::source(settings, name).ok());
        let result = match opened {
            Some(source) => result_columns(source, planned).await,
            None => Err(SourceError::Unavailable(String::new())),
        };
        match result {
            Ok(Some(columns)) => Answer::Columns(columns),
            Ok(None) => Answer::None,
            Err(error @ (SourceError::Unavailable(_) | SourceError::Timeout { .. })) => {
                let had_answered = opened.take().is_some();
                if let Some(unread) = &planned.statement.unread {
                    let reason = &unread.reason.message;
                    let message = format!("could not be read without the database ({reason})");
                    let place = (unread.reason.line, unread.reason.column);
                    notes.push(at(file, place, &asked.whose, &message));
                } else if had_answered {
                    notes.push(format!(
                        "source \"{name}\" does not answer: which columns its statements return is \
                         not checked, nor which functions they call ({error})"
                    ));
                }
                Answer::None
            }
            // Before its first refresh there is no table.
            Err(_) if !planned.rollups.is_empty() => Answer::None,
            Err(error) => Answer::Refused(error),
        }
    }

    /// The statements of `dashboard` for the view that opens first, in the dialects of their sources.
    /// Problems with others are reported elsewhere.
    fn statements(&self, dashboard: &Dashboard) -> Vec<Asked> {
        let view = ViewState::default_of(dashboard);
        let now = Timestamp::from_seconds(1_700_000_000);
        let Ok(window) = Window::of(dashboard, &view, now) else { return Vec::new() };
        let access = Access::anybody();
        let target = |source: &SourceName| match self.settings.sources.get(source) {
            Some(declared) => declared.location.as_ref().ok().map(|location| Target {
                clocks: Clocks::new(Arc::new(declared.wall_clocks.clone())),
                ..Target::from(location.dialect())
            }),
            None => Some(Dialect::Sqlite.into()),
        };
        let mut all = Vec::new();
        let mut add = |whose: String, panel, source: &SourceName, query: &Query| {
            let Some(target) = target(source) else { return };
            let find = find_in(self.rollups, target.clone(), "");
            let planned = plan::choices(query, source, &view, &window, &access, target, &find);
            all.extend(planned.ok().map(|planned| Asked {
                whose,
                panel,
                source: source.clone(),
                planned: Arc::new(planned),
            }));
        };
        if let Now::Newest { source, query } = &dashboard.now {
            add("\"now\"".to_owned(), None, source, query);
        }
        for variable in &dashboard.variables {
            if let Some(Options::Query { source, query }) = variable.kind.options() {
                add(format!("variable \"{}\"", variable.name), None, source, query);
            }
        }
        for (at, panel) in dashboard.panels.iter().enumerate() {
            for query in [Some(&panel.query), panel.kind.sparkline()].into_iter().flatten() {
                add(format!("panel \"{}\"", panel.id), Some(at), &panel.source, query);
            }
        }
        all
    }
}

/// The columns that the statement returns, as `source` reports them.
async fn result_columns(
    source: &Source,
    planned: &PlannedStatement,
) -> Result<Option<Vec<String>>, SourceError> {
    match planned.statement.unread {
        Some(_) => drop(source.explain(&planned.statement).await?),
        None => source.check(&planned.statement).await?,
    }
    source.result_columns(&planned.statement).await
}
