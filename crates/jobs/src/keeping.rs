//! The lease of a job that is being done: renewed at a third of its length, and given up when it cannot
//! be.

use crate::Limits;
use crate::running::{Running, Stop, within_patience};
use brisk_domain::Clock;
use brisk_store::{Hold, Store, StoreError};
use std::convert::Infallible;
use tokio::sync::watch;

/// What it takes to keep jobs.
pub(crate) struct Keeper<'k> {
    pub(crate) store: &'k Store,
    pub(crate) clock: &'k dyn Clock,
    pub(crate) limits: &'k Limits,
    /// Changes when there is something to look at.
    pub(crate) news: watch::Receiver<u64>,
    /// Whether the process hands back what it has.
    pub(crate) handing_back: watch::Receiver<bool>,
}

impl Keeper<'_> {
    /// Keeps the job for this process, and completes when it may not go on with it.
    pub(crate) async fn keep(self, running: &Running) -> Stop {
        let mut handing_back = self.handing_back.clone();
        tokio::select! {
            biased;
            stop = running.stop() => return stop,
            // However the store is doing: another process may have the job from then on.
            () = running.run_out() => running.end(Stop::Lost),
            Ok(_) = handing_back.wait_for(|is_on| *is_on) => running.end(Stop::HandedBack),
            never = self.look(running) => match never {},
        }
        running.stop().await
    }

    /// Tells the store how far the job is, renews the lease when it is time, and hears whether the job
    /// was cancelled or lost.
    async fn look(mut self, running: &Running) -> Infallible {
        let mut told = (0, 0);
        let pace = self.limits.pace.min(self.limits.lease / 3);
        let mut next = self.clock.now().after(pace);
        loop {
            tokio::select! {
                () = self.clock.until(next) => {}
                Ok(()) = self.news.changed() => {}
            }
            next = self.clock.now().after(pace);
            match self.look_once(running, &mut told).await {
                Ok(hold) => running.heed(hold),
                Err(error) => {
                    let job = running.id();
                    tracing::warn!(job, %error, "a job's lease cannot be renewed for the moment");
                }
            }
        }
    }

    async fn look_once(
        &self,
        running: &Running,
        told: &mut (u64, u64),
    ) -> Result<Hold, StoreError> {
        let left = running.held_until().since(self.clock.now());
        if left <= self.limits.lease - self.limits.lease / 3 {
            let hold = running.renew().await?;
            if hold != Hold::Held {
                return Ok(hold);
            }
        }
        let progress = running.latest_progress();
        let claim = running.claim();
        if progress == *told {
            return within_patience(self.store.job_hold(claim)).await;
        }
        let (done, total) = progress;
        let hold = within_patience(self.store.report_progress(claim, done, total)).await?;
        *told = progress;
        Ok(hold)
    }
}
