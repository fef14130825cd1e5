//! Bounded concurrency: each lane runs a limited number of loads at once and queues the rest.

use crate::error::LoadError;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Limits on concurrent loads.
#[derive(Debug, Clone)]
pub struct LaneLimits {
    /// Concurrent loads in a lane that [`LaneLimits::of`] does not name.
    pub concurrency: usize,
    /// Concurrent loads by lane name.
    pub of: HashMap<Arc<str>, usize>,
    /// Loads that may wait in a lane's queue; any more are refused at once.
    pub queue: usize,
    /// How long a load may wait in the queue.
    pub deadline: Duration,
}

impl Default for LaneLimits {
    fn default() -> Self {
        Self { concurrency: 8, of: HashMap::new(), queue: 1_000, deadline: Duration::from_secs(30) }
    }
}

#[derive(Debug)]
pub(crate) struct Lanes {
    limits: LaneLimits,
    open: Mutex<HashMap<Arc<str>, Arc<Lane>>>,
}

#[derive(Debug)]
struct Lane {
    running: Arc<Semaphore>,
    waiting: Semaphore,
}

impl Lanes {
    pub(crate) fn new(limits: LaneLimits) -> Self {
        Self { limits, open: Mutex::default() }
    }

    /// Waits for a place in the lane; dropping the permit frees it.
    pub(crate) async fn enter(&self, name: &Arc<str>) -> Result<OwnedSemaphorePermit, LoadError> {
        let lane = self.lane(name);
        if let Ok(permit) = Arc::clone(&lane.running).try_acquire_owned() {
            return Ok(permit);
        }
        let _waiting = lane.waiting.try_acquire().map_err(|_| LoadError::Busy)?;
        let running = Arc::clone(&lane.running);
        match tokio::time::timeout(self.limits.deadline, running.acquire_owned()).await {
            Ok(Ok(permit)) => Ok(permit),
            // The semaphore is never closed, so only the deadline is left.
            _ => Err(LoadError::Busy),
        }
    }

    fn lane(&self, name: &Arc<str>) -> Arc<Lane> {
        let mut open = self.open.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let lane = open.entry(Arc::clone(name)).or_insert_with(|| {
            let places = self.limits.of.get(name).copied().unwrap_or(self.limits.concurrency);
            Arc::new(Lane {
                running: Arc::new(Semaphore::new(places.clamp(1, Semaphore::MAX_PERMITS))),
                waiting: Semaphore::new(self.limits.queue.min(Semaphore::MAX_PERMITS)),
            })
        });
        Arc::clone(lane)
    }
}
