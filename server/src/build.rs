//! What tells this program, and what it draws with, from others: pages that another one drew may
//! differ.

use brisk_app::Assets;
use brisk_cache::Fingerprint;
use brisk_engine::Window;
use std::sync::LazyLock;

/// Tells this program from others of the same version. Replicas that run the same file agree on it.
static PROGRAM: LazyLock<String> = LazyLock::new(|| {
    let metadata = std::env::current_exe().and_then(std::fs::metadata);
    metadata.map_or_else(
        |_| format!("{:x}", rand::random::<u64>()),
        |metadata| format!("{} {:?}", metadata.len(), metadata.modified().ok()),
    )
});

/// Tells what pages are drawn with from others: this program, and the names of its assets, which
/// are made of what is in them.
pub fn with(assets: &Assets) -> String {
    format!("{} {assets:?}", *PROGRAM)
}

/// Tells a page by what its live channel has to be able to replace in it: pages of other programs,
/// and of other times, have to be made anew.
pub fn page_id(window: &Window) -> String {
    let parts = [PROGRAM.clone(), format!("{:?} {:?}", window.bounds, window.interval)];
    Fingerprint::of(parts).to_string().chars().take(12).collect()
}
