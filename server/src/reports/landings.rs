//! Notes when data have landed that reports wait for: each server hears of every invalidation, and which of them
//! notes it first makes no difference.

use super::known::known;
use brisk_cache::{Event, Follower};
use brisk_domain::{Clock, Tag};
use brisk_engine::Engine;
use brisk_store::{Store, StoreError};
use std::collections::BTreeSet;
use std::convert::Infallible;
use tokio::sync::Notify;

/// Follows the cache's `events` for as long as it is polled; `noted` is told of each landing.
pub async fn follow(
    store: &Store,
    engine: &Engine,
    clock: &dyn Clock,
    noted: &Notify,
    mut events: Follower,
) -> Infallible {
    while let Some(event) = events.next().await {
        // What a server that was cut off has missed, others have noted.
        let Event::Invalidated(tags) = event else { continue };
        let tags: Vec<Tag> = tags.iter().filter_map(|tag| Tag::parse(tag.as_str()).ok()).collect();
        let at = clock.now();
        match note(store, engine, &tags, at).await {
            Ok(false) => {}
            Ok(true) => noted.notify_one(),
            Err(error) => {
                tracing::warn!(%error, "that data have landed cannot be noted");
            }
        }
    }
    std::future::pending().await
}

/// Notes those of `tags` that some report waits for; whether there is any.
async fn note(
    store: &Store,
    engine: &Engine,
    tags: &[Tag],
    at: brisk_domain::Timestamp,
) -> Result<bool, StoreError> {
    let contents = engine.catalog().contents();
    let mut awaited: BTreeSet<String> = BTreeSet::new();
    for report in known(store, &contents).await?.into_values().filter_map(|one| one.report.ok()) {
        let landing = report.timing.landing.iter().flat_map(|landing| &landing.after);
        awaited.extend(landing.map(Tag::compared));
    }
    let landed: Vec<Tag> =
        tags.iter().filter(|tag| awaited.contains(&tag.compared())).cloned().collect();
    store.note_landings(&landed, at).await?;
    Ok(!landed.is_empty())
}
