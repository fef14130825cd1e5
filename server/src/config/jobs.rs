//! `[jobs]`: how many background jobs a server does at a time.

use brisk_toml_reader::{Fields, Problems};
use std::ops::RangeInclusive;

/// With 0, this server does none: others that share its store do.
const WORKERS: RangeInclusive<usize> = 0..=64;
/// Jobs run beside readers, and may take much memory each.
pub(super) const USUAL: usize = 2;

/// Reads `[jobs]`.
pub(super) fn read(table: &Fields<'_>, problems: &mut Problems<'_>) -> usize {
    let workers = table.whole("workers", WORKERS, problems);
    table.finish(problems);
    workers.unwrap_or(USUAL)
}
