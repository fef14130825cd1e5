//! Jobs for tests.

use crate::people::NOW;
use brisk_domain::Timestamp;
use brisk_store::{Claimed, Enqueued, NewJob, Store};
use std::time::Duration;

pub(crate) const LEASE: Duration = Duration::from_secs(60);

/// That many seconds after [`NOW`].
pub(crate) const fn at(second: i64) -> Timestamp {
    Timestamp(NOW.0 + Timestamp::from_seconds(second).0)
}

/// A job that anna asks for, and that may be tried three times.
pub(crate) fn job<'j>(kind: &'j str, subject: &'j str) -> NewJob<'j> {
    NewJob {
        kind,
        subject,
        input: r#"{"of":"it"}"#,
        unique_key: None,
        asked_by: "anna",
        run_after: NOW,
        most_attempts: 3,
    }
}

/// Asks for `job`; the answer is its number.
pub(crate) async fn enqueued(store: &Store, job: &NewJob<'_>) -> i64 {
    let enqueued = store.enqueue(job, NOW).await.unwrap();
    let added = match enqueued {
        Enqueued::Added(id) => Some(id),
        Enqueued::Known(_) | Enqueued::Refused(_) => None,
    };
    added.unwrap()
}

pub(crate) async fn claim(store: &Store, claimer: &str, second: i64) -> Option<Claimed> {
    store.claim_job(&["export"], claimer, at(second), LEASE).await.unwrap()
}

/// Adds a job of the kind, and claims it.
pub(crate) async fn added(store: &Store, kind: &str, subject: &str) -> Claimed {
    let id = enqueued(store, &job(kind, subject)).await;
    let claimed = store.claim_job(&[kind], "me", NOW, LEASE).await.unwrap().unwrap();
    assert_eq!(claimed.job.id, id);
    claimed
}
