//! Invalidations of this process: recorded in the shared cache, or an error that says what to do.

use anyhow::anyhow;
use brisk_cache::NotRecorded;
use brisk_domain::tag::Slip;
use brisk_domain::{PanelId, RollupName, Slug, SourceName, Tag, TagKind};
use brisk_engine::{Catalog, Engine};
use std::time::Duration;

/// A process that has just started has to connect first, which may take longer than the timeout of
/// one operation.
const ATTEMPTS: u32 = 5;
const PAUSE: Duration = Duration::from_millis(300);

/// Gives the tags new generations; the answer is those that have one, with their other spellings.
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

/// What [`record`] failed with, and what to do.
pub(crate) fn not_recorded(engine: &Engine, error: &NotRecorded) -> anyhow::Error {
    // Once the circuit breaker is open, only the trouble that opened it says why.
    let trouble = engine.loader().cache().health().trouble;
    let why = trouble.map_or_else(|| error.0.to_string(), |(_, why)| why);
    anyhow!(
        "the invalidation is not recorded: {why}; run it again, or servers may show older values"
    )
}

/// Why a tag is probably a mistake. It is invalidated all the same: other servers may know it.
pub(crate) fn suspicion(
    tag: &Tag,
    has_source: impl Fn(&SourceName) -> bool,
    catalog: &Catalog,
) -> Option<&'static str> {
    let has_source = |name: &str| SourceName::parse(name).is_ok_and(|name| has_source(&name));
    let dashboard = |name: &str| catalog.dashboard(&Slug::parse(name).ok()?);
    let (is_known, suspicion) = match tag {
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
    (!is_known).then_some(suspicion)
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
