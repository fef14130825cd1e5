//! [`Seen`]: what a folder of definitions looks like from outside, without reading any file. If it is
//! the same as before, nothing needs to be read again.

use crate::folder::{MAX_FILES, REPORTS, ROLLUPS, listed, subfolders};
use std::fs::Metadata;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

/// What a folder of definitions looks like from outside.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Seen {
    /// The folder and those in it, as far as they exist.
    folders: Vec<(PathBuf, Stamp)>,
    files: Vec<(PathBuf, Option<Stamp>, Option<Stamp>)>,
}

/// What changes when a file is written or replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    device: u64,
    inode: u64,
    size: u64,
    written: (i64, i64),
    changed: (i64, i64),
}

impl Seen {
    /// Looks at the folder at `directory`.
    pub fn of(directory: &Path) -> Self {
        let mut seen = Self::default();
        let inner = [ROLLUPS, REPORTS].map(|folder| directory.join(folder));
        let own = std::iter::once(directory.to_owned()).chain(inner);
        for folder in own.chain(subfolders(directory).unwrap_or_default()) {
            let place = folder.canonicalize().ok();
            let Some((place, stamp)) =
                place.and_then(|place| Some((place.clone(), Stamp::of(&place.metadata().ok()?))))
            else {
                continue;
            };
            // Changes in a folder show in its files.
            let stamp = Stamp { size: 0, written: (0, 0), changed: (0, 0), ..stamp };
            seen.folders.push((place, stamp));
            // One more than is read, so that the removal of a file shows.
            for path in listed(&folder).unwrap_or_default().into_iter().take(MAX_FILES + 1) {
                let own = path.symlink_metadata().ok().map(|found| Stamp::of(&found));
                let target = path.metadata().ok().map(|found| Stamp::of(&found));
                seen.files.push((path, own, target));
            }
        }
        seen
    }

    /// Whether it is in the same place as `before`, so that a watcher of that place sees its changes.
    pub fn is_in_place_of(&self, before: &Self) -> bool {
        self.folders == before.folders
    }

    /// The folders, with every link resolved.
    pub fn folders(&self) -> impl Iterator<Item = &Path> {
        self.folders.iter().map(|(path, _)| path.as_path())
    }
}

impl Stamp {
    fn of(found: &Metadata) -> Self {
        Self {
            device: found.dev(),
            inode: found.ino(),
            size: found.size(),
            written: (found.mtime(), found.mtime_nsec()),
            changed: (found.ctime(), found.ctime_nsec()),
        }
    }
}
