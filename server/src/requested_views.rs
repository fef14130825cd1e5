//! Keeps across restarts which views readers ask for, so that warming loads those.

use brisk_engine::Engine;
use brisk_store::Store;
use std::convert::Infallible;
use std::time::Duration;

/// How often they are written down; what comes after the last time is no great loss.
const EVERY: Duration = Duration::from_secs(60);

/// Tells the engine what was asked for before.
pub async fn recall(engine: &Engine, store: &Store) {
    match store.requested_views().await {
        Ok(views) => engine.recall_requested_views(&views),
        Err(error) => tracing::warn!(%error, "which views are asked for most is not known"),
    }
}

/// Writes down what is asked for, from time to time.
pub async fn keep(engine: &Engine, store: &Store) -> Infallible {
    let mut kept = engine.requested_views();
    loop {
        tokio::time::sleep(EVERY).await;
        let views = engine.requested_views();
        if views == kept {
            continue;
        }
        keep_now(store, &views).await;
        kept = views;
    }
}

/// Writes down `views`.
pub async fn keep_now(store: &Store, views: &[brisk_domain::RequestedView]) {
    if let Err(error) = store.keep_requested_views(views).await {
        tracing::warn!(%error, "which views are asked for most could not be written down");
    }
}
