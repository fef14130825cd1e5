//! SQLite files that are damaged or gone.

use brisk_store::{Store, StoreError, StoreLocation};
use brisk_test_waiting::wait_for;
use std::path::Path;
use std::sync::Arc;
use tokio::sync::Barrier;
use tokio::task::JoinSet;

fn beside(path: &Path, suffix: &str) -> std::path::PathBuf {
    path.with_file_name(format!("{}{suffix}", path.file_name().unwrap().display()))
}

/// A whole store's bytes, and two ways to damage them: no database at all; one whose first page is
/// that of a database, and the rest is not.
async fn garbage(path: &Path) -> [Vec<u8>; 2] {
    Store::open(path).await.unwrap().close().await;
    let whole = std::fs::read(path).unwrap();
    let torn = [&whole[..120], &vec![0xa5; 20_000]].concat();
    [vec![b'x'; 5_000], torn]
}

fn replace(path: &Path, bytes: &[u8]) {
    for suffix in ["-wal", "-shm"] {
        let _ = std::fs::remove_file(beside(path, suffix));
    }
    std::fs::write(path, bytes).unwrap();
}

#[tokio::test]
async fn what_is_no_database_is_put_aside_and_a_new_one_begun() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("brisk.sqlite");
    let location = StoreLocation::Sqlite(path.clone());
    for (n, garbage) in garbage(&path).await.into_iter().enumerate() {
        replace(&path, &garbage);
        assert!(Store::open(&path).await.is_err());
        let (store, aside) = Store::open_or_renew(&location).await.unwrap();
        let expected = folder.path().join(format!("brisk.sqlite.damaged-{}", n + 1));
        assert_eq!(aside.as_deref(), Some(expected.as_path()));
        assert!(std::fs::read(&expected).unwrap().starts_with(&garbage[..100]), "it is kept");
        store.keep_requested_views(&[]).await.unwrap();
        store.close().await;
    }
    let (_, aside) = Store::open_or_renew(&location).await.unwrap();
    assert_eq!(aside, None);
    // What is not damage stays an error.
    let nowhere = StoreLocation::Sqlite(folder.path().join("none/brisk.sqlite"));
    assert!(Store::open_or_renew(&nowhere).await.is_err());
}

#[tokio::test]
async fn several_that_find_it_damaged_put_it_aside_once() {
    const REPLICAS: usize = 6;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("brisk.sqlite");
    let [garbage, _] = garbage(&path).await;
    replace(&path, &garbage);
    let start = Arc::new(Barrier::new(REPLICAS));
    let mut replicas = JoinSet::new();
    for _ in 0..REPLICAS {
        let (location, start) = (StoreLocation::Sqlite(path.clone()), Arc::clone(&start));
        replicas.spawn(async move {
            start.wait().await;
            Store::open_or_renew(&location).await
        });
    }
    let opened = wait_for("all have opened the store", replicas.join_all()).await;
    let opened: Vec<_> = opened.into_iter().map(Result::unwrap).collect();
    assert_eq!(opened.iter().filter(|(_, aside)| aside.is_some()).count(), 1);
    for (store, _) in &opened {
        store.keep_requested_views(&[]).await.unwrap();
    }
    assert!(!beside(&path, ".damaged-2").exists());
}

/// As somebody's change leaves it.
fn require(path: &Path) {
    std::fs::write(beside(path, ".required"), "").unwrap();
}

#[tokio::test]
async fn a_damaged_store_with_accounts_is_neither_replaced_nor_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("brisk.sqlite");
    let location = StoreLocation::Sqlite(path.clone());
    let garbage = garbage(&path).await;
    require(&path);
    for garbage in garbage {
        replace(&path, &garbage);
        let error = Store::open_or_renew(&location).await.unwrap_err();
        assert!(matches!(&error, StoreError::Damaged(_)), "{error}");
        let sentence = error.to_string();
        assert!(sentence.contains("brisk restore FILE"), "{sentence}");
        assert!(sentence.contains("brisk.sqlite.required away"), "{sentence}");
        assert_eq!(std::fs::read(&path).unwrap(), garbage, "it is as it was");
        assert!(!beside(&path, ".damaged-1").exists());
    }
    // Whoever decides to begin without does so by hand.
    std::fs::remove_file(beside(&path, ".required")).unwrap();
    assert!(Store::open_or_renew(&location).await.unwrap().1.is_some());
}

#[tokio::test]
async fn a_store_with_accounts_that_is_gone_does_not_begin_empty() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("brisk.sqlite");
    let location = StoreLocation::Sqlite(path.clone());
    require(&path);
    for is_empty in [false, true] {
        if is_empty {
            std::fs::write(&path, "").unwrap();
        }
        let error = Store::open_or_renew(&location).await.unwrap_err();
        assert!(matches!(&error, StoreError::Missing(_)), "{error}");
        assert_eq!(path.exists(), is_empty);
    }
}
