//! A SQLite file that is a whole store: how it is copied, and how it is recognised.

use crate::StoreError;
use crate::damage::sync_folder;
use crate::location::with_suffix;
use crate::migrations::{self, Dialect};
use crate::opening::{Access, sqlite_options};
use sqlx::{AnyConnection, Connection as _, Row as _};
use std::fs::{File, OpenOptions, Permissions, TryLockError};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

/// A copy that is being made: a file beside the one that it is to become. What a killed process has left
/// of one is overwritten.
#[derive(Debug)]
pub(crate) struct Copy {
    pub(crate) path: PathBuf,
    file: File,
}

impl Copy {
    /// Begins a copy that is to become `target`, readable for its owner only.
    pub(crate) fn begin(target: &Path) -> Result<Self, StoreError> {
        let path = with_suffix(target, ".partial");
        let wrong = |error| StoreError::File(path.clone(), error);
        let mut options = OpenOptions::new();
        options.create(true).truncate(false).write(true).mode(0o600);
        let file = options.open(&path).map_err(wrong)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(StoreError::Copying(path)),
            Err(TryLockError::Error(error)) => return Err(wrong(error)),
        }
        // Whoever made it may have been another user's process.
        file.set_permissions(Permissions::from_mode(0o600)).map_err(wrong)?;
        file.set_len(0).map_err(wrong)?;
        let _ = std::fs::remove_file(with_suffix(&path, "-journal"));
        Ok(Self { path, file })
    }

    /// Writes what `connection` sees at this moment, and reads it back. Writers do not have to wait
    /// meanwhile.
    pub(crate) async fn write(&self, connection: &mut AnyConnection) -> Result<(), StoreError> {
        let path = self.path.to_str().ok_or_else(|| StoreError::Name(self.path.clone()))?;
        sqlx::query("vacuum into $1").bind(path).execute(connection).await?;
        inspect(&self.path).await
    }

    /// Replaces `target` by it in one step, durably.
    pub(crate) fn finish(self, target: &Path) -> Result<(), StoreError> {
        let put = || {
            self.file.sync_all()?;
            std::fs::rename(&self.path, target)?;
            sync_folder(target)
        };
        put().map_err(|error| StoreError::File(target.to_owned(), error))
    }

    /// Removes it.
    pub(crate) fn give_up(self) {
        // If it stays, the next copy is written over it.
        let _ = std::fs::remove_file(&self.path);
    }
}

/// Fails unless the file at `path` is a whole store, of a schema that this release knows.
pub(crate) async fn inspect(path: &Path) -> Result<(), StoreError> {
    let mut connection = AnyConnection::connect_with(&sqlite_options(path, Access::Read)?).await?;
    let inspected = inspect_open(&mut connection, path).await;
    connection.close().await?;
    inspected
}

async fn inspect_open(connection: &mut AnyConnection, path: &Path) -> Result<(), StoreError> {
    let none = || StoreError::NoStore(path.to_owned());
    let applied = "select version, checksum from _sqlx_migrations order by version";
    let applied = sqlx::query(applied).fetch_all(&mut *connection).await;
    // No database, a damaged one, or one without that table.
    let unreadable = |error| match error {
        sqlx::Error::Database(_) => none(),
        other => StoreError::from(other),
    };
    let applied = applied.map_err(unreadable)?;
    let known = migrations::migrator(Dialect::Sqlite);
    let of = |version: i64| known.iter().find(|migration| migration.version == version);
    let mut is_store = false;
    for row in &applied {
        let (version, sum): (i64, Vec<u8>) = (row.get(0), row.get(1));
        match of(version) {
            Some(migration) if *migration.checksum == *sum => is_store = true,
            None if is_store => return Err(StoreError::Newer(path.to_owned())),
            _ => return Err(none()),
        }
    }
    if !is_store {
        return Err(none());
    }
    let checked = sqlx::query("pragma integrity_check").fetch_all(connection).await;
    let checked = checked.map_err(unreadable)?;
    let problems = checked.iter().map(|row| row.get::<String, _>(0));
    match problems.filter(|line| line != "ok").count() {
        0 => Ok(()),
        _ => Err(StoreError::NoStore(path.to_owned())),
    }
}
