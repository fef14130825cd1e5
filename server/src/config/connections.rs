//! `[connections]`: how many there may be, and how long each of their steps may take.

use crate::connections::limits::Limits;
use brisk_toml_reader::{Fields, Problems};
use std::ops::RangeInclusive;
use std::time::Duration;

const STEP: RangeInclusive<Duration> = Duration::from_millis(50)..=Duration::from_secs(3_600);

/// Reads `[connections]`.
pub(super) fn read(table: &Fields<'_>, problems: &mut Problems<'_>) -> Limits {
    let usual = Limits::default();
    let most = table.whole("most", 1..=1 << 20, problems).map(|most| most as usize);
    let per_client = table.whole("per_client", 1..=1 << 20, problems).map(|most| most as usize);
    let least_rate = table.size("least_rate", 0..=1 << 30, problems);
    let unsent = table.size("unsent", 1 << 20..=1 << 40, problems);
    let mut step = |key, usual| table.duration(key, STEP, problems).unwrap_or(usual);
    let limits = Limits {
        most,
        per_client,
        headers: step("headers", usual.headers),
        body: step("body", usual.body),
        idle: step("idle", usual.idle),
        write: step("write", usual.write),
        least_rate: least_rate.unwrap_or(usual.least_rate),
        unsent: unsent.map_or(usual.unsent, |bytes| usize::try_from(bytes).unwrap_or(usize::MAX)),
        stop: step("stop", usual.stop),
    };
    table.finish(problems);
    limits
}
