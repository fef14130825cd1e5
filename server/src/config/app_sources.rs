//! `[app_sources]`: which databases admins may add in the app.

use super::sources;
use brisk_toml_reader::{Fields, Problems};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long a statement or a refresh of a rollup may take at most on a database that was added in the app.
pub const LONGEST: Duration = sources::ROLLUP_TIME;

/// Which databases may be added in the app.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AppSourceRules {
    /// Whether none may.
    pub off: bool,
    /// Servers that may be connected to, as URLs name them; `*.example.com` means all below it. Empty:
    /// any but those of link-local addresses.
    pub hosts: Vec<String>,
    /// The folder in which SQLite files may lie; left out, `sources` in the data directory.
    pub sqlite_folder: Option<PathBuf>,
}

impl AppSourceRules {
    /// Reads `[app_sources]`; `base` is the folder of the file.
    pub(super) fn read(table: &Fields<'_>, base: &Path, problems: &mut Problems<'_>) -> Self {
        let expected = "a list of servers such as [\"db.example.com\", \"*.internal\"]";
        let hosts = table.texts("hosts", expected, problems).unwrap_or_default();
        let inside = |text: &str| (!text.is_empty()).then(|| base.join(text));
        let rules = Self {
            off: table.flag("off", problems),
            hosts: hosts.into_iter().map(str::to_lowercase).collect(),
            sqlite_folder: table.expected(
                "sqlite_folder",
                "the path of a folder",
                inside,
                problems,
            ),
        };
        table.finish(problems);
        rules
    }
}
