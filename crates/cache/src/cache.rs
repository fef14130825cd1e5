//! [`Cache`]: lookup, single-flight load, refresh, invalidation.

use crate::generation::Generations;
use crate::statistics::{Counters, Statistics};
use crate::{EntryKey, Fingerprint, Request, Tag, Trigger};
use brisk_domain::{Clock, Timestamp};
use futures::FutureExt;
use futures::future::{BoxFuture, Shared};
use std::collections::HashMap;
use std::error::Error;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

/// What can be cached.
pub trait Value: Clone + Send + Sync + 'static {
    /// Its size in bytes.
    fn size(&self) -> usize;
}

/// The cache's limits.
#[derive(Debug, Clone)]
pub struct Config {
    /// Bytes of values kept in memory.
    pub max_bytes: u64,
    /// A larger value is served but not stored.
    pub max_value_bytes: usize,
    /// By which fraction TTLs are spread, up and down, so that entries do not expire together.
    pub jitter: f64,
    /// How long a failure is remembered.
    pub error_ttl: Duration,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            max_bytes: 256 << 20,
            max_value_bytes: 8 << 20,
            jitter: 0.1,
            error_ttl: Duration::from_secs(2),
        }
    }
}

/// A cached value.
#[derive(Debug, Clone)]
pub struct Entry<V> {
    /// The value.
    pub value: V,
    /// When its load began: it shows the data as of then.
    pub stored_at: Timestamp,
    /// How long its load took, on the monotonic clock.
    pub load_time: Duration,
    /// What identifies it.
    pub key: EntryKey,
    fresh_until: Timestamp,
    usable_until: Timestamp,
}

/// What a lookup found.
#[derive(Debug, Clone)]
pub enum Lookup<V> {
    /// Current.
    Fresh(Entry<V>),
    /// Past its TTL, within the stale window.
    Stale(Entry<V>),
    /// From before an invalidation.
    Previous(Entry<V>),
    /// Nothing usable.
    Missing,
}

/// Why a load gave no value; shared by all who waited.
#[derive(Debug, Clone, thiserror::Error)]
pub enum LoadError {
    /// The loader failed.
    #[error("{0}")]
    Failed(Arc<dyn Error + Send + Sync>),
    /// The loader panicked or was torn down.
    #[error("the load ended abnormally")]
    Abandoned,
}

impl LoadError {
    /// The loader's own error, if it is of that type.
    pub fn downcast_ref<E: Error + 'static>(&self) -> Option<&E> {
        match self {
            Self::Failed(error) => error.downcast_ref(),
            Self::Abandoned => None,
        }
    }
}

type Flight<V> = Shared<BoxFuture<'static, Result<Entry<V>, LoadError>>>;

/// A tagged cache. Cheap to clone.
pub struct Cache<V: Value>(Arc<Inner<V>>);

struct Inner<V: Value> {
    config: Config,
    clock: Arc<dyn Clock>,
    generations: Generations,
    entries: moka::future::Cache<EntryKey, Entry<V>>,
    /// The newest entry of each fingerprint, under whatever generations.
    newest: moka::future::Cache<Fingerprint, EntryKey>,
    flights: Mutex<HashMap<EntryKey, Flight<V>>>,
    failures: Mutex<HashMap<EntryKey, (Timestamp, LoadError)>>,
    counters: Counters,
}

impl<V: Value> Clone for Cache<V> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<V: Value> Cache<V> {
    /// A cache in this process's memory.
    pub fn in_memory(config: Config, clock: Arc<dyn Clock>) -> Self {
        let weigh = |_: &EntryKey, entry: &Entry<V>| {
            u32::try_from(entry.value.size() + size_of::<Entry<V>>()).unwrap_or(u32::MAX)
        };
        Self(Arc::new(Inner {
            entries: moka::future::Cache::builder()
                .max_capacity(config.max_bytes)
                .weigher(weigh)
                .build(),
            newest: moka::future::Cache::new(100_000),
            config,
            clock,
            generations: Generations::default(),
            flights: Mutex::default(),
            failures: Mutex::default(),
            counters: Counters::default(),
        }))
    }

    /// One batch for a whole dashboard: what is known of each request, in their order.
    pub async fn lookup(&self, requests: &[Request], trigger: Trigger) -> Vec<Lookup<V>> {
        let mut found = Vec::with_capacity(requests.len());
        for request in requests {
            let lookup = self.find(request).await;
            self.0.counters.count(&request.label, trigger, |figures| match &lookup {
                Lookup::Fresh(entry) => {
                    figures.hits += 1;
                    figures.saved_time += entry.load_time;
                }
                Lookup::Stale(entry) => {
                    figures.stale += 1;
                    figures.saved_time += entry.load_time;
                }
                Lookup::Previous(_) | Lookup::Missing => figures.misses += 1,
            });
            found.push(lookup);
        }
        found
    }

    /// The current value: joins a load that is under way, or starts one in a task of its own, so
    /// that a reader who leaves ends nobody else's load.
    pub async fn load<F, E>(
        &self,
        request: &Request,
        trigger: Trigger,
        loader: F,
    ) -> Result<Entry<V>, LoadError>
    where
        F: FnOnce() -> BoxFuture<'static, Result<V, E>> + Send + 'static,
        E: Error + Send + Sync + 'static,
    {
        self.flight(request, trigger, loader).await
    }

    /// [`Cache::load`] behind the caller's back, for an entry that is stale.
    pub fn refresh<F, E>(&self, request: &Request, trigger: Trigger, loader: F)
    where
        F: FnOnce() -> BoxFuture<'static, Result<V, E>> + Send + 'static,
        E: Error + Send + Sync + 'static,
    {
        // The flight runs in its own task; nobody waits for it here.
        drop(self.flight(request, trigger, loader));
    }

    /// Gives `tags` new generations: from now on no entry that depends on them is current, and
    /// neither is the result of a load that has already begun.
    pub async fn invalidate(&self, tags: &[Tag]) {
        self.0.generations.renew(tags);
    }

    /// Forgets the current entry of `request`.
    pub async fn purge(&self, request: &Request) {
        let key = self.key(request);
        self.0.entries.invalidate(&key).await;
        self.failures().remove(&key);
    }

    /// What was asked, found and spent since the start.
    pub fn statistics(&self) -> Statistics {
        self.0.counters.read()
    }

    /// Bytes of values in memory, roughly.
    pub async fn bytes(&self) -> u64 {
        self.0.entries.run_pending_tasks().await;
        self.0.entries.weighted_size()
    }

    fn key(&self, request: &Request) -> EntryKey {
        EntryKey::of(&request.fingerprint, &self.0.generations.read(&request.tags))
    }

    async fn find(&self, request: &Request) -> Lookup<V> {
        if request.policy.off {
            return Lookup::Missing;
        }
        let now = self.0.clock.now();
        if let Some(entry) = self.0.entries.get(&self.key(request)).await {
            return match () {
                () if now < entry.fresh_until => Lookup::Fresh(entry),
                () if now < entry.usable_until => Lookup::Stale(entry),
                () => Lookup::Missing,
            };
        }
        if request.policy.strict {
            return Lookup::Missing;
        }
        let Some(key) = self.0.newest.get(&request.fingerprint).await else {
            return Lookup::Missing;
        };
        let previous = self.0.entries.get(&key).await.filter(|entry| now < entry.usable_until);
        previous.map_or(Lookup::Missing, Lookup::Previous)
    }

    fn flight<F, E>(&self, request: &Request, trigger: Trigger, loader: F) -> Flight<V>
    where
        F: FnOnce() -> BoxFuture<'static, Result<V, E>> + Send + 'static,
        E: Error + Send + Sync + 'static,
    {
        // Generations first: the result belongs to the data as it was before the load began.
        let key = self.key(request);
        let mut flights = self.flights();
        if let Some(flight) = flights.get(&key) {
            self.0.counters.count(&request.label, trigger, |figures| figures.joins += 1);
            return flight.clone();
        }
        let (cache, request) = (self.clone(), request.clone());
        let landing = Landing { cache: self.clone(), key };
        let task = tokio::spawn(async move {
            let _landing = landing;
            cache.fly(key, &request, trigger, loader).await
        });
        let flight = async move { task.await.unwrap_or(Err(LoadError::Abandoned)) };
        let flight = flight.boxed().shared();
        flights.insert(key, flight.clone());
        flight
    }

    async fn fly<F, E>(
        &self,
        key: EntryKey,
        request: &Request,
        trigger: Trigger,
        loader: F,
    ) -> Result<Entry<V>, LoadError>
    where
        F: FnOnce() -> BoxFuture<'static, Result<V, E>> + Send + 'static,
        E: Error + Send + Sync + 'static,
    {
        let begun = self.0.clock.now();
        // Somebody may have finished between the caller's lookup and this flight.
        if let Some(entry) = self.0.entries.get(&key).await
            && begun < entry.fresh_until
        {
            return Ok(entry);
        }
        if let Some((until, error)) = self.failures().get(&key)
            && begun < *until
        {
            return Err(error.clone());
        }
        let started = std::time::Instant::now();
        let result = loader().await;
        let load_time = started.elapsed();
        self.0.counters.count(&request.label, trigger, |figures| {
            figures.loads += 1;
            figures.load_time += load_time;
            figures.errors += u64::from(result.is_err());
        });
        match result {
            Ok(value) => Ok(self.store(key, request, trigger, value, begun, load_time).await),
            Err(error) => {
                let error = LoadError::Failed(Arc::new(error));
                self.remember_failure(key, &error);
                Err(error)
            }
        }
    }

    async fn store(
        &self,
        key: EntryKey,
        request: &Request,
        trigger: Trigger,
        value: V,
        stored_at: Timestamp,
        load_time: Duration,
    ) -> Entry<V> {
        let config = &self.0.config;
        let spread = 1.0 + config.jitter * (rand::random::<f64>() * 2.0 - 1.0);
        let after = |at: Timestamp, length: Duration| {
            Timestamp(at.0.saturating_add(i64::try_from(length.as_micros()).unwrap_or(i64::MAX)))
        };
        let fresh_until = after(stored_at, request.policy.ttl.mul_f64(spread.max(0.0)));
        let usable_until = after(fresh_until, request.policy.stale);
        let entry = Entry { value, stored_at, load_time, key, fresh_until, usable_until };
        if entry.value.size() > config.max_value_bytes {
            self.0.counters.count(&request.label, trigger, |figures| figures.too_large += 1);
        } else if !request.policy.off {
            self.0.entries.insert(key, entry.clone()).await;
            self.0.newest.insert(request.fingerprint, key).await;
        }
        entry
    }

    /// For seconds only, so that a burst of readers does not repeat what just failed.
    fn remember_failure(&self, key: EntryKey, error: &LoadError) {
        let now = self.0.clock.now();
        let error_ttl = i64::try_from(self.0.config.error_ttl.as_micros()).unwrap_or(0);
        let mut failures = self.failures();
        failures.retain(|_, (until, _)| now < *until);
        failures.insert(key, (Timestamp(now.0 + error_ttl), error.clone()));
    }

    fn flights(&self) -> MutexGuard<'_, HashMap<EntryKey, Flight<V>>> {
        self.0.flights.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    fn failures(&self) -> MutexGuard<'_, HashMap<EntryKey, (Timestamp, LoadError)>> {
        self.0.failures.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

/// Takes a flight off the list on every way out: done, failed, panicked, torn down.
struct Landing<V: Value> {
    cache: Cache<V>,
    key: EntryKey,
}

impl<V: Value> Drop for Landing<V> {
    fn drop(&mut self) {
        self.cache.flights().remove(&self.key);
    }
}
