//! Invalidations of this process: recorded in the shared cache, or an error that says what to do.

use anyhow::anyhow;
use brisk_cache::{NotRecorded, Tag};
use brisk_domain::{PanelId, RollupName, Slug, SourceName};
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
