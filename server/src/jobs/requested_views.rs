//! Remembers across restarts which views readers ask for most, so that warming loads those.

use brisk_engine::Engine;
use brisk_store::Store;
use std::convert::Infallible;
use std::time::Duration;

/// How often they are recorded; what comes after the last time is a small loss.
const EVERY: Duration = Duration::from_secs(60);

/// Restores in the engine which views were requested before.
pub async fn recall(engine: &Engine, store: &Store) {
    match store.requested_views().await {
        Ok(views) => engine.recall_requested_views(&views),
        Err(error) => tracing::warn!(%error, "the most requested views cannot be read"),
    }
}

/// Records the requested views, from time to time.
pub async fn record(engine: &Engine, store: &Store) -> Infallible {
    let mut recorded = engine.requested_views();
    loop {
        tokio::time::sleep(EVERY).await;
        let views = engine.requested_views();
        if views == recorded {
            continue;
        }
        record_now(store, &views).await;
        recorded = views;
    }
}

/// Records `views`.
pub async fn record_now(store: &Store, views: &[brisk_domain::RequestedView]) {
    if let Err(error) = store.keep_requested_views(views).await {
        tracing::warn!(%error, "the most requested views cannot be recorded");
    }
}
