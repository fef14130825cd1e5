//! Watched queries: replicas take turns at them.

use brisk_domain::Timestamp;
use brisk_store::{Store, WatchRecord};
use brisk_test_stores::TestStore;
use std::time::Duration;

const PACE: Duration = Duration::from_secs(30);

#[tokio::test]
async fn one_replica_runs_a_query_at_a_time_and_the_next_one_knows_what_it_returned() {
    for test in TestStore::each().await {
        let at = Timestamp::from_seconds;
        let other = test.again().await;
        let claim = |store: Store| async move {
            store.claim_watch("shop", "orders", at(100), PACE).await.unwrap()
        };
        let (one, two) = (test.store.clone(), other.clone());
        let claimed = tokio::join!(claim(one.clone()), claim(two.clone()), claim(one), claim(two));
        let mine: Vec<WatchRecord> =
            [claimed.0, claimed.1, claimed.2, claimed.3].into_iter().flatten().collect();
        assert_eq!(mine.len(), 1, "the others leave it alone");
        assert_eq!(mine[0].hash, None);
        let record = WatchRecord {
            hash: Some("abc".into()),
            shown: "7, 8".into(),
            checked_at: Some(at(100)),
            changed_at: Some(at(100)),
            error: Some("why".into()),
            failing_since: Some(at(90)),
            ..WatchRecord::new("shop", "orders")
        };
        test.store.keep_watch(&record).await.unwrap();
        assert_eq!(other.watches().await.unwrap(), std::slice::from_ref(&record));
        assert_eq!(other.claim_watch("shop", "orders", at(129), PACE).await.unwrap(), None);
        let due = other.claim_watch("shop", "orders", at(130), PACE).await.unwrap().unwrap();
        assert_eq!(due, WatchRecord { checked_at: Some(at(130)), ..record });
        // A clock that was set back keeps no replica from checking.
        let back = test.store.claim_watch("shop", "orders", at(10), PACE).await.unwrap();
        assert_eq!(back.unwrap().hash.as_deref(), Some("abc"));
    }
}
