//! The runs of rollup refreshes: recorded as they end, listed for administrators.

use brisk_domain::RollupRun;
use brisk_engine::RunObserver;
use brisk_store::{Store, StoreError};
use std::convert::Infallible;
use std::sync::Arc;
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};

/// Runs on their way to the store. Refreshes are rare, so nothing piles up.
pub struct Runs(UnboundedReceiver<RollupRun>);

struct Sender(UnboundedSender<RollupRun>);

impl RunObserver for Sender {
    fn ran(&self, run: &RollupRun) {
        // When the server stops, nobody receives any more.
        let _ = self.0.send(run.clone());
    }
}

/// An observer of runs, and the runs that it receives.
pub fn observer() -> (Arc<dyn RunObserver>, Runs) {
    let (sender, receiver) = mpsc::unbounded_channel();
    (Arc::new(Sender(sender)), Runs(receiver))
}

impl Runs {
    /// Records each run as it ends.
    pub async fn record(&mut self, store: &Store) -> Infallible {
        loop {
            match self.0.recv().await {
                Some(run) => record(store, &run).await,
                None => std::future::pending().await,
            }
        }
    }

    /// Records the runs that have ended.
    pub async fn record_now(&mut self, store: &Store) {
        while let Ok(run) = self.0.try_recv() {
            record(store, &run).await;
        }
    }
}

/// The newest runs of all rollups in `store`, newest first.
pub async fn newest(store: &Store, limit: u32) -> Result<Vec<RollupRun>, StoreError> {
    store.rollup_runs(limit).await
}

async fn record(store: &Store, run: &RollupRun) {
    if let Err(error) = store.record_rollup_run(run).await {
        tracing::warn!(rollup = %run.rollup, %error, "the run of a refresh cannot be recorded");
    }
}
