//! Watched queries: `select max(updated_at), count(*) from orders`, every 30 seconds. A result that
//! differs from the last one means that the tables have changed, in whichever direction: clocks jump
//! back, and rows are deleted.
//!
//! With a shared cache, the last result is in the store, and whichever replica comes first runs the
//! query: what changed while no process ran is noticed, too. Otherwise each process has its own cache,
//! and compares on its own.

use super::shared::Shared;
use brisk_domain::{SourceName, Tag, Timestamp};
use brisk_engine::Engine;
use brisk_store::{Store, StoreError, WatchRecord};
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// A watched query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watch {
    /// Its name.
    pub name: String,
    /// The query.
    pub sql: String,
    /// How often it runs.
    pub pace: Duration,
    /// The tags that it stands for; by default, the tables that it reads.
    pub tags: Option<Vec<Tag>>,
}

/// What watched queries returned last.
#[derive(Debug)]
pub struct Watched {
    store: Option<Store>,
    own: Mutex<BTreeMap<(SourceName, String), WatchRecord>>,
}

impl Watched {
    pub(super) fn new(store: Option<Store>) -> Self {
        Self { store, own: Mutex::default() }
    }

    /// What is known of each, by source and name.
    pub async fn all(
        &self,
        engine: &Engine,
    ) -> Result<BTreeMap<(SourceName, String), WatchRecord>, StoreError> {
        let Some(store) = self.shared(engine) else { return Ok(self.lock().clone()) };
        let records = store.watches().await?.into_iter().filter_map(|record| {
            let source = SourceName::parse(&record.source).ok()?;
            Some(((source, record.name.clone()), record))
        });
        Ok(records.collect())
    }

    /// The store, where replicas share a cache.
    fn shared(&self, engine: &Engine) -> Option<&Store> {
        self.store.as_ref().filter(|_| engine.loader().cache().health().shared)
    }

    /// The record of a query that is due now; none if another replica has just run it.
    async fn due(
        &self,
        engine: &Engine,
        source: &SourceName,
        watch: &Watch,
        now: Timestamp,
    ) -> Result<Option<WatchRecord>, StoreError> {
        if let Some(store) = self.shared(engine) {
            // Processes sleep a little longer or shorter.
            let pace = watch.pace.mul_f64(0.9);
            return store.claim_watch(source.as_str(), &watch.name, now, pace).await;
        }
        let key = (source.clone(), watch.name.clone());
        let known = self.lock().get(&key).cloned();
        Ok(Some(known.unwrap_or_else(|| WatchRecord::new(source.as_str(), &watch.name))))
    }

    async fn keep(&self, engine: &Engine, record: WatchRecord) -> Result<(), StoreError> {
        if let Some(store) = self.shared(engine) {
            return store.keep_watch(&record).await;
        }
        if let Ok(source) = SourceName::parse(&record.source) {
            self.lock().insert((source, record.name.clone()), record);
        }
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<(SourceName, String), WatchRecord>> {
        self.own.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Runs a query at its pace, for as long as it is polled.
pub(super) async fn run(
    shared: Arc<Shared>,
    watched: Arc<Watched>,
    source: SourceName,
    watch: Watch,
) -> Infallible {
    loop {
        look(&shared, &watched, &source, &watch).await;
        let pause = watch.pace.mul_f64(0.95 + 0.1 * rand::random::<f64>());
        tokio::time::sleep(pause).await;
    }
}

/// Runs a query once, if it is due, and invalidates if its result has changed.
pub async fn look(shared: &Shared, watched: &Watched, source: &SourceName, watch: &Watch) {
    let (engine, now) = (&shared.engine, shared.clock.now());
    let mut record = match watched.due(engine, source, watch, now).await {
        Ok(Some(record)) => record,
        Ok(None) => return,
        Err(error) => {
            tracing::warn!(%source, watch = watch.name, %error, "a watched query cannot run");
            return;
        }
    };
    record.checked_at = Some(now);
    match compared(engine, source, watch, &mut record, now).await {
        Ok(()) => (record.error, record.failing_since) = (None, None),
        Err(error) => {
            tracing::warn!(%source, watch = watch.name, error, "a watched query tells nothing");
            record.failing_since = record.failing_since.or(Some(now));
            record.error = Some(error);
        }
    }
    if let Err(error) = watched.keep(engine, record).await {
        // The next look finds the result before this one, and invalidates once more.
        tracing::warn!(%source, watch = watch.name, %error, "a watched result is not kept");
    }
}

/// Compares the result with the last one. It is kept only once the invalidation is recorded.
async fn compared(
    engine: &Engine,
    source: &SourceName,
    watch: &Watch,
    record: &mut WatchRecord,
    now: Timestamp,
) -> Result<(), String> {
    let statement = engine.watched(source, &watch.sql)?;
    let value = engine.watch(&statement).await?;
    if record.hash.as_ref() == Some(&value.hash) {
        return Ok(());
    }
    let tags = watch.tags.clone().unwrap_or_else(|| statement.tags());
    let invalidated = engine.invalidate(&tags).await;
    invalidated.map_err(|error| format!("it has changed, but that is not recorded: {error}"))?;
    // The first result has nothing to be compared with.
    if record.hash.is_some() {
        record.changed_at = Some(now);
    }
    tracing::debug!(%source, watch = watch.name, "a watched result is another one");
    (record.hash, record.shown) = (Some(value.hash), value.shown);
    Ok(())
}
