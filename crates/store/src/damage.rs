//! What becomes of a SQLite file that is damaged or gone. A store that holds only counts and history is
//! begun anew. One with accounts and settings never is: a new one would let everybody in.

use crate::StoreError;
use crate::location::with_suffix;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// The text of the file whose presence marks the store as irreplaceable.
const REQUIRED: &str = "Accounts or settings are in the database beside this file. As long as this \
    file is here, Brisk does not begin with an empty one.\n";

/// Whether the store at `path` has to be there.
pub(crate) fn is_required(path: &Path) -> bool {
    with_suffix(path, ".required").exists()
}

/// Writes down that the store at `path` has to be there from now on, however this process ends.
pub(crate) fn require(path: &Path) -> Result<(), StoreError> {
    let marker = with_suffix(path, ".required");
    let write = || {
        let mut file = std::fs::File::create(&marker)?;
        file.write_all(REQUIRED.as_bytes())?;
        file.sync_all()?;
        sync_folder(&marker)
    };
    write().map_err(|error| StoreError::File(marker.clone(), error))
}

/// Fails if the store at `path` has to be there, and is not.
pub(crate) fn expect_there(path: &Path) -> Result<(), StoreError> {
    let has_bytes = std::fs::metadata(path).is_ok_and(|file| file.len() > 0);
    if is_required(path) && !has_bytes {
        return Err(StoreError::Missing(path.to_owned()));
    }
    Ok(())
}

/// Renames the database and what belongs to it, so that nothing is lost; the answer is its new name.
pub(crate) fn put_aside(path: &Path) -> Result<PathBuf, StoreError> {
    let aside = free_name(path, ".damaged");
    std::fs::rename(path, &aside).map_err(StoreError::Aside)?;
    for suffix in ["-wal", "-shm"] {
        // Usually there is none.
        let _ = std::fs::rename(with_suffix(path, suffix), with_suffix(&aside, suffix));
    }
    Ok(aside)
}

/// The first of `brisk.sqlite.damaged-1`, `-2`, … that does not exist.
pub(crate) fn free_name(path: &Path, word: &str) -> PathBuf {
    let names = (1..u32::MAX).map(|n| with_suffix(path, &format!("{word}-{n}")));
    let free = names.into_iter().find(|name| !name.exists());
    free.unwrap_or_else(|| with_suffix(path, word))
}

/// Makes creations, renames and removals in the folder of `path` durable.
pub(crate) fn sync_folder(path: &Path) -> std::io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    std::fs::File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}
