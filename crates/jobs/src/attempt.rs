//! One attempt: a handler does the job as long as its lease is kept, and what came of it is recorded.

use crate::back_off::Random;
use crate::handler::{Done, Failure, Handler};
use crate::keeping::Keeper;
use crate::limits::Limits;
use crate::running::{Running, Stop, within_patience};
use brisk_domain::{Clock, Timestamp};
use brisk_store::{Claimed, Hold, NewResult, Store, StoreError};
use std::sync::Arc;
use tokio::sync::watch;
use tokio::task::{JoinError, JoinHandle};

/// What is said where a handler has panicked.
const PANICKED: &str = "Brisk's own code failed. The server's log says where: please report it.";

/// What attempts need.
#[derive(Clone)]
pub(crate) struct Context {
    pub(crate) store: Store,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) limits: Limits,
    pub(crate) random: Random,
    pub(crate) news: watch::Sender<u64>,
    pub(crate) handing_back: watch::Sender<bool>,
}

/// A task that ends with its owner.
struct Task(JoinHandle<Result<Done, Failure>>);

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// How an attempt has ended.
enum Ended {
    Done(Done),
    Failed(Failure),
    HandedBack,
}

impl Context {
    /// Has `handler` do the job that was claimed at `at`.
    pub(crate) async fn attempt(self, handler: Arc<dyn Handler>, claimed: Claimed, at: Timestamp) {
        let clock = Arc::clone(&self.clock);
        let running = Running::new(self.store.clone(), clock, self.limits.lease, claimed, at);
        let keeper = Keeper {
            store: &self.store,
            clock: &*self.clock,
            limits: &self.limits,
            news: self.news.subscribe(),
            handing_back: self.handing_back.subscribe(),
        };
        // In a task of its own, whose panics end nothing else.
        let given = running.clone();
        let mut task = Task(tokio::spawn(async move { handler.run(given).await }));
        let ended = tokio::select! {
            biased;
            stop = keeper.keep(&running) => {
                task.0.abort();
                // Its place is free, and the job another's, when nothing of it is left.
                let _ = (&mut task.0).await;
                match stop {
                    Stop::HandedBack => Ended::HandedBack,
                    Stop::Cancelled | Stop::Lost => return said(&running, stop),
                }
            }
            ended = &mut task.0 => ended_by_itself(ended),
        };
        self.record(&running, ended).await;
        // Whatever the handler has left behind has to stop.
        running.end(Stop::Lost);
    }

    /// Records how it ended, for as long as that counts.
    async fn record(&self, running: &Running, ended: Ended) {
        loop {
            match within_patience(self.tell(running, &ended)).await {
                Ok(Hold::Held) => return log(running, &ended),
                Ok(Hold::Cancelled) => return said(running, Stop::Cancelled),
                Ok(Hold::Lost) => return said(running, Stop::Lost),
                Err(error) => {
                    let job = running.id();
                    tracing::warn!(job, %error, "the end of a job cannot be recorded");
                }
            }
            if running.held_until() <= self.clock.now() {
                return said(running, Stop::Lost);
            }
            self.clock.until(self.clock.now().after(self.limits.pace)).await;
        }
    }

    async fn tell(&self, running: &Running, ended: &Ended) -> Result<Hold, StoreError> {
        let (claim, now) = (running.claim(), self.clock.now());
        match ended {
            Ended::HandedBack => self.store.release_job(claim, now).await,
            Ended::Failed(failure) => {
                let again = self.again(running, failure, now);
                self.store.fail_job(claim, now, &failure.why, again).await
            }
            Ended::Done(Done { outcome, made }) => {
                let (done, total) = running.latest_progress();
                self.store.report_progress(claim, done, total).await?;
                let result = made.as_ref().map(|made| NewResult {
                    name: &made.name,
                    media_type: &made.media_type,
                    expires_at: now.after(made.kept),
                });
                self.store.finish_job(claim, now, outcome, result.as_ref()).await
            }
        }
    }

    /// When it is tried again, if it is.
    fn again(&self, running: &Running, failure: &Failure, now: Timestamp) -> Option<Timestamp> {
        let job = &running.claimed().job;
        let failures = job.failures.saturating_add(1);
        if failure.is_lasting || failures >= job.most_attempts {
            return None;
        }
        let failures = u32::try_from(failures).unwrap_or(u32::MAX);
        Some(now.after(self.limits.back_off.wait(failures, (self.random)())))
    }
}

fn ended_by_itself(ended: Result<Result<Done, Failure>, JoinError>) -> Ended {
    match ended {
        Ok(Ok(done)) => Ended::Done(done),
        Ok(Err(failure)) => Ended::Failed(failure),
        // The panic's own line is in the log already.
        Err(error) if error.is_panic() => Ended::Failed(Failure::passing(PANICKED)),
        // The runtime ends.
        Err(_) => Ended::HandedBack,
    }
}

fn log(running: &Running, ended: &Ended) {
    let (job, kind, subject) = (running.id(), &running.claimed().job.kind, running.subject());
    match ended {
        Ended::Done(done) => {
            tracing::info!(job, kind, subject, outcome = done.outcome, "a job is done");
        }
        Ended::Failed(failure) => {
            tracing::warn!(job, kind, subject, why = failure.why, "a job has failed");
        }
        Ended::HandedBack => tracing::info!(job, kind, subject, "a job was handed back"),
    }
}

fn said(running: &Running, stop: Stop) {
    let (job, kind, subject) = (running.id(), &running.claimed().job.kind, running.subject());
    match stop {
        Stop::Cancelled => tracing::info!(job, kind, subject, "a job was cancelled"),
        _ => tracing::warn!(job, kind, subject, "a job was stopped: its lease ran out"),
    }
}
