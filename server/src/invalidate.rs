//! `brisk invalidate`: for pipelines that have just written what dashboards show.

use crate::cli::InvalidateArguments;
use crate::config::{Environment, Settings};
use crate::{logging, open, system_clock};
use anyhow::{anyhow, bail};
use brisk_cache::{NotRecorded, Tag};
use brisk_domain::{PanelId, RollupName, Slug, SourceName};
use brisk_engine::load::Sources;
use brisk_engine::{Catalog, Engine};
use std::process::ExitCode;
use std::time::Duration;

/// A process that has just begun has to connect first, for which the patience of one operation
/// may be too short.
const ATTEMPTS: u32 = 5;
const PAUSE: Duration = Duration::from_millis(300);

/// Gives the tags new generations in the shared Redis; fails where that is not recorded.
pub async fn run(arguments: InvalidateArguments) -> anyhow::Result<ExitCode> {
    logging::start();
    let tags = arguments.tags.iter().map(|tag| Tag::parse(tag));
    let tags: Vec<Tag> = tags.collect::<Result<_, _>>()?;
    let settings = Settings::read(&arguments.shared.flags(), &Environment::of_process())?;
    if settings.redis()?.is_none() {
        bail!(
            "no Redis is configured, so each server has a cache of its own, which no other \
             process reaches: name the servers' Redis (BRISK_REDIS_URL, or [redis] in the \
             configuration file)"
        );
    }
    let clock = system_clock::clock(arguments.shared.now.as_deref(), arguments.shared.clock_pace)?;
    // Nothing is loaded: a pipeline need not know the databases' passwords.
    let engine = open::engine(&settings, Sources::new(), &clock)?;
    for tag in &tags {
        let has_source = |name: &SourceName| settings.sources.contains_key(name);
        if let Some(doubt) = doubt(tag, has_source, engine.catalog()) {
            eprintln!("note: {tag}: {doubt}", tag = tag.as_str());
        }
    }
    record_all(&engine, &tags).await?;
    Ok(ExitCode::SUCCESS)
}

/// Invalidates `tags`, and says so; fails where that is not recorded.
#[allow(clippy::print_stdout)] // It is part of commands.
pub(crate) async fn record_all(engine: &Engine, tags: &[Tag]) -> anyhow::Result<()> {
    let recorded = record(engine, tags).await;
    for tag in recorded.map_err(|error| unrecorded(engine, &error))? {
        println!("invalidated {}", tag.as_str());
    }
    Ok(())
}

pub(crate) async fn record(engine: &Engine, tags: &[Tag]) -> Result<Vec<Tag>, NotRecorded> {
    let mut attempt = 1;
    loop {
        match engine.invalidate(tags).await {
            Err(_) if attempt < ATTEMPTS => tokio::time::sleep(PAUSE).await,
            result => return result,
        }
        attempt += 1;
    }
}

pub(crate) fn unrecorded(engine: &Engine, error: &NotRecorded) -> anyhow::Error {
    // Once nobody asks Redis any more, it is the first trouble that says why.
    let trouble = engine.loader().cache().health().trouble;
    let why = trouble.map_or_else(|| error.0.to_string(), |(_, why)| why);
    anyhow!("the invalidation is not recorded: {why}; run it again, servers may show older values")
}

/// Why a tag may be a slip. It is invalidated all the same: other servers may know it.
pub(crate) fn doubt(
    tag: &Tag,
    has_source: impl Fn(&SourceName) -> bool,
    catalog: &Catalog,
) -> Option<&'static str> {
    let (kind, name) = tag.as_str().split_once(':')?;
    let has_source = |name: &str| SourceName::parse(name).is_ok_and(|name| has_source(&name));
    let dashboard = |name: &str| catalog.dashboard(&Slug::parse(name).ok()?);
    match kind {
        "table" => match name.split_once('.') {
            None => Some("a table's tag is table:SOURCE.TABLE"),
            Some((source, _)) => (!has_source(source)).then_some("no such source is declared here"),
        },
        "source" => (!has_source(name)).then_some("no such source is declared here"),
        "rollup" => {
            let known = name.split_once('.').and_then(|(source, rollup)| {
                let rollup = RollupName::parse(rollup).ok()?;
                let contents = catalog.contents();
                Some(contents.rollups.get(&rollup)?.source.as_str() == source)
            });
            (known != Some(true)).then_some("there is no such rollup here")
        }
        "dashboard" => dashboard(name).is_none().then_some("there is no such dashboard here"),
        "panel" => {
            let panel = name.split_once('/').and_then(|(slug, id)| {
                dashboard(slug)?.panel(&PanelId::parse(id).ok()?).map(|_| ())
            });
            panel.is_none().then_some("there is no such panel here")
        }
        _ => None,
    }
}
