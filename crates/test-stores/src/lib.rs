//! Stores for tests: over a SQLite file, and over a database of its own in the tests' PostgreSQL.
//! [`TestStore::each`] gives both, so that tests of the store cover both.

// Panics are how tests fail.
#![allow(clippy::unwrap_used)]

use brisk_store::{DatabaseUrl, KeyOrigin, SecretKey, Store, StoreLocation};
use brisk_test_waiting::servers;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use tempfile::TempDir;

/// A store that is deleted after the test.
#[derive(Debug)]
pub struct TestStore {
    /// The store.
    pub store: Store,
    /// Where it is, for opening it again.
    pub location: StoreLocation,
    url: String,
    directory: TempDir,
    has_key: bool,
}

impl TestStore {
    /// One of each kind; with `--quick` only SQLite.
    pub async fn each() -> Vec<Self> {
        let mut stores = vec![Self::sqlite().await];
        stores.extend(Self::postgres().await);
        stores
    }

    /// The same without a key to their secrets.
    pub async fn each_without_key() -> Vec<Self> {
        let mut stores = vec![Self::in_file(false).await];
        stores.extend(Self::in_postgres(false).await);
        stores
    }

    /// One over a SQLite file.
    pub async fn sqlite() -> Self {
        Self::in_file(true).await
    }

    async fn in_file(has_key: bool) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("brisk.sqlite");
        let url = format!("sqlite://{}", path.display());
        Self::opened(StoreLocation::Sqlite(path), url, directory, has_key).await
    }

    /// One over PostgreSQL; none with `--quick`.
    pub async fn postgres() -> Option<Self> {
        Self::in_postgres(true).await
    }

    async fn in_postgres(has_key: bool) -> Option<Self> {
        let url = database().await?;
        let location = StoreLocation::Postgres(DatabaseUrl::parse(&url).unwrap());
        Some(Self::opened(location, url, tempfile::tempdir().unwrap(), has_key).await)
    }

    async fn opened(
        location: StoreLocation,
        url: String,
        directory: TempDir,
        has_key: bool,
    ) -> Self {
        let store = open(&location, has_key).await;
        Self { store, location, url, directory, has_key }
    }

    /// The URL of its database, for tests that bypass the store.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Whether it is on PostgreSQL.
    pub fn is_postgres(&self) -> bool {
        matches!(self.location, StoreLocation::Postgres(_))
    }

    /// The same store as another process would open it.
    pub async fn again(&self) -> Store {
        open(&self.location, self.has_key).await
    }

    /// A folder that is deleted after the test; on SQLite, that of the file.
    pub fn folder(&self) -> &Path {
        self.directory.path()
    }
}

/// The store, with the tests' key to its secrets or without one.
async fn open(location: &StoreLocation, has_key: bool) -> Store {
    if !has_key {
        return Store::at(location).await.unwrap();
    }
    let key = KeyOrigin::Given(SecretKey::parse(&"7e".repeat(32)).unwrap());
    Store::at(location).await.unwrap().unlocked(&key).await.unwrap()
}

/// The URL of a new, empty database; none with `--quick`.
pub async fn database() -> Option<String> {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let url = servers::url("BRISK_TEST_POSTGRES_URL")?;
    let name = format!("store_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let mut server = PgConnection::connect(&url).await.unwrap();
    server.execute(AssertSqlSafe(format!("create database {name}"))).await.unwrap();
    server.close().await.unwrap();
    let (server, _) = url.rsplit_once('/').unwrap();
    Some(format!("{server}/{name}"))
}
