//! Processes that die, are cut off, or sleep: another one does their jobs, and they do nothing more.

use crate::support::{
    Held, LEASE, Process, anna, at, clock, done, enqueued, export, in_state, job, known, limits,
};
use brisk_jobs::{NotHeld, Running, Workers};
use brisk_store::JobState;
use brisk_test_stores::TestStore;
use brisk_test_waiting::eventually;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

#[tokio::test]
async fn a_lease_is_renewed_after_a_third_of_its_length() {
    for test in TestStore::each().await {
        let (store, clock, held) = (&test.store, clock(), Held::new());
        let id = enqueued(store, &job("export", "sales")).await;
        let workers = Workers::new(store.clone(), clock.clone(), "a", limits());
        let _process = Process::start(workers.with(held.handler()));
        held.running(1).await;
        let free_at = async |second| store.has_due_job(&["export"], at(second)).await.unwrap();
        assert!(free_at(LEASE).await, "another process could claim it then");
        for third in 1..=6 {
            clock.advance(LEASE / 3);
            let until = third * LEASE / 3 + LEASE;
            eventually("the lease is renewed", async || !free_at(until - 1).await).await;
            assert!(free_at(until).await, "not for longer than a lease");
        }
        held.gate.add_permits(1);
        assert_eq!(in_state(store, id, JobState::Done).await.attempt, 1);
    }
}

#[tokio::test]
async fn the_job_of_a_process_that_was_killed_is_done_by_another() {
    for test in TestStore::each().await {
        let (store, clock, held) = (&test.store, clock(), Held::new());
        let id = enqueued(store, &job("export", "sales")).await;
        let killed = Workers::new(test.again().await, clock.clone(), "a", limits());
        let killed = Process::start(killed.with(held.handler()));
        held.running(1).await;
        killed.kill().await;
        held.running(0).await;
        assert_eq!(known(store, id).await.state, JobState::Running, "nobody has said anything");
        let other = Workers::new(store.clone(), clock.clone(), "b", limits());
        let process = Process::start(other.with(export(|_| async { done() })));
        // Its lease has not run out: another job that is asked for later is done first.
        clock.advance(LEASE - 1);
        let next = enqueued(store, &job("export", "stock")).await;
        process.workers.notify();
        in_state(store, next, JobState::Done).await;
        assert_eq!(known(store, id).await.state, JobState::Running);
        clock.advance(1);
        let job = in_state(store, id, JobState::Done).await;
        assert_eq!((job.attempt, job.failures), (2, 1));
        assert_eq!(job.claimed_by.as_deref(), Some("b"));
    }
}

/// A handler that waits for the gate, makes sure of its lease, and sends.
fn sending(held: &Held, sent: &Arc<AtomicUsize>) -> crate::support::Scripted {
    let waiting = held.handler();
    let sent = Arc::clone(sent);
    export(move |running: Running| {
        let (waited, sent) = ((waiting.script)(running.clone()), Arc::clone(&sent));
        async move {
            waited.await?;
            running.confirm_lease().await?;
            sent.fetch_add(1, Ordering::SeqCst);
            done()
        }
    })
}

#[tokio::test]
async fn a_process_that_cannot_renew_its_lease_is_stopped_before_it_sends() {
    for test in TestStore::each().await {
        let (store, clock, held) = (&test.store, clock(), Held::new());
        let sent = Arc::new(AtomicUsize::new(0));
        let id = enqueued(store, &job("export", "sales")).await;
        let its_own = test.again().await;
        let cut_off = Workers::new(its_own.clone(), clock.clone(), "a", limits());
        let _cut_off = Process::start(cut_off.with(sending(&held, &sent)));
        held.running(1).await;
        let running = held.given();
        its_own.close().await;
        clock.advance(LEASE / 3);
        assert!(matches!(running.confirm_lease().await, Err(NotHeld::Unknown(_))));
        assert_eq!(held.gauge.now(), 1, "its lease has not run out");
        clock.advance(LEASE - LEASE / 3);
        held.running(0).await;
        assert!(running.is_stopped());
        // What it may have left behind is refused as well.
        assert!(matches!(running.confirm_lease().await, Err(NotHeld::Stopped)));
        held.gate.add_permits(2);
        let other = Workers::new(store.clone(), clock.clone(), "b", limits());
        let _other = Process::start(other.with(sending(&held, &sent)));
        let job = in_state(store, id, JobState::Done).await;
        assert_eq!((job.attempt, sent.load(Ordering::SeqCst)), (2, 1));
    }
}

#[tokio::test]
async fn a_process_that_slept_through_its_lease_does_not_send() {
    for test in TestStore::each().await {
        let (store, held) = (&test.store, Held::new());
        let sent = Arc::new(AtomicUsize::new(0));
        let id = enqueued(store, &job("export", "sales")).await;
        // Its clock stands still: it knows nothing of the time that passes for others.
        let slept = Workers::new(test.again().await, clock(), "a", limits());
        let slept = Process::start(slept.with(sending(&held, &sent)));
        held.running(1).await;
        let clock = clock();
        clock.advance(LEASE);
        let other = Workers::new(store.clone(), clock.clone(), "b", limits());
        let other_sent = Arc::clone(&sent);
        let _other = Process::start(other.with(export(move |running| {
            let sent = Arc::clone(&other_sent);
            async move {
                running.confirm_lease().await?;
                sent.fetch_add(1, Ordering::SeqCst);
                done()
            }
        })));
        in_state(store, id, JobState::Done).await;
        // It wakes.
        let running = held.given();
        held.gate.add_permits(1);
        held.running(0).await;
        eventually("it knows", async || running.is_stopped()).await;
        assert_eq!(sent.load(Ordering::SeqCst), 1);
        slept.workers.notify();
        let job = known(store, id).await;
        assert_eq!((job.state, job.claimed_by.as_deref()), (JobState::Done, Some("b")));
    }
}

#[tokio::test]
async fn a_running_job_is_cancelled() {
    for test in TestStore::each().await {
        let (store, held) = (&test.store, Held::new());
        let sent = Arc::new(AtomicUsize::new(0));
        let id = enqueued(store, &job("export", "sales")).await;
        let workers = Workers::new(store.clone(), clock(), "a", limits());
        let process = Process::start(workers.with(sending(&held, &sent)));
        held.running(1).await;
        let running = held.given();
        assert!(running.confirm_lease().await.is_ok());
        assert!(store.cancel_job(id, &anna(), at(0)).await.unwrap());
        // From that moment on it does not send, whether it has heard of it or not.
        assert!(matches!(running.confirm_lease().await, Err(NotHeld::Stopped)));
        process.workers.notify();
        held.running(0).await;
        brisk_test_waiting::wait_for("it is told", running.stopped()).await;
        let next = enqueued(store, &job("export", "stock")).await;
        held.gate.add_permits(1);
        process.workers.notify();
        in_state(store, next, JobState::Done).await;
        assert_eq!(known(store, id).await.state, JobState::Cancelled);
        assert_eq!(sent.load(Ordering::SeqCst), 1, "the other one");
    }
}

#[tokio::test]
async fn a_job_that_was_cancelled_is_stopped_at_the_next_look() {
    let test = TestStore::sqlite().await;
    let (clock, held) = (clock(), Held::new());
    let id = enqueued(&test.store, &job("export", "sales")).await;
    let workers = Workers::new(test.store.clone(), clock.clone(), "a", limits());
    let _process = Process::start(workers.with(held.handler()));
    held.running(1).await;
    // On another replica, which this one is not told of.
    assert!(test.again().await.cancel_job(id, &anna(), at(0)).await.unwrap());
    let steps = AtomicUsize::new(0);
    eventually("it is stopped", async || {
        if steps.fetch_add(1, Ordering::Relaxed) < 5 {
            clock.advance(1);
        }
        held.gauge.now() == 0
    })
    .await;
}
