//! `[audit]`: how long the audit log is kept.

use brisk_store::LEAST_RETENTION;
use brisk_toml_reader::{Fields, Problems};
use std::ops::RangeInclusive;
use std::time::Duration;

const DAY: Duration = Duration::from_secs(86_400);
/// Below a month the database itself refuses to delete.
const RETENTION: RangeInclusive<Duration> =
    LEAST_RETENTION..=Duration::from_secs(3_650 * DAY.as_secs());
/// A year, and time to look back on it.
pub(super) const USUAL: Duration = Duration::from_secs(400 * DAY.as_secs());

/// Reads `[audit]`.
pub(super) fn read(table: &Fields<'_>, problems: &mut Problems<'_>) -> Duration {
    let retention = table.seconds("retention", RETENTION, problems);
    table.finish(problems);
    retention.unwrap_or(USUAL)
}
