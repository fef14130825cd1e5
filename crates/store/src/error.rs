//! [`StoreError`]: why the store is unusable.

use sqlx::migrate::MigrateError;
use std::path::PathBuf;

/// Why the store is unusable.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Opening, reading or writing failed.
    #[error("Brisk's own database cannot be used: {0}")]
    Database(#[from] sqlx::Error),
    /// The migrations failed.
    #[error("Brisk's own database cannot be brought up to date: {0}")]
    Migration(#[from] MigrateError),
    /// What lies beside it cannot be read or written.
    #[error("{what} cannot be used: {error}", what = .0.display(), error = .1)]
    File(PathBuf, std::io::Error),
    /// It is damaged, and cannot be put aside.
    #[error("Brisk's own database is damaged, and cannot be put aside: {0}")]
    Aside(std::io::Error),
    /// It is damaged, and more than counts and records of the past are in it.
    #[error(
        "Brisk's own database {path} is damaged, and accounts or settings are in it: it is left as \
         it is. Restore a backup with `brisk restore FILE`. To begin without any account or setting \
         instead, move it and {path}.required away",
        path = .0.display()
    )]
    Damaged(PathBuf),
    /// It is gone, and more than counts and records of the past were in it.
    #[error(
        "Brisk's own database {path} is missing or empty, and accounts or settings were in it. Is \
         its disk there? Restore a backup with `brisk restore FILE`. To begin without any account \
         or setting instead, move {path}.required away",
        path = .0.display()
    )]
    Missing(PathBuf),
    /// Another process is replacing it.
    #[error("Brisk's own database {path} is being restored; try again", path = .0.display())]
    Restoring(PathBuf),
}

impl StoreError {
    /// Whether the file is no database, or a damaged one.
    pub(crate) fn is_damage(&self) -> bool {
        // SQLITE_CORRUPT and SQLITE_NOTADB, in the last byte of extended codes.
        const DAMAGE: [i32; 2] = [11, 26];
        sqlite_code(self).is_some_and(|code| DAMAGE.contains(&(code & 0xff)))
    }
}

/// SQLite's extended code of an error that came from it.
fn sqlite_code(error: &StoreError) -> Option<i32> {
    let error = match error {
        StoreError::Database(error)
        | StoreError::Migration(
            MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _),
        ) => error,
        _ => return None,
    };
    // SQLSTATEs of PostgreSQL have five characters.
    let code = error.as_database_error()?.code().filter(|code| code.len() < 5)?;
    code.parse().ok()
}

/// Whether SQLite says that another process has the file locked.
pub(crate) fn is_busy(error: &sqlx::Error) -> bool {
    const BUSY: i32 = 5;
    let code = error.as_database_error().and_then(|error| error.code()?.parse::<i32>().ok());
    code.is_some_and(|code| code & 0xff == BUSY)
}
