//! Reads the dashboards at the start, and again when a file is added, changed or removed while the
//! server runs.
//!
//! Events of the file system come first: of the folder, and of the places where it, or a link on the way
//! to it, may be replaced. They are lost with a folder that is moved away, on network drives and beyond
//! the system's limit, so the folder is scanned from time to time as well. Files are read only if it
//! looks different.

use brisk_definition::Seen;
use brisk_engine::Catalog;
use notify::{RecommendedWatcher, RecursiveMode, Watcher};
use std::collections::BTreeSet;
use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;

/// Editors write a file in several steps; this long after the first one it is complete.
const QUIET: Duration = Duration::from_millis(150);
/// How often the folder is scanned without any event. It costs a moment for each file.
const LOOK: Duration = Duration::from_secs(5);

/// Reads the dashboards for the first time. [`follow`] starts from what was seen then.
pub async fn read(catalog: &Arc<Catalog>) -> Seen {
    let seen = scan(catalog).await.unwrap_or_default();
    if reload(catalog).await {
        report(&catalog.contents());
    }
    seen
}

/// Reads them again whenever they look different from what was `seen`.
pub async fn follow(catalog: &Arc<Catalog>, mut seen: Seen) -> Infallible {
    let changed = Arc::new(Notify::new());
    let mut watcher = watch(catalog.directory(), &seen, &changed);
    loop {
        if tokio::time::timeout(LOOK, changed.notified()).await.is_ok() {
            tokio::time::sleep(QUIET).await;
        }
        let Some(now) = scan(catalog).await else { continue };
        let before = catalog.contents();
        // A file that could not be read because the process had no file descriptor left does not look
        // different.
        if !catalog.is_read() || now != seen || before.may_pass {
            if !now.is_in_place_of(&seen) {
                // Before the files are read, so that no change is missed.
                drop(watcher);
                watcher = watch(catalog.directory(), &now, &changed);
            }
            let looks_different = now != seen;
            seen = now;
            let is_reloaded = reload(catalog).await;
            let contents = catalog.contents();
            let is_news = looks_different || contents.problems != before.problems;
            if is_reloaded && is_news {
                let (dashboards, rollups) = (contents.dashboards.len(), contents.rollups.len());
                tracing::info!(dashboards, rollups, "dashboards reloaded");
                report(&contents);
            }
        }
    }
}

async fn scan(catalog: &Arc<Catalog>) -> Option<Seen> {
    let directory = catalog.directory().to_owned();
    tokio::task::spawn_blocking(move || Seen::of(&directory)).await.ok()
}

/// Whether it worked.
async fn reload(catalog: &Arc<Catalog>) -> bool {
    let reader = Arc::clone(catalog);
    let read = tokio::task::spawn_blocking(move || reader.reload()).await;
    if let Err(error) = &read {
        tracing::error!(%error, "the dashboards could not be read");
    }
    read.is_ok()
}

/// Notifies `changed` of events in the folder, or of the folder itself, until the result is dropped.
fn watch(directory: &Path, seen: &Seen, changed: &Arc<Notify>) -> Option<RecommendedWatcher> {
    let folders: BTreeSet<PathBuf> = seen.folders().map(Path::to_owned).collect();
    let ways = ways(directory);
    let parents: BTreeSet<PathBuf> =
        ways.iter().filter_map(|way| way.parent()).map(Path::to_owned).collect();
    let notified = {
        let (changed, folders) = (Arc::clone(changed), folders.clone());
        move |event: notify::Result<notify::Event>| {
            // Much may happen beside the folder; and events may have been lost.
            let concerns = |path: &PathBuf| {
                ways.contains(path) || folders.iter().any(|folder| path.starts_with(folder))
            };
            let concerns = event.map_or(true, |event| {
                let is_news = event.need_rescan() || event.paths.iter().any(concerns);
                is_news && !event.kind.is_access()
            });
            if concerns {
                changed.notify_one();
            }
        }
    };
    let mut watcher = match notify::recommended_watcher(notified) {
        Ok(watcher) => watcher,
        Err(error) => {
            tracing::warn!(%error, "changes of dashboards are noticed only every {LOOK:?}");
            return None;
        }
    };
    for folder in folders.union(&parents) {
        if let Err(error) = watcher.watch(folder, RecursiveMode::NonRecursive) {
            let folder = folder.display();
            tracing::warn!(%folder, %error, "changes of this folder are noticed only every {LOOK:?}");
        }
    }
    Some(watcher)
}

/// The folder, and every link on the way to it: what may be replaced by another one.
fn ways(directory: &Path) -> BTreeSet<PathBuf> {
    let Ok(directory) = std::path::absolute(directory) else { return BTreeSet::new() };
    let links = directory.ancestors().filter(|way| way.is_symlink()).map(Path::to_owned);
    let mut ways: BTreeSet<PathBuf> = links.collect();
    ways.extend(directory.canonicalize().ok());
    ways.insert(directory);
    ways
}

/// Logs what is wrong with the files.
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
