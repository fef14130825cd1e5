//! Ids of this program and its assets: pages that another build rendered may differ.

use brisk_app::Assets;
use brisk_cache::Fingerprint;
use brisk_engine::Window;
use std::sync::LazyLock;

/// Identifies this program among others of the same version. Replicas that run the same file agree
/// on it.
static PROGRAM: LazyLock<String> = LazyLock::new(|| {
    let metadata = std::env::current_exe().and_then(std::fs::metadata);
    metadata.map_or_else(
        |_| format!("{:x}", rand::random::<u64>()),
        |metadata| format!("{} {:?}", metadata.len(), metadata.modified().ok()),
    )
});

/// Identifies what pages are rendered with: this program, and the names of its assets, which are
/// hashes of their contents.
pub fn of(assets: &Assets) -> String {
    format!("{} {assets:?}", *PROGRAM)
}

/// Identifies a page by what its live channel has to be able to replace in it. Pages of other
/// programs and of other windows have to be loaded again as a whole.
pub fn page_id(window: &Window) -> String {
    let parts = [PROGRAM.clone(), format!("{:?} {:?}", window.bounds, window.interval)];
    Fingerprint::of(parts).to_string().chars().take(12).collect()
}
