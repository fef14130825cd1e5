//! What becomes of jobs that fail.

use crate::support::{
    Held, Process, anna, at, clock, done, enqueued, export, in_state, job, known, limits,
};
use brisk_jobs::{Failure, NotAdded, Workers};
use brisk_store::JobState;
use brisk_test_stores::TestStore;
use brisk_test_waiting::eventually;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

#[tokio::test]
async fn a_job_that_fails_is_tried_again_later_and_later_and_given_up() {
    for test in TestStore::each().await {
        let (store, clock) = (&test.store, clock());
        let id = enqueued(store, &job("export", "sales")).await;
        let handler = export(|running| async move {
            Err(Failure::passing(format!("No answer to attempt {}.", running.attempt())))
        });
        let workers = Workers::new(store.clone(), clock.clone(), "a", limits());
        // Half of the time that there is: 10 s, and 15 instead of 20.
        let _process = Process::start(workers.with(handler).with_random(Arc::new(|| 0.5)));
        let failed = async |failures: i64| {
            eventually(format!("it has failed {failures} times"), async || {
                known(store, id).await.failures == failures
            })
            .await;
            known(store, id).await
        };
        let first = failed(1).await;
        assert_eq!((first.state, first.run_after), (JobState::Waiting, at(5)));
        assert_eq!(first.outcome, "No answer to attempt 1.");
        clock.advance(5);
        let second = failed(2).await;
        assert_eq!((second.state, second.run_after.0 - at(5).0), (JobState::Waiting, 7_500_000));
        clock.advance(8);
        let third = failed(3).await;
        assert_eq!((third.state, third.attempt), (JobState::Failed, 3));
        assert_eq!(third.outcome, "No answer to attempt 3.");
        // An admin has it tried again, as often.
        assert!(store.retry_job(id, &anna(), at(20)).await.unwrap());
        clock.advance(7);
        let again = failed(1).await;
        assert_eq!((again.state, again.attempt), (JobState::Waiting, 4));
    }
}

#[tokio::test]
async fn what_would_fail_each_time_is_tried_once() {
    let test = TestStore::sqlite().await;
    let id = enqueued(&test.store, &job("export", "sales")).await;
    let handler = export(|_| async { Err(Failure::lasting("There is no dashboard sales.")) });
    let workers = Workers::new(test.store.clone(), clock(), "a", limits());
    let _process = Process::start(workers.with(handler));
    let dead = in_state(&test.store, id, JobState::Failed).await;
    assert_eq!((dead.attempt, dead.outcome.as_str()), (1, "There is no dashboard sales."));
}

#[tokio::test]
async fn a_panic_is_a_failure_of_one_job() {
    for test in TestStore::each().await {
        let (store, clock) = (&test.store, clock());
        let id = enqueued(store, &job("export", "sales")).await;
        let handler = export(|running| async move {
            assert!(running.attempt() > 1, "a panic that the test wants");
            done()
        });
        let workers = Workers::new(store.clone(), clock.clone(), "a", limits());
        let _process = Process::start(workers.with(handler).with_random(Arc::new(|| 1.0)));
        eventually("it has failed", async || known(store, id).await.failures == 1).await;
        let failed = known(store, id).await;
        assert_eq!((failed.state, failed.run_after), (JobState::Waiting, at(10)));
        assert!(failed.outcome.contains("Brisk's own code failed"), "{}", failed.outcome);
        clock.advance(10);
        let job = in_state(store, id, JobState::Done).await;
        assert_eq!((job.attempt, job.outcome.as_str()), (2, "done"));
    }
}

#[tokio::test]
async fn a_result_that_is_too_large_is_refused_for_good() {
    let test = TestStore::sqlite().await;
    let id = enqueued(&test.store, &job("export", "sales")).await;
    let handler = export(|running| async move {
        let part = vec![0; 1024 * 1024];
        loop {
            match running.add_to_result(&part).await {
                Ok(()) => {}
                Err(error @ NotAdded::TooLarge) => return Err(error.into()),
                Err(error) => return Err(Failure::passing(error.to_string())),
            }
        }
    });
    let workers = Workers::new(test.store.clone(), clock(), "a", limits());
    let _process = Process::start(workers.with(handler));
    let dead = in_state(&test.store, id, JobState::Failed).await;
    assert!(dead.outcome.contains("larger than 64 MiB"), "{}", dead.outcome);
    assert_eq!(dead.attempt, 1);
}

#[tokio::test]
async fn progress_is_seen_while_the_job_runs() {
    for test in TestStore::each().await {
        let (store, clock, held) = (&test.store, clock(), Held::new());
        let id = enqueued(store, &job("export", "sales")).await;
        let workers = Workers::new(store.clone(), clock.clone(), "a", limits());
        let _process = Process::start(workers.with(held.handler()));
        held.running(1).await;
        for done in [3, 7] {
            held.given().progress(done, 10);
            // It is told at the next look.
            let told = AtomicI64::new(0);
            eventually("its progress is told", async || {
                // Less than a third of the lease in all.
                if told.fetch_add(1, Ordering::Relaxed) < 5 {
                    clock.advance(1);
                }
                let job = known(store, id).await;
                (job.progress_done, job.progress_total) == (done, 10)
            })
            .await;
        }
        assert_eq!(known(store, id).await.state, JobState::Running);
    }
}
