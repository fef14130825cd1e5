//! [`StoreError`]: why the store is unusable.

use sqlx::migrate::MigrateError;
use std::path::PathBuf;

/// Why the store is unusable.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Opening, reading or writing failed.
    #[error("Brisk's own database cannot be used: {0}")]
    Database(#[from] sqlx::Error),
    /// A pooler hands its sessions from one client to another.
    #[error(
        "Brisk's own database is behind a pooler in transaction or statement mode, where statements could \
         reach another client's session. Set the pooler to session mode (PgBouncer: `pool_mode = session`), \
         or name the server itself in BRISK_DATABASE_URL"
    )]
    SharedSessions,
    /// Nothing came back.
    #[error("Brisk's own database does not answer")]
    NoAnswer,
    /// The migrations failed.
    #[error("Brisk's own database cannot be brought up to date: {0}")]
    Migration(#[source] MigrateError),
    /// A migration that this release knows was another one when it was applied.
    #[error(
        "Brisk's own database was brought up to date by another build than a release: its migration {0} \
         has another text than this one's. It is left as it is. Start the build that made it, or restore a \
         backup of before"
    )]
    OtherMigration(i64),
    /// A migration was begun and not finished.
    #[error(
        "the migration {0} of Brisk's own database was begun and did not end well. It is left as it is. \
         Restore a backup of before"
    )]
    HalfMigrated(i64),
    /// A newer release has changed it in a way that this one does not understand.
    #[error(
        "Brisk's own database was changed by a newer release in a way that this one cannot work with \
         ({0}). It is left as it is. Start that release, or restore a backup of before it"
    )]
    Broken(String),
    /// A file beside it cannot be read or written.
    #[error("{what} cannot be used: {error}", what = .0.display(), error = .1)]
    File(PathBuf, std::io::Error),
    /// It is damaged, and cannot be put aside.
    #[error("Brisk's own database is damaged, and cannot be put aside: {0}")]
    Aside(std::io::Error),
    /// It is damaged, and holds more than counts and history.
    #[error(
        "Brisk's own database {path} is damaged, and accounts or settings are in it: it is left as \
         it is. Restore a backup with `brisk restore FILE`. To begin without any account or setting \
         instead, move it and {path}.required away",
        path = .0.display()
    )]
    Damaged(PathBuf),
    /// It is gone, and held more than counts and history.
    #[error(
        "Brisk's own database {path} is missing or empty, and accounts or settings were in it. Is \
         its disk there? Restore a backup with `brisk restore FILE`. To begin without any account \
         or setting instead, move {path}.required away",
        path = .0.display()
    )]
    Missing(PathBuf),
    /// Another process has it open, which only one may.
    #[error(
        "Brisk's own database {path} is open in another process: stop `brisk serve` before you \
         restore it",
        path = .0.display()
    )]
    InUse(PathBuf),
    /// Another process writes the same copy.
    #[error("{path} is being written by another process", path = .0.display())]
    Copying(PathBuf),
    /// SQLite takes the names of files as text.
    #[error("the name {path} is no UTF-8 text", path = .0.display())]
    Name(PathBuf),
    /// The file is not one that can be restored.
    #[error("{path} is no database of Brisk's, or a damaged one", path = .0.display())]
    NoStore(PathBuf),
    /// The file has migrations that this release does not know.
    #[error(
        "{path} is of a newer release of Brisk than this one: restore it with that release",
        path = .0.display()
    )]
    Newer(PathBuf),
    /// The store is in PostgreSQL.
    #[error(
        "Brisk's own records are in PostgreSQL: back them up with pg_dump, and restore them with \
         pg_restore"
    )]
    NotAFile,
    /// This process's key is not the store's.
    #[error(
        "secrets in Brisk's own database are encrypted under another key ({stored}) than this process \
         has ({own}): give all replicas the same BRISK_SECRET_KEY, or the same secret.key in their \
         data directories"
    )]
    OtherKey {
        /// The id of the store's key.
        stored: String,
        /// The id of this process's key.
        own: String,
    },
    /// The store has a key, and this process has none.
    #[error(
        "secrets in Brisk's own database are encrypted under the key {id}, and there is neither \
         BRISK_SECRET_KEY nor {path}: put that key there, as it is beside the backup or on the other \
         replicas. If it is lost, `delete from secret_key` in the database lets Brisk draw a new one; \
         what was encrypted has to be entered again",
        path = .path.display()
    )]
    NoKey {
        /// The id of the store's key.
        id: String,
        /// Where the key's file would be.
        path: PathBuf,
    },
    /// This process has not been given the key.
    #[error("secrets in Brisk's own database are encrypted, and this command has no key")]
    Locked,
    /// A secret cannot be encrypted.
    #[error("the secret of {0} cannot be encrypted: {1}")]
    Sealing(String, std::io::Error),
    /// Sessions are kept in Redis, which gives no answer.
    #[error("sessions are kept in Redis, which cannot be used: {0}")]
    Sessions(String),
    /// A secret is in a column that the change of the key does not know.
    #[error(
        "the key of Brisk's own database cannot be changed: {0} holds secrets under the old one that \
         this release does not encrypt again. Start it with the old key alone as BRISK_SECRET_KEY"
    )]
    NotSealedAgain(String),
    /// A secret was encrypted under another key, or changed.
    #[error("the secret of {0} in Brisk's own database cannot be decrypted: enter it again")]
    Unreadable(String),
    /// Another process is replacing it.
    #[error("Brisk's own database {path} is being restored; try again", path = .0.display())]
    Restoring(PathBuf),
}

impl From<MigrateError> for StoreError {
    fn from(error: MigrateError) -> Self {
        match error {
            MigrateError::VersionMismatch(version) => Self::OtherMigration(version),
            MigrateError::Dirty(version) => Self::HalfMigrated(version),
            error => Self::Migration(error),
        }
    }
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
