//! The database itself: opening and migrating it.

use crate::migrations;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions};
use std::path::Path;

/// Why the store is unusable.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Opening, reading or writing failed.
    #[error("Brisk's own database cannot be used: {0}")]
    Database(#[from] sqlx::Error),
    /// The migrations failed.
    #[error("Brisk's own database cannot be brought up to date: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
}

/// Brisk's own database. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Store {
    pub(crate) pool: SqlitePool,
}

impl Store {
    /// Opens the database file at `path`, creates it if it is missing, and migrates it.
    pub async fn open(path: &Path) -> Result<Self, StoreError> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .foreign_keys(true)
            .busy_timeout(std::time::Duration::from_secs(5));
        let pool = SqlitePoolOptions::new().max_connections(4).connect_with(options).await?;
        migrations::migrator().run(&pool).await?;
        Ok(Self { pool })
    }
}
