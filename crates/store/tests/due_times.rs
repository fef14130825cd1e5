//! Due times among processes.

use brisk_domain::Timestamp;
use brisk_store::DueTime;
use brisk_test_stores::TestStore;
use brisk_test_waiting::wait_for;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Barrier;
use tokio::task::JoinSet;

const LEASE: Duration = Duration::from_secs(60);

fn at(second: i64) -> Timestamp {
    Timestamp::from_seconds(second)
}

fn due(name: &str, second: i64) -> DueTime {
    DueTime { kind: "warming".into(), name: name.into(), due_at: at(second) }
}

#[tokio::test]
async fn eight_claimers_take_each_due_time_once() {
    const CLAIMERS: usize = 8;
    const DUE: i64 = 24;
    for test in TestStore::each().await {
        let start = Arc::new(Barrier::new(CLAIMERS));
        let mut claimers = JoinSet::new();
        for n in 0..CLAIMERS {
            let (store, start) = (test.again().await, Arc::clone(&start));
            claimers.spawn(async move {
                // Each of them knows the schedule.
                for second in 1..=DUE {
                    store.plan_due_time(&due("nightly", second)).await.unwrap();
                }
                start.wait().await;
                let (name, mut taken) = (format!("claimer {n}"), Vec::new());
                while let Some(claimed) =
                    store.claim_due_time("warming", &name, at(DUE), LEASE).await.unwrap()
                {
                    assert!(store.finish_due_time(&claimed, &name, at(DUE)).await.unwrap());
                    taken.push(claimed);
                }
                taken
            });
        }
        let taken = wait_for("all due times are taken", claimers.join_all()).await.concat();
        let each: BTreeSet<DueTime> = taken.iter().cloned().collect();
        assert_eq!((taken.len(), each.len() as i64), (each.len(), DUE));
    }
}

#[tokio::test]
async fn a_claimer_that_dies_is_succeeded_and_one_that_lives_is_not() {
    for test in TestStore::each().await {
        let store = &test.store;
        store.plan_due_time(&due("nightly", 100)).await.unwrap();
        let claim = async |claimer: &str, second: i64| {
            store.claim_due_time("warming", claimer, at(second), LEASE).await.unwrap()
        };
        assert_eq!(claim("a", 99).await, None, "it is not due");
        assert_eq!(store.claim_due_time("reports", "a", at(100), LEASE).await.unwrap(), None);
        let first = claim("a", 100).await.unwrap();
        assert_eq!(first, due("nightly", 100));
        assert_eq!(claim("b", 150).await, None);
        assert!(store.keep_claim(&first, "a", at(150), LEASE).await.unwrap());
        assert_eq!(claim("b", 200).await, None, "its claim was kept");
        assert_eq!(claim("b", 210).await, Some(due("nightly", 100)), "it has died");
        // It was only slow: what it says comes too late.
        assert!(!store.keep_claim(&first, "a", at(211), LEASE).await.unwrap());
        assert!(!store.finish_due_time(&first, "a", at(211)).await.unwrap());
        assert!(store.finish_due_time(&first, "b", at(212)).await.unwrap());
        assert_eq!(claim("c", 9_999).await, None);
        // A replica that plans it late does not bring it back.
        store.plan_due_time(&due("nightly", 100)).await.unwrap();
        assert_eq!(claim("c", 9_999).await, None);
        store.plan_due_time(&due("nightly", 300)).await.unwrap();
        assert_eq!(store.forget_due_times(at(1_000)).await.unwrap(), 1);
        assert_eq!(claim("c", 300).await, Some(due("nightly", 300)));
    }
}
