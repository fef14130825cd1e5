//! Data of the page "Sources".

use brisk_domain::{RollupStatus, SourceName, Timestamp};
use std::time::Duration;

/// The sources and their rollups.
#[derive(Debug)]
pub struct SourcesPage {
    /// When they were asked.
    pub now: Timestamp,
    /// The sources, by name.
    pub sources: Vec<SourceReport>,
}

impl SourcesPage {
    /// Whether something is in progress, so that the page reloads itself soon.
    pub fn is_busy(&self) -> bool {
        self.sources.iter().flat_map(|source| &source.rollups).any(|row| row.is_running)
    }
}

/// One source.
#[derive(Debug)]
pub struct SourceReport {
    /// Its name.
    pub name: SourceName,
    /// The name and version of its server; or why it cannot be reached.
    pub version: Result<String, String>,
    /// What its role may do besides reading.
    pub may_write: Option<String>,
    /// Connections that it may have, and those that it has.
    pub connections: (u32, u32),
    /// How long a statement may take.
    pub time: Duration,
    /// Rows and bytes that a statement may give.
    pub size: (u64, u64),
    /// The dashboards that read it: address and title.
    pub dashboards: Vec<(String, String)>,
    /// Its rollups, by name.
    pub rollups: Vec<RollupRow>,
}

/// One rollup.
#[derive(Debug)]
pub struct RollupRow {
    /// Its status.
    pub status: RollupStatus,
    /// Whether it is being rebuilt, as somebody asked here.
    pub is_running: bool,
    /// What went wrong when that was done, though the table was built.
    pub notice: Option<String>,
}
