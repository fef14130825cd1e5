//! Data of the page "Sources".

use brisk_domain::{RollupStatus, SourceName, Timestamp};
use std::time::Duration;

/// The sources and their rollups.
#[derive(Debug)]
pub struct SourcesPage {
    /// When they were queried.
    pub now: Timestamp,
    /// The sources, by name.
    pub sources: Vec<SourceReport>,
    /// Sources that were added here and are not read, each with the reason.
    pub unread: Vec<(String, String)>,
    /// Whether sources may be added here.
    pub may_add: bool,
    /// The action just done.
    pub notice: Option<String>,
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
    /// The maximum of its connections, and their current number.
    pub connections: (u32, u32),
    /// How long a statement may take.
    pub time: Duration,
    /// How many rows and bytes a statement may return.
    pub size: (u64, u64),
    /// The dashboards that read it: address and title.
    pub dashboards: Vec<(String, String)>,
    /// Its rollups, by name.
    pub rollups: Vec<RollupRow>,
    /// Who added it here; none if the configuration declares it.
    pub added: Option<AddedSource>,
    /// The statements with the longest total time since the process started.
    pub slow: Vec<SlowRow>,
}

/// Details of a source that was added in the app.
#[derive(Debug)]
pub struct AddedSource {
    /// Where it is, without its password.
    pub shown: String,
    /// Who changed it last.
    pub changed_by: String,
    /// When.
    pub changed_at: Timestamp,
}

/// A slow statement.
#[derive(Debug)]
pub struct SlowRow {
    /// Identifies its text.
    pub fingerprint: String,
    /// Its text, without values.
    pub sql: String,
    /// The panel that ran it last: dashboard and panel.
    pub label: String,
    /// How often it ran.
    pub runs: u64,
    /// The total time of all runs.
    pub total: Duration,
    /// The time of the longest run.
    pub longest: Duration,
}

/// The form of a source.
#[derive(Debug, Default)]
pub struct SourceFormPage {
    /// Its name; empty for a new one.
    pub name: String,
    /// Its address, without secrets.
    pub shown: Option<String>,
    /// What is in the fields: name, connections, seconds, rows, wall clock.
    pub typed: [String; 5],
    /// The folder from which SQLite files are taken.
    pub folder: String,
    /// Whether it is known where its rollups are written.
    pub has_rollups: bool,
    /// Whether it is known to be a SQLite file, which has no connections to limit.
    pub is_file: bool,
    /// Why what was typed is refused.
    pub problem: Option<String>,
    /// The result of a test: the kind of server, and further notes.
    pub tested: Option<(String, Vec<String>)>,
}

/// Whether a source is removed.
#[derive(Debug)]
pub struct RemoveSourcePage {
    /// Its name.
    pub name: String,
    /// Its address, without secrets.
    pub shown: String,
    /// The dashboards that read it: address and title.
    pub dashboards: Vec<(String, String)>,
}

/// One rollup.
#[derive(Debug)]
pub struct RollupRow {
    /// Its status.
    pub status: RollupStatus,
    /// Whether it is being rebuilt at somebody's request here.
    pub is_running: bool,
    /// What went wrong during that rebuild, although the table was built.
    pub notice: Option<String>,
}
