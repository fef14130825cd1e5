//! Backups: made while the store is written to, restored, compared, refused.

use brisk_domain::Timestamp;
use brisk_store::{Actor, AuditFilter, Store, StoreError, StoreLocation, backup, restore};
use brisk_test_stores::TestStore;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

async fn set(store: &Store, value: &str) {
    let actor = Actor { name: "anna".into(), address: String::new() };
    let both = [("cache.ttl", Some(value)), ("cache.stale", Some(value))];
    store.change_settings("global", &both, &actor, Timestamp(1)).await.unwrap();
}

/// The value of the settings, which are always made together.
async fn value(store: &Store) -> String {
    let settings = store.settings().await.unwrap();
    assert_eq!(settings.len(), 2);
    assert_eq!(settings[0].value, settings[1].value, "half a change");
    settings[0].value.clone()
}

fn location(folder: &Path) -> StoreLocation {
    StoreLocation::Sqlite(folder.join("brisk.sqlite"))
}

#[tokio::test]
async fn a_backup_of_a_store_that_is_written_to_is_one_moment_of_it() {
    let test = TestStore::sqlite().await;
    set(&test.store, "0").await;
    let ended = Arc::new(AtomicBool::new(false));
    let writing = tokio::spawn({
        let (store, ended) = (test.store.clone(), Arc::clone(&ended));
        async move {
            let mut number = 0_u64;
            while !ended.load(Ordering::Relaxed) {
                number += 1;
                set(&store, &number.to_string()).await;
            }
            number
        }
    });
    let file = test.folder().join("backup.sqlite");
    let mut last = 0_u64;
    for round in 0..5 {
        assert!(backup(&test.location, &file).await.unwrap() > 0);
        let mode = std::fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let elsewhere = tempfile::tempdir().unwrap();
        let new = location(elsewhere.path());
        assert_eq!(restore(&new, &file, Timestamp(5)).await.unwrap(), None);
        let store = Store::at(&new).await.unwrap();
        let number: u64 = value(&store).await.parse().unwrap();
        assert!(number >= last, "round {round}");
        last = number;
        let log = store.audit(&AuditFilter::default(), 1_000_000).await.unwrap();
        assert_eq!(log[0].record.action, "backup restored");
        assert_eq!(log.len() as u64, 1 + 2 * (number + 1), "each change is there with its record");
    }
    ended.store(true, Ordering::Relaxed);
    assert!(writing.await.unwrap() > last, "it was written to the whole time");
    assert!(!test.folder().join("backup.sqlite.partial").exists());
}

#[tokio::test]
async fn a_restore_keeps_the_old_store_and_refuses_while_it_is_in_use() {
    let folder = tempfile::tempdir().unwrap();
    let (there, file) = (location(folder.path()), folder.path().join("backup.sqlite"));
    let store = Store::at(&there).await.unwrap();
    set(&store, "old").await;
    backup(&there, &file).await.unwrap();
    set(&store, "new").await;
    let error = restore(&there, &file, Timestamp(5)).await.unwrap_err();
    assert!(matches!(error, StoreError::InUse(_)), "{error}");
    assert_eq!(value(&store).await, "new");
    store.close().await;
    let aside = restore(&there, &file, Timestamp(5)).await.unwrap().unwrap();
    assert_eq!(aside, folder.path().join("brisk.sqlite.before-restore-1"));
    assert_eq!(value(&Store::at(&there).await.unwrap()).await, "old");
    assert_eq!(value(&Store::open(&aside).await.unwrap()).await, "new");
    assert!(folder.path().join("brisk.sqlite.required").exists());
}

#[tokio::test]
async fn a_damaged_store_is_restored_and_kept_with_its_log() {
    let folder = tempfile::tempdir().unwrap();
    let (path, file) = (folder.path().join("brisk.sqlite"), folder.path().join("backup.sqlite"));
    let there = location(folder.path());
    let store = Store::at(&there).await.unwrap();
    set(&store, "old").await;
    backup(&there, &file).await.unwrap();
    store.close().await;
    std::fs::write(&path, vec![b'x'; 5_000]).unwrap();
    std::fs::write(folder.path().join("brisk.sqlite-wal"), "what was written last").unwrap();
    assert!(matches!(Store::open_or_renew(&there).await, Err(StoreError::Damaged(_))));
    let aside = restore(&there, &file, Timestamp(5)).await.unwrap().unwrap();
    assert_eq!(value(&Store::at(&there).await.unwrap()).await, "old");
    assert_eq!(std::fs::read(&aside).unwrap(), vec![b'x'; 5_000]);
}

#[tokio::test]
async fn what_is_no_store_of_this_release_is_not_restored() {
    let test = TestStore::sqlite().await;
    let folder = test.folder();
    set(&test.store, "old").await;
    let whole = folder.join("whole.sqlite");
    backup(&test.location, &whole).await.unwrap();
    let altered = async |name: &str, sql: &str| {
        let file = folder.join(name);
        let _ = std::fs::copy(&whole, &file);
        let url = format!("sqlite://{}?mode=rwc", file.display());
        sqlx::any::install_default_drivers();
        let pool = sqlx::AnyPool::connect(&url).await.unwrap();
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned())).execute(&pool).await.unwrap();
        pool.close().await;
        file
    };
    let newer = "insert into _sqlx_migrations
           (version, description, success, checksum, execution_time)
         values (9999, 'of a newer release', true, x'00', 0)";
    let newer = altered("newer.sqlite", newer).await;
    let other = altered("other.sqlite", "update _sqlx_migrations set checksum = x'00'").await;
    let foreign = altered("foreign.sqlite", "drop table _sqlx_migrations").await;
    let bytes = std::fs::read(&whole).unwrap();
    let (torn, text) = (folder.join("torn.sqlite"), folder.join("text"));
    std::fs::write(&torn, [&bytes[..bytes.len() / 2], &vec![0xa5; bytes.len() / 2]].concat())
        .unwrap();
    std::fs::write(&text, "no database").unwrap();
    let place = tempfile::tempdir().unwrap();
    let there = location(place.path());
    Store::at(&there).await.unwrap().close().await;
    let before = std::fs::read(place.path().join("brisk.sqlite")).unwrap();
    let missing = folder.join("missing");
    for file in [&newer, &other, &foreign, &torn, &text, &missing] {
        let error = restore(&there, file, Timestamp(5)).await.unwrap_err();
        let is_newer = matches!(error, StoreError::Newer(_));
        assert_eq!(is_newer, *file == newer, "{error}");
        assert!(error.to_string().contains(&file.display().to_string()), "{error}");
    }
    assert_eq!(std::fs::read(place.path().join("brisk.sqlite")).unwrap(), before);
    assert!(!place.path().join("brisk.sqlite.partial").exists());
    if let Some(postgres) = TestStore::postgres().await {
        let error = backup(&postgres.location, &whole).await.unwrap_err();
        assert!(error.to_string().contains("pg_dump"), "{error}");
    }
}
