//! `[connections]`: how many there may be, and how long each step of one may take.

use crate::connections::limits::Limits;
use brisk_toml_reader::{Fields, Problems};
use std::ops::RangeInclusive;
use std::time::Duration;

const STEP: RangeInclusive<Duration> = Duration::from_millis(50)..=Duration::from_secs(3_600);

/// Reads `[connections]`.
pub(super) fn read(table: &Fields<'_>, problems: &mut Problems<'_>) -> Limits {
    let usual = Limits::default();
    let most = table.whole("most", 1..=1 << 20, problems).map(|most| most as usize);
    let mut step = |key, usual| table.duration(key, STEP, problems).unwrap_or(usual);
    let limits = Limits {
        most,
        headers: step("headers", usual.headers),
        body: step("body", usual.body),
        idle: step("idle", usual.idle),
        write: step("write", usual.write),
        stop: step("stop", usual.stop),
    };
    table.finish(problems);
    limits
}
