//! A process that is asked to stop.

use crate::support::{Held, Process, clock, done, enqueued, export, in_state, job, known, limits};
use brisk_jobs::Workers;
use brisk_store::JobState;
use brisk_test_stores::TestStore;

#[tokio::test]
async fn a_process_that_stops_waits_for_its_jobs_and_begins_no_others() {
    for test in TestStore::each().await {
        let (store, held) = (&test.store, Held::new());
        let running = enqueued(store, &job("export", "sales")).await;
        let workers = Workers::new(store.clone(), clock(), "a", limits());
        let mut process = Process::start(workers.with(held.handler()));
        held.running(1).await;
        process.ask_to_stop();
        let waiting = enqueued(store, &job("export", "stock")).await;
        process.workers.notify();
        held.gate.add_permits(1);
        process.ended().await;
        assert_eq!(known(store, running).await.state, JobState::Done);
        assert_eq!(known(store, waiting).await.state, JobState::Waiting);
    }
}

#[tokio::test]
async fn what_does_not_end_in_time_is_handed_to_others_at_once() {
    for test in TestStore::each().await {
        let (store, clock, held) = (&test.store, clock(), Held::new());
        let id = enqueued(store, &job("export", "sales")).await;
        let workers = Workers::new(test.again().await, clock.clone(), "a", limits());
        let mut process = Process::start(workers.with(held.handler()));
        held.running(1).await;
        let given = held.given();
        process.ask_to_stop();
        brisk_test_waiting::eventually("it waits for the end of its grace", async || {
            clock.advance(10);
            given.is_stopped()
        })
        .await;
        process.ended().await;
        assert_eq!(held.gauge.now(), 0);
        let back = known(store, id).await;
        assert_eq!((back.state, back.failures), (JobState::Waiting, 0));
        let other = Workers::new(store.clone(), clock.clone(), "b", limits());
        let _other = Process::start(other.with(export(|_| async { done() })));
        let job = in_state(store, id, JobState::Done).await;
        assert_eq!((job.attempt, job.failures), (2, 0));
    }
}
