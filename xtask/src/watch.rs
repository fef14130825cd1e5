//! Detects changes to the source by the newest modification time in the code's directories.
//! Dashboards are not among them: the server reloads those itself.

use crate::workspace::Workspace;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

pub(crate) struct Watch {
    folders: Vec<PathBuf>,
    seen: Option<SystemTime>,
}

impl Watch {
    pub(crate) fn new(workspace: &Workspace) -> Self {
        let folders = ["app", "crates", "frontend", "migrations", "server", "style"];
        let mut watch = Self { folders: folders.map(|f| workspace.path(f)).into(), seen: None };
        watch.seen = watch.newest();
        watch
    }

    pub(crate) fn has_changed(&self) -> bool {
        self.newest() > self.seen
    }

    /// Whether anything has changed since the last call.
    pub(crate) fn take_change(&mut self) -> bool {
        let changed = self.has_changed();
        self.seen = self.newest();
        changed
    }

    fn newest(&self) -> Option<SystemTime> {
        self.folders.iter().filter_map(|folder| newest_below(folder)).max()
    }
}

fn newest_below(folder: &Path) -> Option<SystemTime> {
    let entries = std::fs::read_dir(folder).ok()?;
    let newest = |entry: std::fs::DirEntry| match entry.file_type() {
        Ok(kind) if kind.is_dir() => newest_below(&entry.path()),
        Ok(kind) if kind.is_file() => entry.metadata().ok()?.modified().ok(),
        _ => None,
    };
    entries.flatten().filter_map(newest).max()
}
