//! What does background jobs in this process.

use crate::config::Settings;
use crate::jobs::store_changes::Subscribers;
use brisk_domain::Clock;
use brisk_jobs::{Limits, Workers};
use brisk_store::{Store, Topic};
use std::sync::Arc;

/// The workers of a server, with the handlers of all kinds of jobs.
pub fn workers(store: &Store, clock: &Arc<dyn Clock>, settings: &Settings) -> Workers {
    let limits = Limits {
        at_a_time: settings.job_workers,
        // Jobs end, or are handed back, while connections end.
        grace: settings.connections.stop,
        ..Limits::default()
    };
    // Another one after each start: what an earlier process has claimed is not this one's.
    let name = format!("{:016x}", rand::random::<u64>());
    Workers::new(store.clone(), Arc::clone(clock), name, limits)
}

/// With `workers`, which hear at once of what admins decide about jobs on any replica.
#[must_use]
pub fn told_of_decisions(subscribers: Subscribers, workers: &Arc<Workers>) -> Subscribers {
    let workers = Arc::clone(workers);
    subscribers.on(Topic::Jobs, move || {
        workers.notify();
        Box::pin(async { Ok(()) })
    })
}
