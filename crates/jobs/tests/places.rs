//! How many jobs are done at a time, by whom, and what is kept of them.

use crate::support::{
    Held, Process, Scripted, at, clock, done, enqueued, export, in_state, job, known, limits,
};
use brisk_jobs::{Done, Limits, Made, Workers};
use brisk_store::{JobState, LARGEST_PART, NewJob};
use brisk_test_stores::TestStore;
use brisk_test_waiting::eventually;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

#[tokio::test]
async fn two_processes_do_each_job_once() {
    const JOBS: usize = 60;
    for test in TestStore::each().await {
        let clock = clock();
        for n in 0..JOBS {
            enqueued(&test.store, &job("export", &n.to_string())).await;
        }
        let begun: Arc<Mutex<BTreeMap<i64, usize>>> = Arc::default();
        let mut processes = Vec::new();
        for name in ["a", "b"] {
            let begun = Arc::clone(&begun);
            let handler = export(move |running| {
                *begun.lock().unwrap().entry(running.id()).or_default() += 1;
                async { done() }
            });
            let store = test.again().await;
            let workers = Workers::new(store, clock.clone(), name, limits());
            processes.push(Process::start(workers.with(handler)));
        }
        eventually("all jobs are done", async || {
            let counts = test.store.job_counts().await.unwrap();
            counts.get(&JobState::Done) == Some(&(JOBS as u64))
        })
        .await;
        let begun = begun.lock().unwrap();
        assert_eq!((begun.len(), begun.values().sum::<usize>()), (JOBS, JOBS));
    }
}

#[tokio::test]
async fn no_more_are_done_at_a_time_than_there_are_places() {
    for test in TestStore::each().await {
        let (store, held) = (&test.store, Held::new());
        for _ in 0..6 {
            enqueued(store, &job("export", "sales")).await;
        }
        let workers = Workers::new(store.clone(), clock(), "a", limits());
        let _process = Process::start(workers.with(held.handler()));
        held.running(2).await;
        held.gate.add_permits(6);
        eventually("all are done", async || {
            store.job_counts().await.unwrap().get(&JobState::Done) == Some(&6)
        })
        .await;
        assert_eq!((held.gauge.begun(), held.gauge.most()), (6, 2));
    }
}

#[tokio::test]
async fn a_kind_has_no_more_places_than_it_may() {
    let test = TestStore::sqlite().await;
    let store = &test.store;
    let (exports, reports) = (Held::new(), Held::new());
    for _ in 0..4 {
        enqueued(store, &job("report", "sales")).await;
        enqueued(store, &job("export", "sales")).await;
    }
    let limits = Limits { at_a_time: 3, ..limits() };
    let reporting = Scripted { kind: "report", at_a_time: 1, ..reports.handler() };
    let workers = Workers::new(store.clone(), clock(), "a", limits);
    let _process = Process::start(workers.with(exports.handler()).with(reporting));
    // Reports that wait for their place keep no export from its own.
    exports.running(2).await;
    reports.running(1).await;
    exports.gate.add_permits(4);
    reports.gate.add_permits(4);
    eventually("all are done", async || {
        store.job_counts().await.unwrap().get(&JobState::Done) == Some(&8)
    })
    .await;
    assert_eq!((reports.gauge.begun(), reports.gauge.most()), (4, 1));
    assert_eq!(exports.gauge.begun(), 4);
}

#[tokio::test]
async fn a_job_that_is_asked_for_is_begun_at_once_and_a_later_one_in_time() {
    for test in TestStore::each().await {
        let (store, clock, held) = (&test.store, clock(), Held::new());
        let workers = Workers::new(store.clone(), clock.clone(), "a", limits());
        let process = Process::start(workers.with(held.handler()));
        let later = NewJob { run_after: at(30), ..job("export", "later") };
        let later = enqueued(store, &later).await;
        let now = enqueued(store, &job("export", "now")).await;
        process.workers.notify();
        held.running(1).await;
        assert_eq!(held.given().id(), now);
        assert_eq!((held.given().subject(), held.given().input()), ("now", "{}"));
        assert_eq!((held.given().asked_by(), held.given().attempt()), ("anna", 1));
        assert_eq!(known(store, later).await.state, JobState::Waiting);
        clock.advance(30);
        held.running(2).await;
        assert_eq!(held.given().id(), later);
    }
}

#[tokio::test]
async fn what_no_handler_knows_is_left_to_others() {
    let test = TestStore::sqlite().await;
    let unknown = enqueued(&test.store, &job("of a newer release", "sales")).await;
    let export_job = enqueued(&test.store, &job("export", "sales")).await;
    let workers = Workers::new(test.store.clone(), clock(), "a", limits());
    let _process = Process::start(workers.with(export(|_| async { done() })));
    in_state(&test.store, export_job, JobState::Done).await;
    assert_eq!(known(&test.store, unknown).await.state, JobState::Waiting);
}

#[tokio::test]
async fn a_result_is_fetched_until_it_expires_and_its_job_is_kept_for_its_time() {
    for test in TestStore::each().await {
        let (store, clock) = (&test.store, clock());
        let id = enqueued(store, &job("export", "sales")).await;
        let contents: Vec<u8> = (0..LARGEST_PART * 5 / 2).map(|n| (n % 251) as u8).collect();
        let made = contents.clone();
        let handler = export(move |running| {
            let made = made.clone();
            async move {
                running.add_to_result(&made[..10]).await?;
                running.add_to_result(&made[10..]).await?;
                running.progress(7, 7);
                Ok(Done {
                    outcome: "7 rows".into(),
                    made: Some(Made {
                        name: "sales.csv".into(),
                        media_type: "text/csv".into(),
                        kept: Duration::from_secs(7_000),
                    }),
                })
            }
        });
        let workers = Workers::new(store.clone(), clock.clone(), "a", limits());
        let _process = Process::start(workers.with(handler));
        let job = in_state(store, id, JobState::Done).await;
        assert_eq!((job.outcome.as_str(), job.result_bytes), ("7 rows", contents.len() as u64));
        assert_eq!((job.progress_done, job.progress_total), (7, 7), "the last one counts");
        let result = store.job_result(id, at(6_999)).await.unwrap().unwrap();
        let mut fetched = Vec::new();
        for part in 0..result.parts {
            fetched.extend(store.job_result_part(&result, part).await.unwrap().unwrap());
        }
        assert!(fetched == contents);
        assert_eq!(store.job_result(id, at(7_000)).await.unwrap(), None);
        // Every hour, what is old is deleted.
        clock.advance(2 * 3_600);
        eventually("the result is deleted", async || {
            store.job_result_part(&result, 0).await.unwrap().is_none()
        })
        .await;
        assert_eq!(known(store, id).await.state, JobState::Done);
        clock.advance(86_400);
        eventually("the job is deleted", async || store.queued_job(id).await.unwrap().is_none())
            .await;
    }
}
