//! `brisk warm`: loads dashboards into the cache that servers share, ahead of their readers.

use super::shared::SharedArguments;
use super::{added_sources, check};
use crate::administration::cache_settings;
use crate::config::Settings;
use crate::jobs::requested_views;
use crate::jobs::warming::{of_warming, refreshes_failed, warm};
use crate::{assembly, logging, shared_cache};
use anyhow::{Context, bail};
use brisk_cache::Cache;
use brisk_domain::variable_kind::Options;
use brisk_domain::{Dashboard, Slug, SourceName};
use brisk_engine::{Cached, Engine};
use std::collections::BTreeSet;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The arguments of `brisk warm`.
#[derive(Debug, Clone, clap::Args)]
pub struct WarmArguments {
    /// The dashboards to load [default: all].
    #[arg(value_name = "DASHBOARD")]
    pub slugs: Vec<String>,
    /// The servers' configuration.
    #[command(flatten)]
    pub shared: SharedArguments,
}

/// How long Redis may take to answer for the first time.
const FIRST_ANSWER: Duration = Duration::from_secs(3);
/// How long storing may take after the last load.
const STORING: Duration = Duration::from_secs(3);
/// How often to check for both.
const POLL: Duration = Duration::from_millis(20);

/// Loads the named dashboards, or all of them, into the shared cache. Fails if a part of them is not
/// stored there in the end.
#[allow(clippy::print_stdout)] // A command prints its result.
pub async fn run(arguments: WarmArguments) -> anyhow::Result<ExitCode> {
    logging::start();
    let mut settings = arguments.shared.settings()?;
    if settings.redis()?.is_none() {
        bail!(
            "no Redis is configured, so this would warm only its own memory, which is lost when it \
             ends: set warm = true under [cache], and the server warms itself when it starts"
        );
    }
    for note in added_sources::join(&mut settings).await.notes {
        eprintln!("note: {note}");
    }
    let clock = arguments.shared.clock()?;
    let engine = assembly::engine(&settings, assembly::sources(&settings)?, &clock)?;
    if let Some(store) = assembly::existing_store(&settings.store()?).await? {
        // The views that readers of a server with this store have requested.
        requested_views::recall(&engine, &store).await;
        // What is stored is kept for as long as the administrators have set.
        cache_settings::apply(&store, &engine).await?;
    }
    let dashboards = chosen(&engine, &arguments.slugs)?;
    let cache = engine.loader().cache();
    if !answers(cache).await {
        bail!("Redis does not answer: nothing was loaded");
    }
    let width = dashboards.iter().map(|dashboard| dashboard.slug.as_str().len()).max();
    let (width, mut is_complete) = (width.unwrap_or(0), true);
    let rollups = engine.catalog().contents().rollups.clone();
    for dashboard in &dashboards {
        let warmed = warm(&engine, dashboard).await;
        is_complete &= warmed.figures.errors == 0;
        println!("{:width$}  {warmed}", dashboard.slug.as_str());
        let missing = undeclared(&engine, dashboard).into_iter();
        let missing = missing.map(|name| format!("source \"{name}\" is not declared"));
        let rejected = check::statements(dashboard, &rollups, &settings.dashboards_dir, &settings);
        for problem in missing.chain(rejected) {
            is_complete = false;
            println!("  {problem}");
        }
    }
    let failed = refreshes_failed(&cache.statistics());
    if failed > 0 {
        is_complete = false;
        println!("{failed} refreshes of rollups failed; panels that read them are not loaded");
    }
    let unstored = not_stored(cache, &never_stored(&settings, &dashboards)).await;
    if unstored > 0 {
        is_complete = false;
        println!("{unstored} frames did not reach Redis");
    }
    Ok(if is_complete { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn chosen(engine: &Engine, slugs: &[String]) -> anyhow::Result<Vec<Arc<Dashboard>>> {
    let contents = engine.catalog().contents();
    let broken: Vec<String> = contents.problems.iter().map(ToString::to_string).collect();
    if slugs.is_empty() {
        if contents.dashboards.is_empty() {
            let directory = engine.catalog().directory().display();
            bail!("there is no dashboard in {directory} {}", broken.join("; "));
        }
        for problem in broken {
            tracing::warn!("{problem}");
        }
        return Ok(contents.dashboards.values().cloned().collect());
    }
    let find = |slug: &String| {
        let found = Slug::parse(slug).ok().and_then(|slug| engine.catalog().dashboard(&slug));
        found.with_context(|| {
            let known: Vec<&str> = contents.dashboards.keys().map(Slug::as_str).collect();
            format!("there is no dashboard \"{slug}\" (there are: {})", known.join(", "))
        })
    };
    slugs.iter().map(find).collect()
}

/// Whether Redis answers within a moment: this process has just connected.
async fn answers(cache: &Cache<Cached>) -> bool {
    let begun = Instant::now();
    while begun.elapsed() < FIRST_ANSWER {
        if shared_cache::is_reachable(cache).await {
            return true;
        }
        tokio::time::sleep(POLL).await;
    }
    false
}

/// Waits until what was loaded is stored in Redis, and counts what is not. `off` are the labels of
/// what is never stored.
async fn not_stored(cache: &Cache<Cached>, off: &BTreeSet<String>) -> u64 {
    let begun = Instant::now();
    loop {
        let statistics = cache.statistics();
        let figures = of_warming(&statistics, |label| !off.contains(label));
        let due = figures.loads - figures.errors - figures.too_large;
        let missing = due.saturating_sub(statistics.tiers.stored);
        // Choices from before an invalidation are loaded again in the background.
        let is_all_loaded = figures.loads + figures.joins >= figures.misses;
        if (missing == 0 && is_all_loaded) || begun.elapsed() > STORING {
            return missing;
        }
        tokio::time::sleep(POLL).await;
    }
}

/// The labels of what the policies keep out of the cache.
fn never_stored(settings: &Settings, dashboards: &[Arc<Dashboard>]) -> BTreeSet<String> {
    let policies = settings.policies();
    let mut labels = BTreeSet::new();
    for dashboard in dashboards {
        for panel in &dashboard.panels {
            if policies.of(dashboard, Some(panel), &panel.source).off {
                labels.insert(format!("{}/{}", dashboard.slug, panel.id));
            }
        }
        for variable in &dashboard.variables {
            if let Some(Options::Query { source, .. }) = variable.kind.options()
                && policies.of(dashboard, None, source).off
            {
                labels.insert(format!("{}/:{}", dashboard.slug, variable.name));
            }
        }
    }
    labels
}

fn undeclared<'d>(engine: &Engine, dashboard: &'d Dashboard) -> BTreeSet<&'d SourceName> {
    let named = dashboard.panels.iter().map(|panel| &panel.source);
    named.filter(|name| engine.loader().source(name).is_none()).collect()
}
