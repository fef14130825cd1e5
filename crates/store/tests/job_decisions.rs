//! What admins see of the queue, and decide.

use crate::jobs::{added, at, claim, enqueued, job};
use crate::people::{anna, in_words};
use brisk_store::{AuditFilter, Hold, JobFilter, JobState, Topic, restore};
use brisk_test_stores::TestStore;
use brisk_test_waiting::wait_for;

#[tokio::test]
async fn a_running_job_is_cancelled_and_what_its_process_says_does_not_count() {
    for test in TestStore::each().await {
        let store = &test.store;
        let mut changes = test.again().await.follow_changes().await.unwrap();
        let claimed = added(store, "export", "sales").await;
        let (id, held) = (claimed.job.id, &claimed.claim);
        store.add_result_part(held, vec![1]).await.unwrap();
        assert!(store.cancel_job(id, &anna(), at(5)).await.unwrap());
        let heard = wait_for("another replica hears of it", changes.next()).await.unwrap();
        assert!(heard.contains(&Topic::Jobs));
        assert_eq!(store.job_hold(held).await.unwrap(), Hold::Cancelled);
        let renewed = store.renew_job(held, at(6), crate::jobs::LEASE).await.unwrap();
        assert_eq!(renewed, Hold::Cancelled);
        let done = store.finish_job(held, at(6), "too late", None).await.unwrap();
        assert_eq!(done, Hold::Cancelled);
        let cancelled = store.queued_job(id).await.unwrap().unwrap();
        assert_eq!((cancelled.state, cancelled.ended_at), (JobState::Cancelled, Some(at(5))));
        assert_eq!(claim(store, "b", 9_999).await, None);
        assert!(!store.cancel_job(id, &anna(), at(7)).await.unwrap(), "it is already");
        assert!(!store.cancel_job(id + 1, &anna(), at(7)).await.unwrap(), "there is none");
        let log = store.audit(&AuditFilter::default(), 10).await.unwrap();
        assert_eq!(log[0].record.subject, format!("job {id} export sales"));
        let log: Vec<String> = log.iter().map(in_words).collect();
        assert_eq!(log, ["job cancelled: running → cancelled"]);
    }
}

#[tokio::test]
async fn a_waiting_job_is_cancelled_and_tried_after_all() {
    for test in TestStore::each().await {
        let store = &test.store;
        let id = enqueued(store, &job("export", "sales")).await;
        assert!(store.cancel_job(id, &anna(), at(1)).await.unwrap());
        assert_eq!(claim(store, "a", 2).await, None);
        assert!(store.retry_job(id, &anna(), at(3)).await.unwrap());
        assert_eq!(claim(store, "a", 3).await.unwrap().job.id, id);
    }
}

#[tokio::test]
async fn a_dead_job_is_tried_again_as_often_as_a_new_one() {
    for test in TestStore::each().await {
        let store = &test.store;
        let first = added(store, "export", "sales").await;
        let id = first.job.id;
        assert!(!store.retry_job(id, &anna(), at(1)).await.unwrap(), "it runs");
        store.fail_job(&first.claim, at(1), "no such dashboard", None).await.unwrap();
        assert!(!store.cancel_job(id, &anna(), at(2)).await.unwrap(), "it has ended");
        assert!(store.retry_job(id, &anna(), at(2)).await.unwrap());
        let again = claim(store, "b", 2).await.unwrap();
        assert_eq!((again.job.attempt, again.job.failures), (2, 0));
        assert_eq!(again.job.outcome, "no such dashboard", "until there is another one");
        assert_eq!(store.job_hold(&first.claim).await.unwrap(), Hold::Lost);
        store.finish_job(&again.claim, at(3), "3 rows", None).await.unwrap();
        assert!(!store.retry_job(id, &anna(), at(4)).await.unwrap(), "it is done");
        let log = store.audit(&AuditFilter::default(), 10).await.unwrap();
        let log: Vec<String> = log.iter().map(in_words).collect();
        assert_eq!(log, ["job retried: failed → waiting"]);
    }
}

#[tokio::test]
async fn jobs_are_listed_newest_first_page_by_page() {
    for test in TestStore::each().await {
        let store = &test.store;
        let mut ids = Vec::new();
        for n in 0..5 {
            let kind = if n % 2 == 0 { "export" } else { "report" };
            ids.push(enqueued(store, &job(kind, &n.to_string())).await);
        }
        let first = claim(store, "a", 0).await.unwrap();
        store.finish_job(&first.claim, at(1), "", None).await.unwrap();
        claim(store, "a", 0).await.unwrap();
        let list = async |filter: &JobFilter, limit: u32| -> Vec<i64> {
            let jobs = store.queued_jobs(filter, limit).await.unwrap();
            jobs.iter().map(|job| job.id).collect()
        };
        let all = JobFilter::default();
        assert_eq!(list(&all, 100).await, [ids[4], ids[3], ids[2], ids[1], ids[0]]);
        assert_eq!(list(&all, 2).await, [ids[4], ids[3]]);
        assert_eq!(list(&JobFilter { below: Some(ids[3]), ..all }, 2).await, [ids[2], ids[1]]);
        let of = |state, kind: Option<&str>| JobFilter {
            state,
            kind: kind.map(ToOwned::to_owned),
            below: None,
        };
        assert_eq!(list(&of(Some(JobState::Done), None), 9).await, [ids[0]]);
        assert_eq!(list(&of(None, Some("report")), 9).await, [ids[3], ids[1]]);
        assert_eq!(list(&of(Some(JobState::Waiting), Some("export")), 9).await, [ids[4]]);
        assert_eq!(store.job_kinds().await.unwrap(), ["export", "report"]);
        let counts: Vec<_> = store.job_counts().await.unwrap().into_iter().collect();
        let expected = [(JobState::Waiting, 3), (JobState::Running, 1), (JobState::Done, 1)];
        assert_eq!(counts, expected);
        // Only what has ended is forgotten.
        assert_eq!(store.forget_jobs(at(9_999)).await.unwrap(), 1);
        assert_eq!(list(&JobFilter::default(), 9).await, [ids[4], ids[3], ids[2], ids[1]]);
    }
}

#[tokio::test]
async fn after_a_restore_nothing_is_done_a_second_time() {
    let test = TestStore::sqlite().await;
    let running = added(&test.store, "export", "sales").await.job.id;
    let waiting = enqueued(&test.store, &job("export", "stock")).await;
    let file = test.folder().join("backup.sqlite");
    brisk_store::backup(&test.location, &file).await.unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    let new = brisk_store::StoreLocation::Sqlite(elsewhere.path().join("brisk.sqlite"));
    restore(&new, &file, at(100)).await.unwrap();
    let store = brisk_store::Store::at(&new).await.unwrap();
    assert_eq!(claim(&store, "a", 9_999).await, None);
    for id in [running, waiting] {
        let job = store.queued_job(id).await.unwrap().unwrap();
        assert_eq!(job.state, JobState::Cancelled);
        assert!(job.outcome.contains("done since"), "{}", job.outcome);
    }
    assert!(store.retry_job(waiting, &anna(), at(200)).await.unwrap());
    assert_eq!(claim(&store, "a", 200).await.unwrap().job.id, waiting);
}
