//! `brisk invalidate`: for pipelines that have just written data that dashboards show.

use super::shared::SharedArguments;
use crate::{assembly, invalidation, logging};
use anyhow::bail;
use brisk_domain::{SourceName, Tag};
use brisk_engine::Engine;
use brisk_engine::load::Sources;
use std::process::ExitCode;

/// The arguments of `brisk invalidate`.
#[derive(Debug, Clone, clap::Args)]
pub struct InvalidateArguments {
    /// table:SOURCE.TABLE, source:SOURCE, rollup:SOURCE.NAME, dashboard:NAME,
    /// panel:DASHBOARD/PANEL, all, or a tag of your own.
    #[arg(required = true, value_name = "TAG")]
    pub tags: Vec<String>,
    /// The configuration of the servers.
    #[command(flatten)]
    pub shared: SharedArguments,
}

/// Gives the tags new generations in the shared Redis; fails if that is not recorded.
pub async fn run(arguments: InvalidateArguments) -> anyhow::Result<ExitCode> {
    logging::start();
    let tags = arguments.tags.iter().map(|tag| Tag::parse(tag));
    let tags: Vec<Tag> = tags.collect::<Result<_, _>>()?;
    let settings = arguments.shared.settings()?;
    if settings.redis()?.is_none() {
        bail!(
            "no Redis is configured, so each server has a cache of its own, which no other \
             process reaches: name the servers' Redis (BRISK_REDIS_URL, or [redis] in the \
             configuration file)"
        );
    }
    let clock = arguments.shared.clock()?;
    // Nothing is loaded, so a pipeline need not know the databases' passwords.
    let engine = assembly::engine(&settings, Sources::new(), &clock)?;
    for tag in &tags {
        let has_source = |name: &SourceName| settings.sources.contains_key(name);
        if let Some(suspicion) = invalidation::suspicion(tag, has_source, engine.catalog()) {
            eprintln!("note: {tag}: {suspicion}");
        }
    }
    record_all(&engine, &tags).await?;
    Ok(ExitCode::SUCCESS)
}

/// Invalidates `tags` and prints them; fails if that is not recorded.
#[allow(clippy::print_stdout)] // A command prints its result.
pub(crate) async fn record_all(engine: &Engine, tags: &[Tag]) -> anyhow::Result<()> {
    let recorded = invalidation::record(engine, tags).await;
    for tag in recorded.map_err(|error| invalidation::not_recorded(engine, &error))? {
        println!("invalidated {tag}");
    }
    Ok(())
}
