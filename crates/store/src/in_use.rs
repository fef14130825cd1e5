//! Whether a SQLite store is open. Each process that has it open holds a shared lock on a file beside
//! it; one that puts the store aside or replaces it needs the exclusive lock. The lock of a process that
//! dies is released.

use crate::StoreError;
use crate::location::with_suffix;
use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

/// A lock on `brisk.sqlite.lock`.
#[derive(Debug)]
pub(crate) struct InUse(File);

impl InUse {
    /// The lock of a process that has the store open.
    pub(crate) fn shared(path: &Path) -> Result<Self, StoreError> {
        let lock = Self(open(path)?);
        match lock.0.try_lock_shared() {
            Ok(()) => Ok(lock),
            Err(TryLockError::WouldBlock) => Err(StoreError::Restoring(path.to_owned())),
            Err(TryLockError::Error(error)) => Err(StoreError::File(name(path), error)),
        }
    }

    /// The lock of the one process that has the store; none if another has it open.
    pub(crate) fn exclusive(path: &Path) -> Result<Option<Self>, StoreError> {
        let lock = Self(open(path)?);
        match lock.0.try_lock() {
            Ok(()) => Ok(Some(lock)),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(StoreError::File(name(path), error)),
        }
    }
}

impl Drop for InUse {
    /// Closing is not enough: a child process that has not yet run its own program has the file open,
    /// too, and would hold the lock for that long.
    fn drop(&mut self) {
        let _ = self.0.unlock();
    }
}

fn name(path: &Path) -> std::path::PathBuf {
    with_suffix(path, ".lock")
}

fn open(path: &Path) -> Result<File, StoreError> {
    let name = name(path);
    // Whoever could open it could lock it.
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).write(true).mode(0o600);
    options.open(&name).map_err(|error| StoreError::File(name, error))
}
