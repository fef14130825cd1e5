//! `brisk invalidate`: for pipelines that have just written what dashboards show.

use crate::cli::InvalidateArguments;
use crate::config::{Environment, Settings};
use crate::{logging, open, system_clock};
use anyhow::{anyhow, bail};
use brisk_cache::NotRecorded;
use brisk_domain::tag::Slip;
use brisk_domain::{PanelId, RollupName, Slug, SourceName, Tag, TagKind};
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
            eprintln!("note: {tag}: {doubt}");
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
        println!("invalidated {tag}");
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
    let has_source = |name: &str| SourceName::parse(name).is_ok_and(|name| has_source(&name));
    let dashboard = |name: &str| catalog.dashboard(&Slug::parse(name).ok()?);
    let (is_known, doubt) = match tag {
        Tag::All => return None,
        Tag::Table { source, .. } | Tag::Source(source) => (has_source(source), NO_SOURCE),
        Tag::Rollup { source, rollup } => {
            let known = RollupName::parse(rollup).ok().and_then(|rollup| {
                Some(catalog.contents().rollups.get(&rollup)?.source.as_str() == source)
            });
            (known == Some(true), NO_ROLLUP)
        }
        Tag::Dashboard(slug) => (dashboard(slug).is_some(), NO_DASHBOARD),
        Tag::Panel { dashboard: slug, panel } => {
            let known = dashboard(slug)
                .and_then(|dashboard| dashboard.panel(&PanelId::parse(panel).ok()?).map(|_| ()));
            (known.is_some(), NO_PANEL)
        }
        Tag::Custom(_) => match tag.slip() {
            Some(Slip::Incomplete(kind)) => (false, incomplete(kind)),
            Some(Slip::UnknownKind(_)) | None => return None,
        },
    };
    (!is_known).then_some(doubt)
}

const NO_SOURCE: &str = "no such source is declared here";
const NO_ROLLUP: &str = "there is no such rollup here";
const NO_DASHBOARD: &str = "there is no such dashboard here";
const NO_PANEL: &str = "there is no such panel here";

fn incomplete(kind: TagKind) -> &'static str {
    match kind {
        TagKind::Table => "a table's tag is table:SOURCE.TABLE",
        TagKind::Source => NO_SOURCE,
        TagKind::Rollup => NO_ROLLUP,
        TagKind::Dashboard => NO_DASHBOARD,
        TagKind::Panel => NO_PANEL,
    }
}
