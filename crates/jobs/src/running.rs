//! [`Running`]: a job that is being done, as its handler sees it.

use crate::limits::PATIENCE;
use brisk_domain::{Clock, Timestamp};
use brisk_store::{
    Added, Claim, Claimed, Hold, LARGEST_PART, LARGEST_RESULT, MOST_KEPT, Store, StoreError,
};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// A job that is being done. Cheap to clone.
#[derive(Clone)]
pub struct Running(Arc<Inner>);

struct Inner {
    store: Store,
    clock: Arc<dyn Clock>,
    lease: Duration,
    claimed: Claimed,
    /// Until when this process has the job, on its own clock.
    held_until: watch::Sender<Timestamp>,
    /// Why it may not go on, once it may not.
    stop: watch::Sender<Option<Stop>>,
    /// How far it is: how many, of how many.
    progress: watch::Sender<(u64, u64)>,
}

/// Why a process may not go on with a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stop {
    /// Somebody has cancelled it.
    Cancelled,
    /// Another process has it, or may have it.
    Lost,
    /// The process stops.
    HandedBack,
}

/// Why a handler has to end without doing what it was about to do.
#[derive(Debug, thiserror::Error)]
pub enum NotHeld {
    /// It was cancelled, another process has it, or this one stops.
    #[error("The job is no longer this server's.")]
    Stopped,
    /// The store does not say whether it is still this process's.
    #[error("Brisk's own database did not confirm that the job is still this server's: {0}")]
    Unknown(StoreError),
}

/// Why a part of a result was not taken.
#[derive(Debug, thiserror::Error)]
pub enum NotAdded {
    /// The job is not this process's, or that is not known.
    #[error(transparent)]
    NotHeld(#[from] NotHeld),
    /// A result is bounded.
    #[error(
        "The result is larger than {} MiB. Ask for less at a time: a shorter range, fewer panels.",
        LARGEST_RESULT >> 20
    )]
    TooLarge,
    /// All results together are bounded.
    #[error(
        "The results of all jobs take {} MiB, and more are not kept. It goes on when some have expired.",
        MOST_KEPT >> 20
    )]
    NoRoom,
}

impl Running {
    /// A job that was claimed at `at`.
    pub(crate) fn new(
        store: Store,
        clock: Arc<dyn Clock>,
        lease: Duration,
        claimed: Claimed,
        at: Timestamp,
    ) -> Self {
        let held_until = watch::Sender::new(at.after(lease));
        let (stop, progress) = (watch::Sender::default(), watch::Sender::default());
        Self(Arc::new(Inner { store, clock, lease, claimed, held_until, stop, progress }))
    }

    /// The job's number.
    pub fn id(&self) -> i64 {
        self.0.claimed.job.id
    }

    /// What it is about, as it was asked for.
    pub fn subject(&self) -> &str {
        &self.0.claimed.job.subject
    }

    /// What it is to do, as JSON.
    pub fn input(&self) -> &str {
        &self.0.claimed.input
    }

    /// Who asked for it; empty where Brisk itself did.
    pub fn asked_by(&self) -> &str {
        &self.0.claimed.job.asked_by
    }

    /// Which attempt it is, from 1 on.
    pub fn attempt(&self) -> i64 {
        self.0.claimed.job.attempt
    }

    /// Says how far the job is: `done` of `total`, 0 where that is unknown. It is recorded from time to
    /// time.
    pub fn progress(&self, done: u64, total: u64) {
        self.0.progress.send_replace((done, total));
    }

    /// Whether the handler has to stop: the job was cancelled, its lease is lost, or the process stops.
    pub fn is_stopped(&self) -> bool {
        self.0.stop.borrow().is_some()
    }

    /// Completes when the handler has to stop.
    pub async fn stopped(&self) {
        self.stop().await;
    }

    /// Renews the lease, and fails if the job is no longer this process's. To be called right before
    /// anything that cannot be undone, such as sending: from its success on, no other process begins the
    /// job for the length of a lease. A handler that is not done by then is stopped, unless the lease was
    /// renewed.
    pub async fn confirm_lease(&self) -> Result<(), NotHeld> {
        if self.is_stopped() {
            return Err(NotHeld::Stopped);
        }
        match self.renew().await {
            Ok(Hold::Held) if !self.is_stopped() && !self.has_run_out() => Ok(()),
            Ok(hold) => {
                self.heed(hold);
                Err(NotHeld::Stopped)
            }
            Err(error) => Err(NotHeld::Unknown(error)),
        }
    }

    /// Adds to what the job makes to be fetched, in as many parts as it takes. It can be fetched once the
    /// handler returns [`Done`](crate::Done) with [`Made`](crate::Made).
    pub async fn add_to_result(&self, contents: &[u8]) -> Result<(), NotAdded> {
        for part in contents.chunks(LARGEST_PART) {
            if self.is_stopped() {
                return Err(NotHeld::Stopped.into());
            }
            let added = self.0.store.add_result_part(self.claim(), part.to_vec());
            match within_patience(added).await.map_err(NotHeld::Unknown)? {
                Added::Part => {}
                Added::TooLarge => return Err(NotAdded::TooLarge),
                Added::NoRoom => return Err(NotAdded::NoRoom),
                Added::Not(hold) => {
                    self.heed(hold);
                    return Err(NotHeld::Stopped.into());
                }
            }
        }
        Ok(())
    }

    pub(crate) fn claim(&self) -> &Claim {
        &self.0.claimed.claim
    }

    pub(crate) fn claimed(&self) -> &Claimed {
        &self.0.claimed
    }

    /// How far the job is.
    pub(crate) fn latest_progress(&self) -> (u64, u64) {
        *self.0.progress.borrow()
    }

    /// Renews the lease.
    pub(crate) async fn renew(&self) -> Result<Hold, StoreError> {
        // What the store has is not earlier than what this process believes.
        let now = self.0.clock.now();
        let renewed = self.0.store.renew_job(self.claim(), now, self.0.lease);
        let hold = within_patience(renewed).await?;
        if hold == Hold::Held {
            self.0.held_until.send_replace(now.after(self.0.lease));
        }
        Ok(hold)
    }

    /// Until when this process has the job, on its own clock.
    pub(crate) fn held_until(&self) -> Timestamp {
        *self.0.held_until.borrow()
    }

    fn has_run_out(&self) -> bool {
        self.held_until() <= self.0.clock.now()
    }

    /// Completes when the lease has run out without having been renewed.
    pub(crate) async fn run_out(&self) {
        while !self.has_run_out() {
            self.0.clock.until(self.held_until()).await;
        }
    }

    /// Notes what the store says about the hold.
    pub(crate) fn heed(&self, hold: Hold) {
        match hold {
            Hold::Held => {}
            Hold::Cancelled => self.end(Stop::Cancelled),
            Hold::Lost => self.end(Stop::Lost),
        }
    }

    /// Has the handler stop. The first reason stays.
    pub(crate) fn end(&self, why: Stop) {
        self.0.stop.send_if_modified(|stop| stop.is_none() && stop.replace(why).is_none());
    }

    /// Completes when the handler has to stop, with the reason.
    pub(crate) async fn stop(&self) -> Stop {
        let mut stop = self.0.stop.subscribe();
        // The sender lives in this job.
        let stop = stop.wait_for(Option::is_some).await;
        stop.ok().and_then(|stop| *stop).unwrap_or(Stop::Lost)
    }
}

/// What the store answers, or that it does not.
pub(crate) async fn within_patience<T>(
    asked: impl Future<Output = Result<T, StoreError>>,
) -> Result<T, StoreError> {
    tokio::time::timeout(PATIENCE, asked).await.map_err(|_| StoreError::NoAnswer)?
}
