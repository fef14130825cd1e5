//! Where the rollups of SQLite files that were added in the app are: each revision has a file of its
//! own, so that a refresh of the previous one, which may still write, is in nobody's way.

use brisk_domain::SourceName;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The folder in the data directory; those of the configuration's sources are above it.
const FOLDER: &str = "rollups/added";

/// The file of that source and revision.
pub fn of(data_dir: &Path, source: &SourceName, revision: &str) -> PathBuf {
    data_dir.join(FOLDER).join(format!("{source}.{revision}.sqlite"))
}

/// Removes the files of all revisions but those that are `kept`. What cannot be removed is tried again.
pub(super) fn tidy(data_dir: &Path, kept: &BTreeSet<&str>) {
    let files = std::fs::read_dir(data_dir.join(FOLDER)).into_iter().flatten().flatten();
    for file in files {
        let name = file.file_name().to_string_lossy().into_owned();
        // The name, the revision, "sqlite", and what SQLite adds to it.
        let mut parts = name.split('.');
        let revision =
            parts.nth(1).filter(|_| parts.next().is_some_and(|end| end.starts_with("sqlite")));
        if revision.is_some_and(|revision| !kept.contains(revision))
            && let Err(error) = std::fs::remove_file(file.path())
        {
            tracing::warn!(file = name, %error, "rollups of a source that is gone cannot be removed");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_revisions_that_are_gone_are_removed_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let name = SourceName::parse("shop").unwrap();
        tidy(folder.path(), &BTreeSet::new());
        let (old, new) = (of(folder.path(), &name, "0a"), of(folder.path(), &name, "0b"));
        let place = old.with_file_name("place");
        std::fs::create_dir_all(old.parent().unwrap()).unwrap();
        for file in [&old, &new, &place, &old.with_extension("sqlite-wal")] {
            std::fs::write(file, "").unwrap();
        }
        tidy(folder.path(), &BTreeSet::from(["0b"]));
        let left = std::fs::read_dir(old.parent().unwrap()).unwrap().count();
        assert!(new.exists() && place.exists() && left == 2);
    }
}
