//! `brisk check`: finds the problems of dashboards as code.

use super::added_sources;
use super::asked::Databases;
use super::explain::{self, Run};
use crate::config::{Environment, Flags, Secret, Settings};
use brisk_definition::Loaded;
use brisk_domain::variable_kind::Options;
use brisk_domain::{Access, Dashboard, Now, Rollup, RollupName, SourceName, Timestamp, ViewState};
use brisk_engine::{PlannedRollup, Window, plan, planned_rollup};
use brisk_source::{Clocks, Dialect, StatementError, Target};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

/// The arguments of `brisk check`.
#[derive(Debug, Clone, clap::Args)]
pub struct CheckArguments {
    /// The directory of dashboard files [default: dashboards].
    #[arg(env = "BRISK_DASHBOARDS_DIR")]
    pub directory: Option<PathBuf>,
    /// The configuration file, which declares the sources [default: brisk.toml in the working
    /// directory, if it exists].
    #[arg(long, env = "BRISK_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The directory for Brisk's own data [default: data].
    #[arg(long, env = "BRISK_DATA_DIR")]
    pub data_dir: Option<PathBuf>,
    /// The PostgreSQL database with Brisk's own records, including sources added in the app.
    #[arg(long, env = "BRISK_DATABASE_URL", hide_env_values = true)]
    pub database_url: Option<Secret>,
    /// A source, as for `brisk serve`: the path of a SQLite file, postgres://user:password@host/database
    /// or mysql://user:password@host/database. May be repeated, or set as environment variables
    /// BRISK_SOURCE_NAME.
    #[arg(long = "source", value_name = "NAME=PATH_OR_URL")]
    pub sources: Vec<Secret>,
    /// Also list each panel's tags and bound values.
    #[arg(long)]
    pub details: bool,
    /// Also run each panel and print how long it took and the start of its query plan.
    #[arg(long)]
    pub explain: bool,
    /// Print query plans in full.
    #[arg(long, requires = "explain")]
    pub full_plans: bool,
}

impl CheckArguments {
    /// The top layer of the configuration.
    pub fn flags(&self) -> Flags {
        Flags {
            config: self.config.clone(),
            dashboards_dir: self.directory.clone(),
            data_dir: self.data_dir.clone(),
            database_url: self.database_url.clone(),
            sources: self.sources.clone(),
            ..Flags::default()
        }
    }
}

/// Checks the files of the dashboards' directory and the statements in them, and prints each
/// problem at its place.
#[allow(clippy::print_stdout)] // A command prints its result.
pub async fn run(arguments: &CheckArguments) -> anyhow::Result<ExitCode> {
    let mut settings = Settings::read(&arguments.flags(), &Environment::of_process())?;
    for note in added_sources::join(&mut settings).await.notes {
        println!("note: {note}");
    }
    let directory = &settings.dashboards_dir;
    let loaded = brisk_definition::load_dir(directory);
    let mut problems: Vec<String> = loaded.problems.iter().map(ToString::to_string).collect();
    let rollups = loaded.rollups.iter().map(|r| (r.name.clone(), Arc::new(r.clone()))).collect();
    for dashboard in &loaded.dashboards {
        problems.extend(statements(dashboard, &rollups, directory, &settings));
    }
    for rollup in &loaded.rollups {
        problems.extend(rollup_statement(rollup, directory, &settings));
    }
    for undeclared in undeclared(&loaded, &settings) {
        println!("note: {undeclared}");
    }
    // With `--explain`, all statements run.
    let mut databases = Databases::of(&rollups, directory, &settings);
    for dashboard in loaded.dashboards.iter().filter(|_| !arguments.explain) {
        let answers = databases.ask(dashboard).await;
        for note in answers.notes {
            println!("note: {note}");
        }
        problems.extend(answers.problems);
    }
    if arguments.details || arguments.explain {
        let run = match (arguments.explain, arguments.full_plans) {
            (false, _) => Run::Nothing,
            (true, false) => Run::ShortPlans,
            (true, true) => Run::FullPlans,
        };
        let found = explain::panels(&loaded.dashboards, &rollups, &settings, run).await;
        problems.extend(found);
    }
    if problems.is_empty() {
        let panels: usize = loaded.dashboards.iter().map(|dashboard| dashboard.panels.len()).sum();
        let dashboards = loaded.dashboards.len();
        match loaded.rollups.len() {
            0 => println!("{dashboards} dashboards with {panels} panels are valid"),
            rollups => {
                println!(
                    "{dashboards} dashboards with {panels} panels, {rollups} rollups are valid"
                );
            }
        }
        return Ok(ExitCode::SUCCESS);
    }
    for problem in &problems {
        println!("{problem}");
    }
    let count = problems.len();
    println!("{count} {}", if count == 1 { "problem" } else { "problems" });
    Ok(ExitCode::FAILURE)
}

/// The problem of the statement of `rollup`, at its place.
fn rollup_statement(rollup: &Rollup, directory: &Path, settings: &Settings) -> Option<String> {
    let file = directory.join(brisk_definition::ROLLUPS).join(format!("{}.toml", rollup.name));
    let planned = in_its_dialect(settings, &rollup.source, |target| {
        PlannedRollup::of(rollup, target, "").map(|_| ())
    });
    planned.err().map(|error| {
        format!("{}:{}:{}: {}", file.display(), error.line, error.column, error.message)
    })
}

/// The problems of the statements of `dashboard`, each at its place.
pub fn statements(
    dashboard: &Dashboard,
    rollups: &BTreeMap<RollupName, Arc<Rollup>>,
    directory: &Path,
    settings: &Settings,
) -> Vec<String> {
    let file = directory.join(format!("{}.toml", dashboard.slug));
    let view = ViewState::default_of(dashboard);
    // Statements are checked for the view that opens first, at any time.
    let window = match Window::of(dashboard, &view, Timestamp::from_seconds(1_700_000_000)) {
        Ok(window) => window,
        Err(error) => return vec![format!("{}: {error}", file.display())],
    };
    let at = |error: StatementError, whose: String| {
        format!("{}:{}:{}: {whose}: {}", file.display(), error.line, error.column, error.message)
    };
    let (access, mut problems) = (Access::anybody(), Vec::new());
    // A rollup's own problems are reported at its own place.
    let of = |target: Target| {
        move |source: &SourceName, name: &str| {
            let rollup = planned_rollup::find(rollups, source, name)?;
            let planned = PlannedRollup::of(rollup, target.clone(), "");
            let wrong = |error| format!("the rollup {name}, {error}");
            planned.map(Arc::new).map_err(wrong)
        }
    };
    if let Now::Newest { source, query } = &dashboard.now {
        let planned = in_its_dialect(settings, source, |target| {
            plan::choices(query, source, &view, &window, &access, target.clone(), &of(target))
                .map(|_| ())
        });
        problems.extend(planned.err().map(|error| at(error, "\"now\"".to_owned())));
    }
    for variable in &dashboard.variables {
        let Some(Options::Query { source, query }) = variable.kind.options() else { continue };
        let planned = in_its_dialect(settings, source, |target| {
            plan::choices(query, source, &view, &window, &access, target.clone(), &of(target))
                .map(|_| ())
        });
        let whose = || format!("variable \"{}\"", variable.name);
        problems.extend(planned.err().map(|error| at(error, whose())));
    }
    for panel in &dashboard.panels {
        let planned = in_its_dialect(settings, &panel.source, |target| {
            plan::panel(panel, &view, &window, &access, target.clone(), &of(target)).map(|_| ())
        });
        let whose = || format!("panel \"{}\"", panel.id);
        problems.extend(planned.err().map(|error| at(error, whose())));
    }
    problems
}

/// Plans in the dialect of `source`. A source that is not declared is taken for SQLite; one whose
/// URL alone is missing, as in CI, may have any dialect.
fn in_its_dialect(
    settings: &Settings,
    source: &SourceName,
    plan: impl Fn(Target) -> Result<(), StatementError>,
) -> Result<(), StatementError> {
    let settings = settings.sources.get(source);
    let said = settings.map(|source| source.wall_clocks.clone()).unwrap_or_default();
    let clocks = Clocks::new(Arc::new(said));
    let plan = |dialect| plan(Target { clocks: clocks.clone(), ..Target::from(dialect) });
    match settings.map(|source| &source.location) {
        Some(Ok(location)) => plan(location.dialect()),
        None => plan(Dialect::Sqlite),
        Some(Err(_)) => {
            let rejected = plan(Dialect::Postgres);
            let others = [Dialect::Sqlite, Dialect::MySql];
            if others.into_iter().any(|dialect| plan(dialect).is_ok()) { Ok(()) } else { rejected }
        }
    }
}

/// Sources that dashboards name and nothing here declares, each with how to declare it. The server's
/// own flags or environment may.
fn undeclared(loaded: &Loaded, settings: &Settings) -> Vec<String> {
    let panels = loaded.dashboards.iter().flat_map(|dashboard| &dashboard.panels);
    let of_rollups = loaded.rollups.iter().map(|rollup| &rollup.source);
    let named: BTreeSet<&SourceName> =
        panels.map(|panel| &panel.source).chain(of_rollups).collect();
    let unknown = named.into_iter().filter(|name| !settings.sources.contains_key(name));
    let place = match &settings.file {
        Some(file) => format!(" in {}", file.display()),
        None => String::new(),
    };
    let note = |name: &SourceName| {
        let variable = name.to_string().to_uppercase().replace('-', "_");
        format!(
            "source \"{name}\" is not declared{place}, and taken for SQLite; declare it: --source \
             {name}=PATH_OR_URL, BRISK_SOURCE_{variable}=…, or [source.{name}] in brisk.toml"
        )
    };
    unknown.map(note).collect()
}
