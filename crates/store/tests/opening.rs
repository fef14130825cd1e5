//! Opening: several at once, beside a newer schema, under odd names.

use brisk_store::{DatabaseUrl, Store, StoreLocation};
use brisk_test_stores::{TestStore, database};
use brisk_test_waiting::wait_for;
use sqlx::any::AnyPoolOptions;
use sqlx::{AnyPool, Row as _};
use std::os::unix::fs::PermissionsExt as _;
use std::sync::Arc;
use tokio::sync::Barrier;
use tokio::task::JoinSet;

/// Access to the store that bypasses this crate.
async fn beside(location: &StoreLocation, url: Option<&str>) -> AnyPool {
    sqlx::any::install_default_drivers();
    let url = match (location, url) {
        (StoreLocation::Sqlite(path), _) => format!("sqlite://{}", path.display()),
        (StoreLocation::Postgres(_), url) => url.unwrap().to_owned(),
    };
    AnyPoolOptions::new().max_connections(1).connect(&url).await.unwrap()
}

async fn locations() -> (Vec<(StoreLocation, Option<String>)>, tempfile::TempDir) {
    let directory = tempfile::tempdir().unwrap();
    let file = StoreLocation::Sqlite(directory.path().join("brisk.sqlite"));
    let mut locations = vec![(file, None)];
    if let Some(url) = database().await {
        locations.push((StoreLocation::Postgres(DatabaseUrl::parse(&url).unwrap()), Some(url)));
    }
    (locations, directory)
}

#[tokio::test]
async fn replicas_that_start_together_migrate_once() {
    const REPLICAS: usize = 8;
    let (locations, _directory) = locations().await;
    for (location, url) in locations {
        let start = Arc::new(Barrier::new(REPLICAS));
        let mut replicas = JoinSet::new();
        for _ in 0..REPLICAS {
            let (location, start) = (location.clone(), Arc::clone(&start));
            replicas.spawn(async move {
                start.wait().await;
                let store = Store::at(&location).await?;
                store.keep_requested_views(&[]).await?;
                store.close().await;
                Ok::<_, brisk_store::StoreError>(())
            });
        }
        let opened = wait_for("all replicas have opened the store", replicas.join_all()).await;
        for replica in opened {
            replica.unwrap();
        }
        let pool = beside(&location, url.as_deref()).await;
        let sql = "select count(*), count(distinct version) from _sqlx_migrations";
        let row = sqlx::query(sql).fetch_one(&pool).await.unwrap();
        let (all, versions): (i64, i64) = (row.get(0), row.get(1));
        assert_eq!(all, versions);
        assert!(all >= 3);
        pool.close().await;
    }
}

#[tokio::test]
async fn a_release_runs_beside_the_schema_of_a_newer_one() {
    let (locations, _directory) = locations().await;
    for (location, url) in locations {
        Store::at(&location).await.unwrap().close().await;
        let pool = beside(&location, url.as_deref()).await;
        let newer = "insert into _sqlx_migrations
               (version, description, success, checksum, execution_time)
             values (9999, 'of a newer release', true, $1, 0)";
        sqlx::query(newer).bind(vec![0_u8; 48]).execute(&pool).await.unwrap();
        sqlx::query("create table newer (id bigint)").execute(&pool).await.unwrap();
        let store = Store::at(&location).await.unwrap();
        store.keep_requested_views(&[]).await.unwrap();
        store.close().await;
        // What a known migration says is still compared.
        let other = "update _sqlx_migrations set checksum = $1 where version = 1";
        sqlx::query(other).bind(vec![0_u8; 48]).execute(&pool).await.unwrap();
        assert!(Store::at(&location).await.is_err());
        pool.close().await;
    }
}

#[tokio::test]
async fn a_file_may_have_any_name() {
    let directory = tempfile::tempdir().unwrap();
    let folder = directory.path().join("a b%20?#\t&ü");
    std::fs::create_dir(&folder).unwrap();
    let path = folder.join("brisk ?mode=memory.sqlite");
    Store::open(&path).await.unwrap().close().await;
    assert!(path.exists());
}

#[tokio::test]
async fn a_new_file_is_for_its_owner_only() {
    let test = TestStore::sqlite().await;
    test.store.keep_requested_views(&[]).await.unwrap();
    let entries = std::fs::read_dir(test.folder()).unwrap().map(Result::unwrap);
    let modes: Vec<(String, u32)> = entries
        .map(|entry| {
            let mode = entry.metadata().unwrap().permissions().mode() & 0o777;
            (entry.file_name().into_string().unwrap(), mode)
        })
        .collect();
    assert!(modes.len() >= 3, "with its log of writes: {modes:?}");
    assert!(modes.iter().all(|(_, mode)| *mode == 0o600), "{modes:?}");
}

#[tokio::test]
async fn nothing_shows_the_password() {
    let url = DatabaseUrl::parse("postgres://brisk:hunter2@127.0.0.1:1/brisk").unwrap();
    let location = StoreLocation::Postgres(url);
    let error = Store::at(&location).await.unwrap_err();
    let shown = format!("{location} {location:?} {error} {error:?}");
    assert!(!shown.contains("hunter2"), "{shown}");
    for test in TestStore::each().await {
        assert!(!format!("{:?}", test.store).contains("://"));
    }
}
