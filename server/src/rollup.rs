//! `brisk rollup`: what rollups there are and how they do; building one anew.

use crate::cli::{RebuildArguments, RollupCommand, SharedArguments};
use crate::config::{Environment, Settings};
use crate::rollup_runs::{self, Runs};
use crate::{invalidate, logging, open, system_clock};
use anyhow::{Context, bail};
use brisk_cache::Tag;
use brisk_domain::{Clock, RollupName, RollupRun, SourceName, Timestamp};
use brisk_engine::{Engine, PlannedRollup};
use brisk_source::rollup::Record;
use brisk_store::Store;
use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::Arc;

/// Does what the command line says.
pub async fn run(command: RollupCommand) -> anyhow::Result<ExitCode> {
    logging::start();
    match command {
        RollupCommand::List(shared) => list(&shared).await,
        RollupCommand::Rebuild(arguments) => rebuild(&arguments).await,
    }
}

/// What the commands work with.
struct Opened {
    settings: Settings,
    engine: Engine,
    store: Option<Store>,
    runs: Runs,
    clock: Arc<dyn Clock>,
}

async fn opened(shared: &SharedArguments) -> anyhow::Result<Opened> {
    let settings = Settings::read(&shared.flags(), &Environment::of_process())?;
    let clock = system_clock::clock(shared.now.as_deref(), shared.clock_pace)?;
    let (observer, runs) = rollup_runs::observer();
    let sources = open::sources(&settings)?;
    let engine = open::observed_engine(&settings, sources, &clock, observer)?;
    for problem in &engine.catalog().contents().problems {
        tracing::warn!("{problem}");
    }
    // A server with this data directory has written down its refreshes there.
    let own = settings.data_dir.join("brisk.sqlite");
    let store = if own.exists() { Some(Store::open(&own).await?) } else { None };
    Ok(Opened { settings, engine, store, runs, clock })
}

#[allow(clippy::print_stdout)] // It is a command: this is its result.
async fn list(shared: &SharedArguments) -> anyhow::Result<ExitCode> {
    let Opened { engine, store, clock, .. } = opened(shared).await?;
    let rollups = engine.rollups();
    if rollups.is_empty() {
        let directory = engine.catalog().directory().join(brisk_definition::ROLLUPS);
        println!("there is no rollup in {}", directory.display());
        return Ok(ExitCode::SUCCESS);
    }
    let runs = match &store {
        Some(store) => store.latest_rollup_runs().await?,
        None => Vec::new(),
    };
    let mut records = BTreeMap::new();
    let contents = engine.catalog().contents();
    let now = clock.now();
    let mut rows =
        vec![["name", "source", "last run", "rows", "seconds", "state"].map(String::from)];
    for (name, planned) in &rollups {
        let Some(rollup) = contents.rollups.get(name) else { continue };
        let source = &rollup.source;
        if !records.contains_key(source) {
            records.insert(source.clone(), records_of(&engine, source).await);
        }
        let run = runs.iter().find(|run| run.rollup == *name && run.source == *source);
        let known = records.get(source).map(|records| {
            records.as_ref().map(|of| of.iter().find(|record| record.name == name.as_str()))
        });
        rows.push(row(name, source, planned, known, run, now));
    }
    print_table(&rows);
    Ok(ExitCode::SUCCESS)
}

/// What the source remembers of its rollups; or why nobody knows.
async fn records_of(engine: &Engine, source: &SourceName) -> Result<Vec<Record>, String> {
    let Some(source) = engine.loader().source(source) else { return Ok(Vec::new()) };
    source.rollup_records().await.map_err(|error| error.to_string())
}

type Known<'a> = Option<Result<Option<&'a Record>, &'a String>>;

fn row(
    name: &RollupName,
    source: &SourceName,
    planned: &Result<Arc<PlannedRollup>, String>,
    known: Known<'_>,
    run: Option<&RollupRun>,
    now: Timestamp,
) -> [String; 6] {
    let record = known.as_ref().and_then(|known| known.as_ref().ok().copied().flatten());
    let failed = run.and_then(|run| Some((run.started_at, run.outcome.as_ref().err()?)));
    let state = match (planned, &known, record) {
        (Err(problem), ..) => format!("cannot be refreshed: {problem}"),
        (_, Some(Err(why)), _) => format!("unknown: {why}"),
        (_, _, None) => match failed {
            Some((_, why)) => format!("failed: {why}"),
            None => "not built yet".into(),
        },
        (Ok(planned), _, Some(record)) => match failed {
            Some((at, why)) if at > record.refreshed_at => format!("failed since: {why}"),
            _ if record.definition.starts_with(&planned.definition) => "good".into(),
            _ => "its definition has changed: the next refresh builds it anew".into(),
        },
    };
    let shown = |text: Option<String>| text.unwrap_or_else(|| "–".into());
    [
        name.to_string(),
        source.to_string(),
        shown(record.map(|record| ago(record.refreshed_at, now))),
        shown(record.map(|record| record.rows.to_string())),
        shown(record.map(|record| format!("{:.2}", record.seconds))),
        state,
    ]
}

fn ago(at: Timestamp, now: Timestamp) -> String {
    match now.seconds().saturating_sub(at.seconds()) {
        seconds if seconds < 120 => format!("{} s ago", seconds.max(0)),
        seconds if seconds < 7_200 => format!("{} min ago", seconds / 60),
        seconds if seconds < 172_800 => format!("{} h ago", seconds / 3_600),
        seconds => format!("{} days ago", seconds / 86_400),
    }
}

#[allow(clippy::print_stdout)] // Here, too.
fn print_table(rows: &[[String; 6]]) {
    let width = |i: usize| rows.iter().map(|row| row[i].chars().count()).max().unwrap_or(0);
    let widths: [usize; 6] = std::array::from_fn(width);
    for row in rows {
        let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}"));
        println!("{}", cells.collect::<Vec<_>>().join("  ").trim_end());
    }
}

#[allow(clippy::print_stdout)] // Here, too.
async fn rebuild(arguments: &RebuildArguments) -> anyhow::Result<ExitCode> {
    let Opened { settings, engine, store, mut runs, .. } = opened(&arguments.shared).await?;
    let rollups = engine.rollups();
    let known: Vec<&str> = rollups.iter().map(|(name, _)| name.as_str()).collect();
    let named = rollups.iter().find(|(name, _)| name.as_str() == arguments.name);
    let (_, planned) = named.with_context(|| {
        format!("there is no rollup \"{}\" (there are: {})", arguments.name, known.join(", "))
    })?;
    let rollup = match planned {
        Ok(rollup) => rollup,
        Err(problem) => bail!("{problem}"),
    };
    let rebuilt = engine.rebuild(rollup).await;
    if let Some(store) = &store {
        runs.keep_now(store).await;
    }
    let report = rebuilt.with_context(|| format!("building {} anew", rollup.name()))?;
    println!("{}: {} rows", rollup.name(), report.rows);
    if settings.redis()?.is_none() {
        println!(
            "note: no Redis is configured, so that servers show what they have until it expires"
        );
        return Ok(ExitCode::SUCCESS);
    }
    let tag = Tag::parse(&format!("rollup:{}.{}", rollup.plan.rollup().source, rollup.name()))?;
    invalidate::record_all(&engine, &[tag]).await?;
    Ok(ExitCode::SUCCESS)
}
