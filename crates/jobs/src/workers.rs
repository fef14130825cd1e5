//! [`Workers`]: what does jobs in one process, so many at a time.

use crate::attempt::Context;
use crate::back_off::Random;
use crate::handler::Handler;
use crate::limits::{Limits, PATIENCE};
use crate::running::within_patience;
use crate::tidying::tidy;
use brisk_domain::Clock;
use brisk_store::{Store, StoreError};
use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;

/// Does the jobs of the kinds that it has handlers for.
pub struct Workers {
    context: Context,
    /// This process's name among all of them.
    name: String,
    kinds: BTreeMap<&'static str, Kind>,
    places: Arc<Semaphore>,
}

/// What does the jobs of a kind.
struct Kind {
    handler: Arc<dyn Handler>,
    places: Arc<Semaphore>,
}

/// A job's place among all, and among those of its kind.
struct Place {
    _of_all: OwnedSemaphorePermit,
    _of_kind: OwnedSemaphorePermit,
}

impl Workers {
    /// Over the queue in `store`, without handlers yet. `name` is this process's among all that share
    /// the store, and another one after each start.
    pub fn new(
        store: Store,
        clock: Arc<dyn Clock>,
        name: impl Into<String>,
        limits: Limits,
    ) -> Self {
        let context = Context {
            store,
            clock,
            limits,
            random: Arc::new(rand::random::<f64>),
            news: watch::Sender::default(),
            handing_back: watch::Sender::default(),
        };
        let places = places(limits.at_a_time);
        Self { context, name: name.into(), kinds: BTreeMap::new(), places }
    }

    /// With a handler for the jobs of its kind.
    #[must_use]
    pub fn with(mut self, handler: impl Handler) -> Self {
        let (kind, places) = (handler.kind(), places(handler.at_a_time()));
        self.kinds.insert(kind, Kind { handler: Arc::new(handler), places });
        self
    }

    /// With chance from elsewhere, for tests.
    #[must_use]
    pub fn with_random(mut self, random: Random) -> Self {
        self.context.random = random;
        self
    }

    /// Has it look at once: a job was asked for in this process, or somebody has cancelled one.
    pub fn notify(&self) {
        self.context.news.send_modify(|count| *count = count.wrapping_add(1));
    }

    /// Does jobs until `stop` completes; then it begins no others, waits for those that run, within their
    /// grace, and hands back the rest. Dropped before that, it stops them at once: other processes have
    /// them when their leases run out.
    pub async fn run(&self, stop: impl Future<Output = ()>) {
        let Context { store, clock, limits, .. } = &self.context;
        tokio::select! {
            () = self.work(stop) => {}
            never = tidy(store, &**clock, limits) => match never {},
        }
    }

    async fn work(&self, stop: impl Future<Output = ()>) {
        let (mut stop, mut news) = (pin!(stop), self.context.news.subscribe());
        let mut jobs = JoinSet::new();
        self.context.handing_back.send_replace(false);
        loop {
            // From before the look on: what becomes due during it is not looked for too late.
            let next = self.context.clock.now().after(self.context.limits.pace);
            if let Err(error) = self.begin_jobs(&mut jobs).await {
                tracing::warn!(%error, "jobs cannot be claimed");
            }
            tokio::select! {
                biased;
                () = &mut stop => break,
                Some(_) = jobs.join_next() => {}
                Ok(()) = news.changed() => {}
                () = self.context.clock.until(next) => {}
            }
        }
        self.end_jobs(jobs).await;
    }

    /// Begins jobs that are due, as long as there are places.
    async fn begin_jobs(&self, jobs: &mut JoinSet<()>) -> Result<(), StoreError> {
        let Context { store, clock, limits, .. } = &self.context;
        while let Ok(of_all) = Arc::clone(&self.places).try_acquire_owned() {
            let with_places = self.kinds.iter().filter(|(_, it)| it.places.available_permits() > 0);
            let kinds: Vec<&str> = with_places.map(|(kind, _)| *kind).collect();
            let now = clock.now();
            if !within_patience(store.has_due_job(&kinds, now)).await? {
                break;
            }
            let claimed = store.claim_job(&kinds, &self.name, now, limits.lease);
            let Some(claimed) = within_patience(claimed).await? else { break };
            let Some(kind) = self.kinds.get(claimed.job.kind.as_str()) else { break };
            let Ok(of_kind) = Arc::clone(&kind.places).try_acquire_owned() else { break };
            let place = Place { _of_all: of_all, _of_kind: of_kind };
            let attempt = self.context.clone().attempt(Arc::clone(&kind.handler), claimed, now);
            jobs.spawn(async move {
                attempt.await;
                drop(place);
            });
        }
        Ok(())
    }

    /// Waits for the jobs that run, and hands back those that take too long.
    async fn end_jobs(&self, mut jobs: JoinSet<()>) {
        let Context { clock, limits, handing_back, .. } = &self.context;
        tokio::select! {
            biased;
            () = all_end(&mut jobs) => return,
            () = clock.until(clock.now().after(limits.grace)) => {}
        }
        handing_back.send_replace(true);
        // Whatever does not end even so is left to its lease.
        if tokio::time::timeout(PATIENCE, all_end(&mut jobs)).await.is_err() {
            tracing::warn!(jobs = jobs.len(), "jobs did not stop; they are begun anew elsewhere");
        }
    }
}

async fn all_end(jobs: &mut JoinSet<()>) {
    while jobs.join_next().await.is_some() {}
}

fn places(count: usize) -> Arc<Semaphore> {
    Arc::new(Semaphore::new(count.min(Semaphore::MAX_PERMITS)))
}
