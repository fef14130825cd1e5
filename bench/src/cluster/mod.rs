//! **The cluster**: three replicas behind nginx, a Redis Cluster, PostgreSQL as the store, and a source whose
//! table is spread over three PostgreSQL servers. Does a view cost the same with more replicas? Does anybody
//! notice when something dies, or is replaced?
//!
//! `world` starts everything (`nginx`, `redis_cluster`, `shards`), `dashboards` is what it serves; `counter`
//! changes the data, and `readers` check what they get. `level` measures costs, `events` kills and replaces,
//! `schedules` counts what ran when it was due, `live_pages` keeps thousands of pages open (`followers`),
//! `sources` asks through a read replica and PgBouncer.

mod counter;
mod dashboards;
mod events;
mod followers;
mod level;
mod live_pages;
mod nginx;
mod readers;
mod redis_cluster;
mod schedules;
mod shards;
mod sources;
mod world;

use anyhow::{Context as _, Result, ensure};
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use world::World;

/// A part of what is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Part {
    /// What happens to a cluster, and whether schedules run once meanwhile.
    Events,
    /// What a request costs with one, two and three replicas.
    Costs,
    /// Pages that stay open on one replica.
    Pages,
    /// A read replica and PgBouncer as the source.
    Sources,
}

/// How much to run.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The program under test.
    pub program: PathBuf,
    /// The release that the replicas run at first; the same where left out.
    pub older: Option<PathBuf>,
    /// Rows of the spread table.
    pub rows: u64,
    /// Requests a second.
    pub rate: f64,
    /// Pages that are open on one replica.
    pub pages: usize,
    /// Rounds of what costs are measured in.
    pub rounds: usize,
    /// How long each is.
    pub length: Duration,
    /// What to measure; everything where it is empty.
    pub parts: Vec<Part>,
}

/// What was measured.
#[derive(Debug, Clone, Default)]
pub struct Report {
    events: Option<(Vec<events::Row>, schedules::Runs)>,
    levels: Option<Vec<level::Level>>,
    pages: Option<live_pages::LivePages>,
    sources: Option<Vec<sources::Through>>,
    /// Servers that a statement reads at the same time.
    at_once: usize,
    panic: Option<String>,
}

/// Starts the cluster, runs everything in turn, and ends it.
pub async fn run(settings: &Settings) -> Result<Report> {
    let older = settings.older.as_ref().unwrap_or(&settings.program);
    let world = Arc::new(World::start(older, &settings.program, settings.rows).await?);
    println!("{world}");
    measured(settings, &world).await.with_context(|| world.logs())
}

async fn measured(settings: &Settings, world: &Arc<World>) -> Result<Report> {
    let mut report = Report { at_once: world.source.at_once().await?, ..Report::default() };
    let wanted = |part| settings.parts.is_empty() || settings.parts.contains(&part);
    if wanted(Part::Events) {
        let releases =
            events::Releases { older: settings.older.as_deref(), newer: &settings.program };
        let rows = events::run(world, &releases, settings.rate / 2.0).await?;
        let runs = schedules::count(world, 1).await?;
        report.events = Some((rows, runs));
    }
    if wanted(Part::Costs) {
        let manner =
            level::Manner { rounds: settings.rounds, length: settings.length, rate: settings.rate };
        let levels = level::run(world, manner).await?;
        report.levels = Some(levels);
    }
    if wanted(Part::Pages) {
        let pages = live_pages::run(world, settings.pages).await?;
        report.pages = Some(pages);
    }
    if wanted(Part::Sources) {
        report.sources = Some(sources::run(world).await?);
    }
    report.panic = world.panic()?;
    Ok(report)
}

/// Starts the cluster and keeps it until the program is ended.
pub async fn stay(settings: &Settings) -> Result<()> {
    let world = World::start(&settings.program, &settings.program, settings.rows).await?;
    println!("{world}\nCtrl-C ends all of it.");
    tokio::signal::ctrl_c().await?;
    Ok(())
}

impl Report {
    /// Whether the guarantees held.
    pub fn check(&self) -> Result<()> {
        ensure!(self.panic.is_none(), "a replica panicked: {:?}", self.panic);
        ensure!(self.at_once == 3, "a statement reads {} servers at a time", self.at_once);
        if let Some((rows, runs)) = &self.events {
            events::check(rows)?;
            runs.check()?;
        }
        if let Some(levels) = &self.levels {
            level::check(levels)?;
        }
        if let Some(sources) = &self.sources {
            sources::check(sources)?;
        }
        self.pages.as_ref().map_or(Ok(()), live_pages::LivePages::check)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((rows, runs)) = &self.events {
            writeln!(f, "{}\n{runs}\n", events::Table(rows))?;
        }
        if let Some(levels) = &self.levels {
            writeln!(f, "{}", level::Table(levels))?;
        }
        if let Some(pages) = &self.pages {
            writeln!(f, "{pages}\n")?;
        }
        if let Some(sources) = &self.sources {
            writeln!(f, "{}", sources::Table(sources))?;
        }
        Ok(())
    }
}
