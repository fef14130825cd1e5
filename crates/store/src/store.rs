//! The database itself: opening and migrating it.

use crate::migrations;
use sqlx::migrate::MigrateError;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions};
use std::path::{Path, PathBuf};

/// Why the store is unusable.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Opening, reading or writing failed.
    #[error("Brisk's own database cannot be used: {0}")]
    Database(#[from] sqlx::Error),
    /// The migrations failed.
    #[error("Brisk's own database cannot be brought up to date: {0}")]
    Migration(#[from] MigrateError),
    /// It is damaged, and cannot be put aside.
    #[error("Brisk's own database is damaged, and cannot be put aside: {0}")]
    Aside(std::io::Error),
}

impl StoreError {
    /// Whether the file is no database, or a damaged one.
    fn is_damage(&self) -> bool {
        // SQLITE_CORRUPT and SQLITE_NOTADB, in the last byte of extended codes.
        const DAMAGE: [i32; 2] = [11, 26];
        let error = match self {
            Self::Database(error) | Self::Migration(MigrateError::Execute(error)) => error,
            Self::Migration(_) | Self::Aside(_) => return false,
        };
        let code = error.as_database_error().and_then(|error| error.code()?.parse::<i32>().ok());
        code.is_some_and(|code| DAMAGE.contains(&(code & 0xff)))
    }
}

/// Renames the database and what belongs to it, so that nothing is lost; the answer is its new name.
fn put_aside(path: &Path) -> Result<PathBuf, StoreError> {
    let with = |suffix: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        PathBuf::from(name)
    };
    let free = (1..u32::MAX).map(|n| format!(".damaged-{n}")).find(|suffix| !with(suffix).exists());
    let aside = with(&free.unwrap_or_else(|| ".damaged".into()));
    std::fs::rename(path, &aside).map_err(StoreError::Aside)?;
    for suffix in ["-wal", "-shm"] {
        let mut name = aside.as_os_str().to_owned();
        name.push(suffix);
        // Usually there is none.
        let _ = std::fs::rename(with(suffix), PathBuf::from(name));
    }
    Ok(aside)
}

/// Brisk's own database. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Store {
    pub(crate) pool: SqlitePool,
}

impl Store {
    /// Opens the database file at `path`, creates it if it is missing, and migrates it. One that is no
    /// database, or damaged, is put aside, and the answer is where: what is in it are counts and records of
    /// the past, without which a server can begin.
    pub async fn open_or_renew(path: &Path) -> Result<(Self, Option<PathBuf>), StoreError> {
        match Self::open(path).await {
            Ok(store) => Ok((store, None)),
            Err(error) if error.is_damage() => {
                let aside = put_aside(path)?;
                Ok((Self::open(path).await?, Some(aside)))
            }
            Err(error) => Err(error),
        }
    }

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

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_no_database_is_put_aside_and_a_new_one_begun() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("brisk.sqlite");
        Store::open(&path).await.unwrap().pool.close().await;
        let whole = std::fs::read(&path).unwrap();
        // No database at all; one whose first page is that of a database, and the rest is not.
        let torn = [&whole[..120], &vec![0xa5; 20_000]].concat();
        for (n, garbage) in [vec![b'x'; 5_000], torn].into_iter().enumerate() {
            for suffix in ["-wal", "-shm"] {
                let _ = std::fs::remove_file(folder.path().join(format!("brisk.sqlite{suffix}")));
            }
            std::fs::write(&path, &garbage).unwrap();
            assert!(Store::open(&path).await.unwrap_err().is_damage());
            let (store, aside) = Store::open_or_renew(&path).await.unwrap();
            let expected = folder.path().join(format!("brisk.sqlite.damaged-{}", n + 1));
            assert_eq!(aside.as_deref(), Some(expected.as_path()));
            assert!(std::fs::read(&expected).unwrap().starts_with(&garbage[..100]), "it is kept");
            store.keep_requested_views(&[]).await.unwrap();
            store.pool.close().await;
        }
        let (_, aside) = Store::open_or_renew(&path).await.unwrap();
        assert_eq!(aside, None);
        // What is not damage stays an error.
        assert!(Store::open_or_renew(&folder.path().join("none/brisk.sqlite")).await.is_err());
    }
}
