//! `brisk rollup`: lists the rollups with their states, and rebuilds one.

use super::added_sources;
use super::invalidate;
use super::shared::SharedArguments;
use crate::config::Settings;
use crate::jobs::rollup_runs::{self, Runs};
use crate::{assembly, logging, rollup_status};
use anyhow::{Context, bail};
use brisk_domain::{Clock, LastRefresh, RollupStatus, Timestamp, format};
use brisk_engine::Engine;
use brisk_store::Store;
use std::process::ExitCode;
use std::sync::Arc;

/// The subcommands of `brisk rollup`.
#[derive(Debug, clap::Subcommand)]
pub enum RollupCommand {
    /// List rollups with their state, rows, last refresh and how long it took.
    List(SharedArguments),
    /// Rebuild a rollup from all rows of its source.
    Rebuild(RebuildArguments),
}

/// The arguments of `brisk rollup rebuild`.
#[derive(Debug, Clone, clap::Args)]
pub struct RebuildArguments {
    /// The rollup's name: its file name without .toml.
    pub name: String,
    /// The servers' configuration.
    #[command(flatten)]
    pub shared: SharedArguments,
}

/// Runs `brisk rollup`.
pub async fn run(command: RollupCommand) -> anyhow::Result<ExitCode> {
    logging::start();
    match command {
        RollupCommand::List(shared) => list(&shared).await,
        RollupCommand::Rebuild(arguments) => rebuild(&arguments).await,
    }
}

/// What both commands work with.
struct Opened {
    settings: Settings,
    engine: Engine,
    store: Option<Store>,
    runs: Runs,
    clock: Arc<dyn Clock>,
}

async fn open(shared: &SharedArguments) -> anyhow::Result<Opened> {
    let mut settings = shared.settings()?;
    for note in added_sources::join(&mut settings).await.notes {
        eprintln!("note: {note}");
    }
    let clock = shared.clock()?;
    let (observer, runs) = rollup_runs::observer();
    let sources = assembly::sources(&settings)?;
    let engine = assembly::observed_engine(&settings, sources, &clock, observer)?;
    for problem in &engine.catalog().contents().problems {
        tracing::warn!("{problem}");
    }
    // A server with this data directory has recorded its refreshes in it.
    let store = assembly::existing_store(&settings.store()?).await?;
    Ok(Opened { settings, engine, store, runs, clock })
}

#[allow(clippy::print_stdout)] // A command prints its result.
async fn list(shared: &SharedArguments) -> anyhow::Result<ExitCode> {
    let Opened { engine, store, clock, .. } = open(shared).await?;
    if engine.catalog().contents().rollups.is_empty() {
        let directory = engine.catalog().directory().join(brisk_definition::ROLLUPS);
        println!("there is no rollup in {}", directory.display());
        return Ok(ExitCode::SUCCESS);
    }
    let now = clock.now();
    let mut rows =
        vec![["name", "source", "last run", "rows", "seconds", "state"].map(String::from)];
    let statuses = rollup_status::all(&engine, store.as_ref()).await?;
    rows.extend(statuses.iter().map(|status| row(status, now)));
    print_table(&rows);
    Ok(ExitCode::SUCCESS)
}

fn row(status: &RollupStatus, now: Timestamp) -> [String; 6] {
    let of_last = |show: &dyn Fn(&LastRefresh) -> String| {
        status.last.as_ref().map_or_else(|| "–".to_owned(), show)
    };
    [
        status.name.to_string(),
        status.source.to_string(),
        of_last(&|last| format::ago(last.at, now)),
        of_last(&|last| last.rows.to_string()),
        of_last(&|last| format!("{:.2}", last.seconds)),
        status.state.to_string(),
    ]
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
    let Opened { settings, engine, store, mut runs, .. } = open(&arguments.shared).await?;
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
        runs.record_now(store).await;
    }
    let report = rebuilt.with_context(|| format!("rebuilding {}", rollup.name()))?;
    println!("{}: {} rows", rollup.name(), report.rows);
    if settings.redis()?.is_none() {
        println!("note: no Redis is configured, so servers show what they have until it expires");
        return Ok(ExitCode::SUCCESS);
    }
    invalidate::record_all(&engine, &[rollup.own_tag()]).await?;
    Ok(ExitCode::SUCCESS)
}
