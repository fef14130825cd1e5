//! [`Cache`]: lookup, single-flight load, refresh and invalidation, over one tier or two.

use crate::caller::{Caller, Client};
use crate::encoding;
use crate::entry::{Entry, Hit, State};
use crate::error::{LoadError, NotRecorded};
use crate::events::{Event, Events, Follower};
use crate::failures::Failures;
use crate::flight::Flights;
use crate::generation::KnownGenerations;
use crate::jitter;
use crate::key::{EntryKey, Tag};
use crate::lane_figures::LaneFigures;
use crate::lanes::{LaneLimits, Lanes, Places};
use crate::load_times::LoadTimes;
use crate::memory::Memory;
use crate::policy::{Request, Trigger};
use crate::redis::breaker::Open;
use crate::redis::channel::{self, Message};
use crate::redis::config::{RedisConfig, RedisConfigError};
use crate::redis::shared::Shared;
use crate::statistics::{Counters, Statistics, Tiers};
use crate::value::Value;
use brisk_domain::Clock;
use futures::future::BoxFuture;
use std::error::Error;
use std::sync::{Arc, Weak};
use std::time::Duration;

/// The cache's limits.
#[derive(Debug, Clone)]
pub struct Config {
    /// Bytes of values kept in memory.
    pub max_bytes: u64,
    /// A larger value is served but not stored.
    pub max_value_bytes: usize,
    /// How far TTLs vary, up and down, as a fraction: keeps entries from expiring together.
    pub jitter: f64,
    /// How early an entry in use is refreshed: at the latest this many load times before it
    /// expires, or this many hundredths of its TTL, whichever is longer.
    pub early: f64,
    /// How long a failure is remembered.
    pub error_ttl: Duration,
    /// How long to wait for another process to load an entry.
    pub patience: Duration,
    /// How many loads may run at once.
    pub lanes: LaneLimits,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            max_bytes: 256 << 20,
            max_value_bytes: 8 << 20,
            jitter: jitter::DEFAULT,
            early: 2.0,
            error_ttl: Duration::from_secs(2),
            patience: Duration::from_secs(90),
            lanes: LaneLimits::default(),
        }
    }
}

/// A request under the generations that were current at lookup. Whatever is loaded for it is stored
/// under those, even if they are invalidated meanwhile.
#[derive(Debug, Clone)]
pub struct Ticket {
    /// The request.
    pub request: Request,
    /// What identifies the entry.
    pub key: EntryKey,
    /// Whether the generations are known to be current.
    pub verified: bool,
}

/// What a lookup found for one request.
#[derive(Debug, Clone)]
pub struct LookupResult<V> {
    /// For loading or refreshing the entry.
    pub ticket: Ticket,
    /// What can be shown now.
    pub hit: Option<Hit<V>>,
}

/// Whether the cache is working as it should.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    /// Whether there is a shared tier.
    pub shared: bool,
    /// How long the shared tier has been in trouble, and why.
    pub trouble: Option<(Duration, String)>,
    /// How long the shared tier has answered but refused writes, so that invalidations fail, and
    /// why: it is full or read-only.
    pub write_trouble: Option<(Duration, String)>,
}

/// A tagged cache. Cheap to clone.
pub struct Cache<V: Value>(pub(crate) Arc<Inner<V>>);

pub(crate) struct Inner<V: Value> {
    pub(crate) config: Config,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) known: KnownGenerations,
    pub(crate) memory: Memory<V>,
    pub(crate) shared: Option<Arc<Shared>>,
    pub(crate) flights: Arc<Flights<V>>,
    pub(crate) failures: Failures,
    pub(crate) lanes: Lanes,
    events: Events,
    pub(crate) counters: Counters,
    listener: Option<tokio::task::AbortHandle>,
}

impl<V: Value> Drop for Inner<V> {
    fn drop(&mut self) {
        if let Some(listener) = &self.listener {
            listener.abort();
        }
    }
}

impl<V: Value> Clone for Cache<V> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<V: Value> Cache<V> {
    /// A cache in this process's memory only.
    pub fn in_memory(config: Config, clock: Arc<dyn Clock>) -> Self {
        Self(Arc::new(Inner::new(config, clock, None)))
    }

    /// A cache in memory and in a Redis shared with other processes. It connects on first use, and
    /// degrades to memory without Redis. Must be called within a tokio runtime.
    pub fn with_redis(
        config: Config,
        clock: Arc<dyn Clock>,
        redis: RedisConfig,
    ) -> Result<Self, RedisConfigError> {
        let longest = encoding::longest(config.max_value_bytes);
        let shared = Arc::new(Shared::new(redis, longest)?);
        Ok(Self(Arc::new_cyclic(|inner: &Weak<Inner<V>>| {
            let inner = Weak::clone(inner);
            let listener = tokio::spawn(channel::listen(Arc::clone(&shared), move |message| {
                inner.upgrade().map(|inner| inner.receive(message)).is_some()
            }));
            let mut made = Inner::new(config, clock, Some(shared));
            made.listener = Some(listener.abort_handle());
            made
        })))
    }

    /// Looks up a whole dashboard in one batch, in the order of `requests`. With a shared tier this
    /// takes one round trip if everything is in memory, or if the generations are those this
    /// process knows; otherwise two, for entries that are not in memory; and a third after an
    /// invalidation, for previous values.
    pub async fn lookup(&self, requests: &[Request], trigger: Trigger) -> Vec<LookupResult<V>> {
        if requests.is_empty() {
            return Vec::new();
        }
        self.0.counters.batch();
        let mut found = self.0.find(requests).await;
        for one in &mut found {
            if one.hit.is_none() {
                one.hit = self.0.previous_in_memory(&one.ticket);
            }
            self.0.counters.count(&one.ticket.request.label, trigger, |figures| {
                figures.looked_up(one.hit.as_ref());
            });
        }
        found
    }

    /// Tickets for `requests` under the current generations, in one round trip.
    pub async fn tickets(&self, requests: &[Request]) -> Vec<Ticket> {
        self.0.tickets(requests).await
    }

    /// The current value. Joins a load in progress, here or in another process, or starts one in a
    /// task of its own, so that a caller who gives up does not cancel it for the others. Once no
    /// caller in this process is waiting, the load is cancelled: the loader's future is dropped.
    pub async fn load<F, E>(
        &self,
        ticket: &Ticket,
        caller: impl Into<Caller>,
        loader: F,
    ) -> Result<Hit<V>, LoadError>
    where
        F: FnOnce() -> BoxFuture<'static, Result<V, E>> + Send + 'static,
        E: Error + Send + Sync + 'static,
    {
        let (flight, joined) = self.flight(ticket, None, &caller.into(), loader);
        let mut hit = flight.outcome().await?;
        hit.state = match (ticket.verified, joined) {
            (true, _) => State::Fresh,
            // A load that began before this call may be older than an invalidation that this
            // process could not learn of.
            (false, true) => State::Unverified,
            // What this call loaded is current; what it found in memory may not be.
            (false, false) => hit.state,
        };
        Ok(hit)
    }

    /// Reloads a stale or due entry in the background.
    pub fn refresh<F, E>(&self, ticket: &Ticket, replaced: &Entry<V>, trigger: Trigger, loader: F)
    where
        F: FnOnce() -> BoxFuture<'static, Result<V, E>> + Send + 'static,
        E: Error + Send + Sync + 'static,
    {
        // The flight runs in its own task; nothing here waits for it.
        let caller = Caller::background(trigger);
        self.flight(ticket, Some(replaced.stored_at), &caller, loader).0.keep();
    }

    /// A single value: [`Cache::lookup`], then [`Cache::load`] if that finds no current one.
    pub async fn get<F, E>(
        &self,
        request: &Request,
        caller: impl Into<Caller>,
        loader: F,
    ) -> Result<Hit<V>, LoadError>
    where
        F: FnOnce() -> BoxFuture<'static, Result<V, E>> + Send + 'static,
        E: Error + Send + Sync + 'static,
    {
        let caller = caller.into();
        let trigger = caller.trigger;
        let mut found = self.lookup(std::slice::from_ref(request), trigger).await;
        let Some(LookupResult { ticket, hit }) = found.pop() else {
            return Err(LoadError::Abandoned);
        };
        match hit {
            Some(hit) if hit.state != State::Previous => {
                if hit.refresh {
                    self.refresh(&ticket, &hit.entry, trigger, loader);
                }
                Ok(hit)
            }
            _ => self.load(&ticket, caller, loader).await,
        }
    }

    /// Gives `tags` new generations. Once this returns `Ok`, no entry that depends on them is
    /// current for any process, nor is the result of a load already in progress.
    pub async fn invalidate(&self, tags: &[Tag]) -> Result<(), NotRecorded> {
        if tags.is_empty() {
            return Ok(());
        }
        let Some(shared) = &self.0.shared else {
            self.0.known.renew(tags);
            self.0.events.send(Event::Invalidated(tags.into()));
            return Ok(());
        };
        if let Err(trouble) = shared.renew_generations(tags).await {
            // At least this process stops using the old generations.
            self.0.known.renew(tags);
            return Err(trouble.into());
        }
        self.0.known.renew(tags);
        // This process receives the message too, like all the others.
        shared.publish(&Message::Invalidated(tags.to_vec())).await;
        Ok(())
    }

    /// Forgets the current entries of `requests`, in every reachable process. A load in progress is
    /// still stored: if the data changed, invalidate.
    pub async fn purge(&self, requests: &[Request]) {
        let tickets = self.tickets(requests).await;
        let keys: Vec<EntryKey> = tickets.iter().map(|ticket| ticket.key).collect();
        if let Some(shared) = &self.0.shared {
            if let Err(trouble) = shared.forget(&keys).await {
                tracing::debug!(%trouble, "entries could not be forgotten in Redis");
            }
            shared.publish(&Message::Forgotten(keys.clone())).await;
        }
        self.0.forget(&keys);
        if self.0.shared.is_none() {
            // With a shared tier, the event reaches this process over the channel, like all the
            // others.
            self.0.events.send(Event::Forgotten(keys.into()));
        }
    }

    /// The clock by which entries age.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.0.clock
    }

    /// Events from now on; with a shared tier, those of all processes.
    pub fn follow(&self) -> Follower {
        self.0.events.follow()
    }

    /// Whether the cache is working as it should.
    pub fn health(&self) -> Health {
        let shared = self.0.shared.as_ref();
        let since = |open: Open| (open.since.elapsed(), open.why.to_string());
        Health {
            shared: shared.is_some(),
            trouble: shared.and_then(|shared| shared.trouble()).map(since),
            write_trouble: shared.and_then(|shared| shared.write_trouble()).map(since),
        }
    }

    /// Counters since the start.
    pub fn statistics(&self) -> Statistics {
        let round_trips = self.0.shared.as_ref().map_or(0, |shared| shared.round_trips());
        Statistics {
            of: self.0.counters.by_label(),
            tiers: Tiers { round_trips, ..self.0.counters.tiers() },
            batches: self.0.counters.batches(),
        }
    }

    /// The mean load time of `label`, over the loads that this process ran.
    pub fn usual_load(&self, label: &str) -> Option<Duration> {
        self.0.counters.usual_load(label)
    }

    /// Percentiles of the latest loads of `label` that this process ran, if there were any.
    pub fn load_times(&self, label: &str) -> Option<LoadTimes> {
        self.0.counters.load_times(label)
    }

    /// Bytes of values that memory may hold.
    pub fn max_bytes(&self) -> u64 {
        self.0.config.max_bytes
    }

    /// The figures of each lane that was entered, by name.
    pub fn lanes(&self) -> Vec<LaneFigures> {
        self.0.lanes.figures()
    }

    /// Gives a lane `places`, from its next load on.
    pub fn give_places(&self, lane: &Arc<str>, places: Places) {
        self.0.lanes.give(lane, places);
    }

    /// How many loads of `client` wait for a place in a lane.
    pub fn waiting_for(&self, lane: &str, client: &Client) -> usize {
        self.0.lanes.waiting_for(lane, client)
    }

    /// Approximate bytes of values in memory.
    pub fn bytes(&self) -> u64 {
        self.0.memory.bytes()
    }
}

impl<V: Value> Inner<V> {
    fn new(config: Config, clock: Arc<dyn Clock>, shared: Option<Arc<Shared>>) -> Self {
        Self {
            memory: Memory::new(config.max_bytes),
            lanes: Lanes::new(config.lanes.clone()),
            config,
            clock,
            shared,
            known: KnownGenerations::default(),
            flights: Arc::default(),
            failures: Failures::default(),
            events: Events::default(),
            counters: Counters::default(),
            listener: None,
        }
    }

    fn receive(&self, message: Message) {
        match message {
            Message::Invalidated(tags) => {
                // If the shared tier fails next, nothing from before the invalidation may be shown.
                self.known.renew(&tags);
                self.events.send(Event::Invalidated(tags.into()));
            }
            Message::Landed(key) => self.flights.landed_elsewhere(&key),
            Message::Forgotten(keys) => {
                self.forget(&keys);
                self.events.send(Event::Forgotten(keys.into()));
            }
            Message::Connected => {
                self.events.send(Event::Missed);
                self.flights.wake_all();
            }
        }
    }

    fn forget(&self, keys: &[EntryKey]) {
        for key in keys {
            self.memory.remove(key);
            self.failures.forget(key);
        }
    }
}
