//! Reloads dashboards when their directory changes while the server runs.

use brisk_engine::Catalog;
use notify::{RecursiveMode, Watcher};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;

/// Editors write a file in several steps; this long after the last one it is complete.
const QUIET: Duration = Duration::from_millis(150);

/// Watches the catalog's directory until the result is dropped.
pub fn watch(catalog: Arc<Catalog>) -> anyhow::Result<notify::RecommendedWatcher> {
    let changed = Arc::new(Notify::new());
    let mut watcher = notify::recommended_watcher({
        let changed = Arc::clone(&changed);
        move |event: notify::Result<notify::Event>| {
            if event.is_ok_and(|event| !event.kind.is_access()) {
                changed.notify_one();
            }
        }
    })?;
    // Rollups are in a folder below, which may come later.
    watcher.watch(catalog.directory(), RecursiveMode::Recursive)?;
    tokio::spawn(async move {
        loop {
            changed.notified().await;
            tokio::time::sleep(QUIET).await;
            let reader = Arc::clone(&catalog);
            let Ok(contents) = tokio::task::spawn_blocking(move || reader.reload()).await else {
                continue;
            };
            let (dashboards, rollups) = (contents.dashboards.len(), contents.rollups.len());
            tracing::info!(dashboards, rollups, "dashboards reloaded");
            report(&contents);
        }
    });
    Ok(watcher)
}

/// Says in the log what is wrong with the files.
pub fn report(contents: &brisk_engine::catalog::Contents) {
    for problem in &contents.problems {
        tracing::warn!("{problem}");
    }
    for slug in &contents.outdated {
        tracing::warn!(dashboard = %slug, "its file is broken: the last good version stays");
    }
    for name in &contents.outdated_rollups {
        tracing::warn!(rollup = %name, "its file is broken: the last good version stays");
    }
}
