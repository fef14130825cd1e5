//! Settings of administrators: what they leave behind, and how other replicas learn of them.

use crate::people::anna;
use brisk_domain::Timestamp;
use brisk_store::{Actor, AuditFilter, Setting, Topic};
use brisk_test_stores::TestStore;
use brisk_test_waiting::wait_for;
use sqlx::postgres::PgListener;

#[tokio::test]
async fn settings_are_made_taken_back_and_logged_with_what_was_before() {
    for test in TestStore::each().await {
        let store = &test.store;
        let sales = "dashboard:sales";
        let both = [("cache.ttl", Some("5m")), ("cache.stale", Some("1h"))];
        store.change_settings(sales, &both, &anna(), Timestamp(1)).await.unwrap();
        let again = [("cache.ttl", Some("1m")), ("cache.stale", None), ("cache.mode", None)];
        let ben = Actor { name: "ben".into(), address: String::new() };
        store.change_settings(sales, &again, &ben, Timestamp(2)).await.unwrap();
        let expected = Setting {
            scope: sales.into(),
            key: "cache.ttl".into(),
            value: "1m".into(),
            changed_by: "ben".into(),
            changed_at: Timestamp(2),
        };
        assert_eq!(test.again().await.settings().await.unwrap(), [expected]);
        let log = store.audit(&AuditFilter::default(), 10).await.unwrap();
        let log: Vec<_> = log
            .iter()
            .map(|logged| {
                let record = &logged.record;
                let (before, after) = (record.before.as_deref(), record.after.as_deref());
                (record.actor.name.as_str(), record.subject.as_str(), before, after)
            })
            .collect();
        let expected = [
            ("ben", "dashboard:sales cache.stale", Some("1h"), None),
            ("ben", "dashboard:sales cache.ttl", Some("5m"), Some("1m")),
            ("anna", "dashboard:sales cache.stale", None, Some("1h")),
            ("anna", "dashboard:sales cache.ttl", None, Some("5m")),
        ];
        assert_eq!(log, expected, "what changed nothing is not in it");
    }
}

#[tokio::test]
async fn every_replica_hears_of_a_change_and_of_what_it_is_about() {
    for test in TestStore::each().await {
        let other = test.again().await;
        let mut own = test.store.follow_changes().await.unwrap();
        let mut others = other.follow_changes().await.unwrap();
        for ttl in ["1m", "2m"] {
            let ttl = [("cache.ttl", Some(ttl))];
            test.store.change_settings("global", &ttl, &anna(), Timestamp(1)).await.unwrap();
            for changes in [&mut own, &mut others] {
                let heard = wait_for("the replica hears of the change", changes.next()).await;
                assert_eq!(heard.unwrap(), [Topic::Settings].into());
            }
        }
        // A follower that begins now has read the settings since.
        let mut late = other.follow_changes().await.unwrap();
        let ttl = [("cache.ttl", None)];
        test.store.change_settings("global", &ttl, &anna(), Timestamp(1)).await.unwrap();
        wait_for("the replica hears of the change", late.next()).await.unwrap();
        assert_eq!(other.settings().await.unwrap(), []);
    }
}

#[tokio::test]
async fn postgresql_says_at_once_that_something_has_changed() {
    let Some(test) = TestStore::postgres().await else { return };
    let mut listener = PgListener::connect(test.url()).await.unwrap();
    listener.listen("brisk_changes").await.unwrap();
    let ttl = [("cache.ttl", Some("1m"))];
    test.store.change_settings("global", &ttl, &anna(), Timestamp(1)).await.unwrap();
    wait_for("PostgreSQL passes it on", listener.recv()).await.unwrap();
}

#[tokio::test]
async fn a_change_makes_a_file_irreplaceable() {
    let test = TestStore::sqlite().await;
    let marker = test.folder().join("brisk.sqlite.required");
    test.store.keep_requested_views(&[]).await.unwrap();
    assert!(!marker.exists());
    let ttl = [("cache.ttl", Some("1m"))];
    test.store.change_settings("global", &ttl, &anna(), Timestamp(1)).await.unwrap();
    assert!(marker.exists());
}
