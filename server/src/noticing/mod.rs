//! How Brisk notices by itself that tables have changed, without a webhook.
//!
//! - [`listener`]: PostgreSQL says so, where its tables have the triggers that an admin has made;
//! - [`watch`]: a query per table says so, on any database, at its pace;
//! - `pending`: what has changed waits there until the cache has recorded it;
//! - [`reports`]: how it goes, for the page `/admin/invalidation`; [`shared`]: what all of them need.
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
use brisk_store::Store;
use futures::future::{BoxFuture, FutureExt as _, select_all};
use reports::Reports;
use shared::Shared;
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch as watch_channel;
use watch::{Watch, Watched};

/// How long nothing may be heard before a listener tries its connection.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// What notices changes of all sources.
pub struct Noticing {
    shared: Shared,
    watched: Watched,
    watches: BTreeMap<SourceName, Vec<Watch>>,
    again: watch_channel::Sender<u64>,
}

impl Noticing {
    /// Over the sources of `engine`, with the watched queries of each. What they returned last is in
    /// `store`, if there is one.
    pub fn new(
        engine: Arc<Engine>,
        clock: Arc<dyn Clock>,
        store: Option<Store>,
        watches: BTreeMap<SourceName, Vec<Watch>>,
    ) -> Self {
        let watched = Watched::new(store);
        let shared = Shared { engine, clock, reports: Reports::default(), heartbeat: HEARTBEAT };
        Self { shared, watched, watches, again: watch_channel::Sender::new(0) }
    }

    /// The same, whose listeners try their connections after so long a silence.
    #[must_use]
    pub fn with_heartbeat(self, heartbeat: Duration) -> Self {
        Self { shared: Shared { heartbeat, ..self.shared }, ..self }
    }

    /// Runs a watched query now, if it is due.
    pub async fn watch(&self, source: &SourceName, watch: &Watch) {
        watch::look(&self.shared, &self.watched, source, watch).await;
    }

    /// Whose changes it notices.
    pub fn engine(&self) -> &Engine {
        &self.shared.engine
    }

    /// The present time.
    pub fn now(&self) -> Timestamp {
        self.shared.clock.now()
    }

    /// How it goes.
    pub fn reports(&self) -> &Reports {
        &self.shared.reports
    }

    /// The watched queries, and what they returned last.
    pub fn watched(&self) -> &Watched {
        &self.watched
    }

    /// The watched queries of each source.
    pub fn watches(&self) -> &BTreeMap<SourceName, Vec<Watch>> {
        &self.watches
    }

    /// Has listeners that wait for triggers look again: somebody may have made them just now.
    pub fn look_again(&self) {
        self.again.send_modify(|count| *count = count.wrapping_add(1));
    }

    /// Notices changes, for as long as it is polled.
    pub async fn run(&self) -> Infallible {
        self.shared.engine.catalog().until_read().await;
        let sources = self.shared.engine.loader().sources();
        let mut tasks: Vec<BoxFuture<'_, Infallible>> = Vec::new();
        for (name, source) in sources.iter() {
            if source.can_listen() {
                tasks.push(listener::run(&self.shared, name, source, &self.again).boxed());
            }
        }
        for (source, watches) in &self.watches {
            for watch in watches {
                tasks.push(watch::run(&self.shared, &self.watched, source, watch).boxed());
            }
        }
        if tasks.is_empty() {
            return std::future::pending().await;
        }
        let (never, ..) = select_all(tasks).await;
        never
    }
}
