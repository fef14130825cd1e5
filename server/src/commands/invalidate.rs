//! `brisk invalidate`: for pipelines that have just written data that dashboards show.

use super::added_sources::{self, Added};
use super::shared::SharedArguments;
use crate::config::Settings;
use crate::{assembly, invalidation, logging};
use anyhow::bail;
use brisk_domain::{SourceName, Tag};
use brisk_engine::Engine;
use brisk_engine::load::Sources;
use std::collections::BTreeSet;
use std::process::ExitCode;

/// The arguments of `brisk invalidate`.
#[derive(Debug, Clone, clap::Args)]
pub struct InvalidateArguments {
    /// table:SOURCE.TABLE, source:SOURCE, rollup:SOURCE.NAME, dashboard:NAME,
    /// panel:DASHBOARD/PANEL, all, or a tag of your own.
    #[arg(required = true, value_name = "TAG")]
    pub tags: Vec<String>,
    /// The servers' configuration.
    #[command(flatten)]
    pub shared: SharedArguments,
}

/// Gives the tags new generations in the shared Redis; fails if that is not recorded.
pub async fn run(arguments: InvalidateArguments) -> anyhow::Result<ExitCode> {
    logging::start();
    let tags = arguments.tags.iter().map(|tag| Tag::parse(tag));
    let mut tags: Vec<Tag> = tags.collect::<Result<_, _>>()?;
    let mut settings = arguments.shared.settings()?;
    if settings.redis()?.is_none() {
        bail!(
            "no Redis is configured, so each server has a cache of its own, which no other \
             process reaches: name the servers' Redis (BRISK_REDIS_URL, or [redis] in the \
             configuration file)"
        );
    }
    let added = added_sources::join(&mut settings).await;
    for note in &added.notes {
        eprintln!("note: {note}");
    }
    let clock = arguments.shared.clock()?;
    let (sources, unasked) = sources(&settings, &added, &tags);
    let engine = assembly::engine(&settings, sources, &clock)?;
    for tag in &tags {
        let has_source = |name: &SourceName| is_there(name, &settings, &added);
        if let Some(suspicion) = invalidation::suspicion(tag, has_source, engine.catalog()) {
            eprintln!("note: {tag}: {suspicion}");
        }
    }
    for name in &unasked {
        eprintln!(
            "note: source \"{name}\" cannot be asked which views read its tables, because its URL is not \
             known here: all of it is invalidated"
        );
    }
    tags.extend(unasked.into_iter().map(|name| Tag::Source(name.to_string())));
    record_all(&engine, &tags).await?;
    Ok(ExitCode::SUCCESS)
}

/// Whether there is a source of that name, as far as is known here.
fn is_there(name: &SourceName, settings: &Settings, added: &Added) -> bool {
    settings.sources.contains_key(name) || added.unread.contains(name) || added.may_be_more
}

/// The sources of the tables among `tags`, which know their views; and those that exist, but whose URL a
/// pipeline does not have.
fn sources(settings: &Settings, added: &Added, tags: &[Tag]) -> (Sources, BTreeSet<SourceName>) {
    let (mut sources, mut unasked) = (Sources::new(), BTreeSet::new());
    for tag in tags {
        let Tag::Table { source, .. } = tag else { continue };
        let name = SourceName::parse(&source.to_lowercase()).ok();
        let Some(name) = name.filter(|name| is_there(name, settings, added)) else { continue };
        match assembly::source(settings, &name) {
            Ok(source) => _ = sources.insert(name, source),
            Err(_) => _ = unasked.insert(name),
        }
    }
    (sources, unasked)
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
