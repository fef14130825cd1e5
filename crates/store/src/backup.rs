//! Backups of a store in a SQLite file, while it is in use.

use crate::in_use::InUse;
use crate::opening::{Access, sqlite_options};
use crate::snapshot::Copy;
use crate::{StoreError, StoreLocation};
use sqlx::{AnyConnection, Connection as _};
use std::path::Path;

/// Copies the store to `file`, as of one moment, and reads the copy back before it replaces an earlier
/// one. However this process ends, the old file or the new one is there. The answer is the copy's size
/// in bytes.
pub async fn backup(location: &StoreLocation, file: &Path) -> Result<u64, StoreError> {
    let StoreLocation::Sqlite(path) = location else { return Err(StoreError::NotAFile) };
    let missing = std::io::Error::from(std::io::ErrorKind::NotFound);
    if !path.exists() {
        return Err(StoreError::File(path.clone(), missing));
    }
    let _in_use = InUse::shared(path)?;
    let copy = Copy::begin(file)?;
    match write(path, &copy).await {
        Ok(()) => copy.finish(file)?,
        Err(error) => {
            copy.give_up();
            return Err(error);
        }
    }
    let size = std::fs::metadata(file).map_err(|error| StoreError::File(file.to_owned(), error))?;
    Ok(size.len())
}

async fn write(path: &Path, copy: &Copy) -> Result<(), StoreError> {
    let mut connection = AnyConnection::connect_with(&sqlite_options(path, Access::Write)?).await?;
    let written = copy.write(&mut connection).await;
    connection.close().await?;
    written
}
