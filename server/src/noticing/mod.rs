//! How Brisk notices without a webhook that tables have changed.
//!
//! - [`listener`]: PostgreSQL notifies, where its tables have the triggers that an admin has made;
//! - [`watch`]: a query per table, on any database, at its pace;
//! - `pending`: what has changed waits there until the cache has recorded it;
//! - [`reports`]: the state of listeners, for the page `/admin/invalidation`; [`shared`]: what all need.
//!
//! Every replica listens, and invalidates what it hears; that others do the same is harmless. With a
//! shared cache, replicas take turns at the watched queries.

pub mod listener;
mod pending;
pub mod reports;
pub mod shared;
pub mod watch;

use brisk_domain::{Clock, SourceName, Timestamp};
use brisk_engine::Engine;
use brisk_source::Source;
use brisk_store::Store;
use reports::Reports;
use shared::Shared;
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch as watch_channel;
use tokio::task::JoinHandle;
use watch::{Watch, Watched};

/// How long a silence may last before a listener tests its connection.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// How often to check for other sources.
const FOLLOW: Duration = Duration::from_secs(1);

/// What notices changes of all sources.
pub struct Noticing {
    shared: Arc<Shared>,
    watched: Arc<Watched>,
    watches: BTreeMap<SourceName, Vec<Watch>>,
    again: watch_channel::Sender<u64>,
}

impl Noticing {
    /// Over the sources of `engine`, with the watched queries of each, whose last results are in
    /// `store`, if there is one.
    pub fn new(
        engine: Arc<Engine>,
        clock: Arc<dyn Clock>,
        store: Option<Store>,
        watches: BTreeMap<SourceName, Vec<Watch>>,
    ) -> Self {
        let watched = Arc::new(Watched::new(store));
        let (reports, heartbeat) = (Reports::default(), HEARTBEAT);
        let shared = Arc::new(Shared { engine, clock, reports, heartbeat });
        Self { shared, watched, watches, again: watch_channel::Sender::new(0) }
    }

    /// The same, whose listeners test their connections after such a silence.
    #[must_use]
    pub fn with_heartbeat(self, heartbeat: Duration) -> Self {
        let Shared { engine, clock, .. } = self.shared.as_ref();
        let (engine, clock) = (Arc::clone(engine), Arc::clone(clock));
        let shared = Shared { engine, clock, reports: Reports::default(), heartbeat };
        Self { shared: Arc::new(shared), ..self }
    }

    /// Runs a watched query now, if it is due.
    pub async fn watch(&self, source: &SourceName, watch: &Watch) {
        watch::look(&self.shared, &self.watched, source, watch).await;
    }

    /// The engine whose sources it follows.
    pub fn engine(&self) -> &Engine {
        &self.shared.engine
    }

    /// The present time.
    pub fn now(&self) -> Timestamp {
        self.shared.clock.now()
    }

    /// The state of the listeners.
    pub fn reports(&self) -> &Reports {
        &self.shared.reports
    }

    /// The results of the watched queries.
    pub fn watched(&self) -> &Watched {
        &self.watched
    }

    /// The watched queries of each source.
    pub fn watches(&self) -> &BTreeMap<SourceName, Vec<Watch>> {
        &self.watches
    }

    /// Has listeners that wait for triggers check again: somebody may have created them just now.
    pub fn look_again(&self) {
        self.again.send_modify(|count| *count = count.wrapping_add(1));
    }

    /// Notices changes, for as long as it is polled, also of sources that are added later.
    pub async fn run(&self) -> Infallible {
        self.shared.engine.catalog().until_read().await;
        let mut running: BTreeMap<SourceName, Running> = BTreeMap::new();
        loop {
            let sources = self.shared.engine.loader().sources();
            running.retain(|name, running| {
                let source = sources.get(name);
                let is_there = source.is_some_and(|source| *source.revision() == running.revision);
                if !is_there {
                    self.shared.reports.forget(name);
                }
                is_there
            });
            for (name, source) in sources.iter() {
                running.entry(name.clone()).or_insert_with(|| self.begin(name, source));
            }
            tokio::time::sleep(FOLLOW).await;
        }
    }

    fn begin(&self, name: &SourceName, source: &Source) -> Running {
        let mut tasks = Vec::new();
        if source.can_listen() {
            let (shared, again) = (Arc::clone(&self.shared), self.again.subscribe());
            tasks.push(Task::of(listener::run(shared, name.clone(), source.clone(), again)));
        }
        for watch in self.watches.get(name).into_iter().flatten() {
            let (shared, watched) = (Arc::clone(&self.shared), Arc::clone(&self.watched));
            tasks.push(Task::of(watch::run(shared, watched, name.clone(), watch.clone())));
        }
        Running { revision: Arc::clone(source.revision()), _tasks: tasks }
    }
}

/// What notices changes of one source.
struct Running {
    /// The source's revision.
    revision: Arc<str>,
    _tasks: Vec<Task>,
}

/// A task that ends with its owner.
struct Task(JoinHandle<Infallible>);

impl Task {
    fn of(work: impl Future<Output = Infallible> + Send + 'static) -> Self {
        Self(tokio::spawn(work))
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}
