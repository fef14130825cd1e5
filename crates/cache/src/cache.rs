//! [`Cache`]: lookup, single-flight load, refresh, invalidation, over one tier or two.

use crate::entry::{Entry, Hit, State, after};
use crate::events::{Event, Events, Follower};
use crate::failures::Failures;
use crate::flight::{Flight, Flights};
use crate::generation::Known;
use crate::lanes::{LaneLimits, Lanes};
use crate::memory::Memory;
use crate::redis::channel::{self, Message};
use crate::redis::{RedisConfig, RedisConfigError, Shared};
use crate::statistics::{Counters, Statistics, Tiers};
use crate::{EntryKey, LoadError, NotRecorded, Policy, Request, Tag, Trigger, Value, encoding};
use brisk_domain::{Clock, Timestamp};
use futures::future::BoxFuture;
use std::collections::BTreeSet;
use std::error::Error;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};
use tokio::sync::Notify;

/// The cache's limits.
#[derive(Debug, Clone)]
pub struct Config {
    /// Bytes of values kept in memory.
    pub max_bytes: u64,
    /// A larger value is served but not stored.
    pub max_value_bytes: usize,
    /// By which fraction TTLs are spread, up and down, so that entries do not expire together.
    pub jitter: f64,
    /// How early an entry in demand is refreshed before its end, in multiples of its load time.
    pub early: f64,
    /// How long a failure is remembered.
    pub error_ttl: Duration,
    /// How long to wait for a load of another process.
    pub patience: Duration,
    /// How many loads run at a time.
    pub lanes: LaneLimits,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            max_bytes: 256 << 20,
            max_value_bytes: 8 << 20,
            jitter: 0.1,
            early: 2.0,
            error_ttl: Duration::from_secs(2),
            patience: Duration::from_secs(90),
            lanes: LaneLimits::default(),
        }
    }
}

/// A request under the generations that were current when it was asked: what is loaded for it
/// is stored under those, whatever is invalidated meanwhile.
#[derive(Debug, Clone)]
pub struct Ticket {
    /// What is asked for.
    pub request: Request,
    /// What identifies the entry.
    pub key: EntryKey,
    /// Whether the generations are known to be current.
    pub verified: bool,
}

/// What a lookup found for one request.
#[derive(Debug, Clone)]
pub struct Found<V> {
    /// For loading or refreshing it.
    pub ticket: Ticket,
    /// What can be shown now.
    pub hit: Option<Hit<V>>,
}

/// How the cache does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    /// Whether there is a tier that processes share.
    pub shared: bool,
    /// Since when that tier is in trouble, and why.
    pub trouble: Option<(Duration, String)>,
}

/// A tagged cache. Cheap to clone.
pub struct Cache<V: Value>(Arc<Inner<V>>);

struct Inner<V: Value> {
    config: Config,
    clock: Arc<dyn Clock>,
    known: Known,
    memory: Memory<V>,
    shared: Option<Arc<Shared>>,
    flights: Arc<Flights<V>>,
    failures: Failures,
    lanes: Lanes,
    events: Events,
    counters: Counters,
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
    /// A cache in this process's memory.
    pub fn in_memory(config: Config, clock: Arc<dyn Clock>) -> Self {
        Self(Arc::new(Inner::new(config, clock, None)))
    }

    /// A cache in memory and in a Redis that other processes share. It connects when it is first
    /// needed, and goes on without Redis as well as can be. Call it within a tokio runtime.
    pub fn with_redis(
        config: Config,
        clock: Arc<dyn Clock>,
        redis: RedisConfig,
    ) -> Result<Self, RedisConfigError> {
        let shared = Arc::new(Shared::new(redis)?);
        Ok(Self(Arc::new_cyclic(|inner: &Weak<Inner<V>>| {
            let inner = Weak::clone(inner);
            let listener = tokio::spawn(channel::listen(Arc::clone(&shared), move |message| {
                inner.upgrade().map(|inner| inner.hear(message)).is_some()
            }));
            let mut made = Inner::new(config, clock, Some(shared));
            made.listener = Some(listener.abort_handle());
            made
        })))
    }

    /// One batch for a whole dashboard: what is known of each request, in their order. With a
    /// shared tier it waits for it at most three times: for the generations, for entries that
    /// are not in memory, and, after an invalidation, for previous values.
    pub async fn lookup(&self, requests: &[Request], trigger: Trigger) -> Vec<Found<V>> {
        let tickets = self.tickets(requests).await;
        let now = self.0.clock.now();
        let mut found: Vec<Found<V>> = tickets
            .into_iter()
            .map(|ticket| Found { hit: self.0.in_memory(&ticket, now), ticket })
            .collect();
        if let Some(shared) = &self.0.shared {
            self.0.find_shared(shared, &mut found, now).await;
        }
        for one in &mut found {
            if one.hit.is_none() {
                one.hit = self.0.previous_in_memory(&one.ticket, now);
            }
            self.0.counters.count(&one.ticket.request.label, trigger, |figures| {
                figures.looked_up(one.hit.as_ref());
            });
        }
        found
    }

    /// `requests` under the current generations: one round trip for all of them.
    pub async fn tickets(&self, requests: &[Request]) -> Vec<Ticket> {
        let tags: BTreeSet<&Tag> = requests.iter().flat_map(|r| r.tags.iter()).collect();
        let tags: Vec<Tag> = tags.into_iter().cloned().collect();
        let (generations, verified) = match &self.0.shared {
            None => (self.0.known.read(&tags), true),
            Some(shared) => match shared.generations(&tags).await {
                Ok(generations) => {
                    self.0.known.remember(&tags, &generations);
                    (generations, true)
                }
                Err(_) => (self.0.known.read(&tags), false),
            },
        };
        let ticket = |request: &Request| {
            let of = request
                .tags
                .iter()
                .filter_map(|tag| tags.binary_search(tag).ok().map(|at| &*generations.of[at]));
            let under = std::iter::once(generations.era.as_bytes()).chain(of);
            let key = EntryKey::of(&request.fingerprint, under);
            Ticket { request: request.clone(), key, verified }
        };
        requests.iter().map(ticket).collect()
    }

    /// The current value: joins a load that is under way, here or in another process, or starts
    /// one in a task of its own, so that a reader who leaves ends nobody else's load.
    pub async fn load<F, E>(
        &self,
        ticket: &Ticket,
        trigger: Trigger,
        loader: F,
    ) -> Result<Hit<V>, LoadError>
    where
        F: FnOnce() -> BoxFuture<'static, Result<V, E>> + Send + 'static,
        E: Error + Send + Sync + 'static,
    {
        let (flight, joined) = self.flight(ticket, None, trigger, loader);
        let mut hit = flight.await?;
        // What began before this caller asked may be older than an invalidation that this
        // process could not hear of.
        if joined && !ticket.verified {
            hit.state = State::Unverified;
        }
        Ok(hit)
    }

    /// Loads again what was found, behind the caller's back, for an entry that is stale or due.
    pub fn refresh<F, E>(&self, ticket: &Ticket, replaced: &Entry<V>, trigger: Trigger, loader: F)
    where
        F: FnOnce() -> BoxFuture<'static, Result<V, E>> + Send + 'static,
        E: Error + Send + Sync + 'static,
    {
        // The flight runs in its own task; nobody waits for it here.
        drop(self.flight(ticket, Some(replaced.stored_at), trigger, loader));
    }

    /// A single value: [`Cache::lookup`], and [`Cache::load`] if there is no current one.
    pub async fn get<F, E>(
        &self,
        request: &Request,
        trigger: Trigger,
        loader: F,
    ) -> Result<Hit<V>, LoadError>
    where
        F: FnOnce() -> BoxFuture<'static, Result<V, E>> + Send + 'static,
        E: Error + Send + Sync + 'static,
    {
        let mut found = self.lookup(std::slice::from_ref(request), trigger).await;
        let Some(Found { ticket, hit }) = found.pop() else {
            return Err(LoadError::Abandoned);
        };
        match hit {
            Some(hit) if matches!(hit.state, State::Fresh | State::Unverified) => Ok(hit),
            Some(hit) if matches!(hit.state, State::Due | State::Stale) => {
                self.refresh(&ticket, &hit.entry, trigger, loader);
                Ok(hit)
            }
            _ => self.load(&ticket, trigger, loader).await,
        }
    }

    /// Gives `tags` new generations: once this is `Ok`, no entry that depends on them is current
    /// for anybody, and neither is the result of a load that has already begun.
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
            // This process at least moves on.
            self.0.known.renew(tags);
            return Err(trouble.into());
        }
        // This process hears it, too, as all the others do.
        shared.publish(&Message::Invalidated(tags.to_vec())).await;
        Ok(())
    }

    /// Forgets the current entries of `requests`, in all processes.
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
    }

    /// Events from now on; with a shared tier those of all processes.
    pub fn follow(&self) -> Follower {
        self.0.events.follow()
    }

    /// How the cache does.
    pub fn health(&self) -> Health {
        let trouble = self.0.shared.as_ref().and_then(|shared| shared.trouble());
        Health {
            shared: self.0.shared.is_some(),
            trouble: trouble.map(|open| (open.since.elapsed(), open.why.to_string())),
        }
    }

    /// What was asked, found and spent since the start.
    pub fn statistics(&self) -> Statistics {
        let round_trips = self.0.shared.as_ref().map_or(0, |shared| shared.round_trips());
        Statistics {
            of: self.0.counters.by_label(),
            tiers: Tiers { round_trips, ..self.0.counters.tiers() },
        }
    }

    /// Bytes of values in memory, roughly.
    pub fn bytes(&self) -> u64 {
        self.0.memory.bytes()
    }

    fn flight<F, E>(
        &self,
        ticket: &Ticket,
        replaces: Option<Timestamp>,
        trigger: Trigger,
        loader: F,
    ) -> (Flight<V>, bool)
    where
        F: FnOnce() -> BoxFuture<'static, Result<V, E>> + Send + 'static,
        E: Error + Send + Sync + 'static,
    {
        let (inner, to_load) = (Arc::clone(&self.0), ticket.clone());
        let (flight, joined) = self.0.flights.join_or_start(ticket.key, move |landed| async move {
            let load = Load { inner, ticket: to_load, replaces, trigger };
            load.run(loader, &landed).await
        });
        if joined {
            self.0.counters.count(&ticket.request.label, trigger, |figures| figures.joins += 1);
        }
        (flight, joined)
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
            known: Known::default(),
            flights: Arc::default(),
            failures: Failures::default(),
            events: Events::default(),
            counters: Counters::default(),
            listener: None,
        }
    }

    fn hear(&self, message: Message) {
        match message {
            Message::Invalidated(tags) => self.events.send(Event::Invalidated(tags.into())),
            Message::Landed(key) => self.flights.landed_elsewhere(&key),
            Message::Forgotten(keys) => self.forget(&keys),
            Message::Connected => {
                self.events.send(Event::Missed);
                self.flights.look_again();
            }
        }
    }

    fn forget(&self, keys: &[EntryKey]) {
        for key in keys {
            self.memory.remove(key);
            self.failures.forget(key);
        }
    }

    fn in_memory(&self, ticket: &Ticket, now: Timestamp) -> Option<Hit<V>> {
        if ticket.request.policy.off {
            return None;
        }
        self.hit(self.memory.get(&ticket.key)?, ticket.verified, now)
    }

    /// `entry` under the current generations, judged by its age.
    fn hit(&self, entry: Entry<V>, verified: bool, now: Timestamp) -> Option<Hit<V>> {
        let state = match () {
            () if now >= entry.usable_until => return None,
            () if now >= entry.fresh_until => State::Stale,
            () if !verified => State::Unverified,
            () if entry.is_due(now, self.config.early) => State::Due,
            () => State::Fresh,
        };
        Some(Hit { entry, state })
    }

    fn previous_in_memory(&self, ticket: &Ticket, now: Timestamp) -> Option<Hit<V>> {
        let Policy { off, strict, .. } = ticket.request.policy;
        if off || strict {
            return None;
        }
        let entry = self.memory.newest(&ticket.request.fingerprint)?;
        (entry.key != ticket.key && now < entry.usable_until)
            .then_some(Hit { entry, state: State::Previous })
    }

    /// Fills in from the shared tier what is not in memory.
    async fn find_shared(&self, shared: &Shared, found: &mut [Found<V>], now: Timestamp) {
        let mut missing: Vec<&mut Found<V>> = found
            .iter_mut()
            .filter(|one| {
                one.hit.is_none() && one.ticket.verified && !one.ticket.request.policy.off
            })
            .collect();
        let keys: Vec<EntryKey> = missing.iter().map(|one| one.ticket.key).collect();
        let fingerprints: Vec<_> =
            missing.iter().map(|one| one.ticket.request.fingerprint).collect();
        let Ok((entries, newest)) = shared.entries(&keys, &fingerprints).await else {
            return;
        };
        for (one, bytes) in missing.iter_mut().zip(entries) {
            let Some(entry) = self.decoded(bytes, one.ticket.key) else { continue };
            self.memory.insert(one.ticket.request.fingerprint, entry.clone());
            one.hit = self.hit(entry, true, now);
        }
        // After an invalidation: the values from before it, unless they are in memory.
        let mut previous: Vec<(&mut Found<V>, EntryKey)> = missing
            .into_iter()
            .zip(newest)
            .filter_map(|(one, newest)| Some((one, newest?)))
            .filter(|(one, newest)| {
                let request = &one.ticket.request;
                one.hit.is_none()
                    && *newest != one.ticket.key
                    && !request.policy.strict
                    && self.memory.newest(&request.fingerprint).is_none()
            })
            .collect();
        let keys: Vec<EntryKey> = previous.iter().map(|(_, key)| *key).collect();
        let Ok((entries, _)) = shared.entries(&keys, &[]).await else {
            return;
        };
        for ((one, key), bytes) in previous.iter_mut().zip(entries) {
            let Some(entry) = self.decoded(bytes, *key) else { continue };
            if now < entry.usable_until {
                self.memory.insert_previous(entry.clone());
                one.hit = Some(Hit { entry, state: State::Previous });
            }
        }
    }

    /// What was found under `key`, if it is an entry.
    fn decoded(&self, bytes: Option<Vec<u8>>, key: EntryKey) -> Option<Entry<V>> {
        let bytes = bytes?;
        match encoding::decode(&bytes, key, self.config.max_value_bytes.saturating_mul(4)) {
            Ok(entry) => {
                self.counters.tier(|tiers| {
                    tiers.shared_hits += 1;
                    tiers.shared_bytes += bytes.len() as u64;
                });
                Some(entry)
            }
            Err(error) => {
                self.counters.tier(|tiers| tiers.garbage += 1);
                tracing::warn!(%key, %error, "what Redis holds is not an entry; it is loaded again");
                None
            }
        }
    }
}

/// One load, from its first check to its storing.
struct Load<V: Value> {
    inner: Arc<Inner<V>>,
    ticket: Ticket,
    /// An entry that is not good enough, however fresh: when it was stored.
    replaces: Option<Timestamp>,
    trigger: Trigger,
}

/// The first pause between looks at what another process is doing; its messages end it earlier.
const FIRST_LOOK: Duration = Duration::from_millis(20);
/// The longest.
const LAST_LOOK: Duration = Duration::from_millis(250);
/// Values from this size on are encoded off the runtime's own threads.
const LARGE: usize = 64 << 10;

impl<V: Value> Load<V> {
    async fn run<F, E>(self, loader: F, landed: &Notify) -> Result<Hit<V>, LoadError>
    where
        F: FnOnce() -> BoxFuture<'static, Result<V, E>> + Send + 'static,
        E: Error + Send + Sync + 'static,
    {
        // Somebody may have finished between the caller's lookup and this flight.
        if let Some(hit) = self.good_enough(self.inner.memory.get(&self.ticket.key)) {
            return Ok(hit);
        }
        if let Some(error) = self.inner.failures.recent(&self.ticket.key, self.inner.clock.now()) {
            return Err(error);
        }
        let cached = !self.ticket.request.policy.off && self.ticket.verified;
        let Some(shared) = self.inner.shared.clone().filter(|_| cached) else {
            return self.lead(loader).await.map(|(hit, _)| hit);
        };
        self.lead_or_wait(&shared, loader, landed).await
    }

    /// One process leads; the others wait for its entry, or for its lease.
    async fn lead_or_wait<F, E>(
        self,
        shared: &Arc<Shared>,
        loader: F,
        landed: &Notify,
    ) -> Result<Hit<V>, LoadError>
    where
        F: FnOnce() -> BoxFuture<'static, Result<V, E>> + Send + 'static,
        E: Error + Send + Sync + 'static,
    {
        let begun = Instant::now();
        let mut pause = FIRST_LOOK;
        loop {
            match shared.lease(self.ticket.key).await {
                Ok(Some(lease)) => {
                    // Whoever held the lease before has stored its entry before it gave it back.
                    if let Some(hit) = self.stored_elsewhere(shared).await {
                        lease.give_back().await;
                        return Ok(hit);
                    }
                    let led = self.lead(loader).await;
                    let storing =
                        Storing { shared: Arc::clone(shared), lease, ticket: self.ticket };
                    let (entry, result) = match led {
                        Ok((hit, is_stored)) => (is_stored.then(|| hit.entry.clone()), Ok(hit)),
                        Err(error) => (None, Err(error)),
                    };
                    // Nobody here has to wait for that.
                    tokio::spawn(storing.run(self.inner, entry));
                    return result;
                }
                Ok(None) => {
                    if pause == FIRST_LOOK {
                        let label = &self.ticket.request.label;
                        self.inner.counters.count(label, self.trigger, |f| f.joins += 1);
                    }
                    let _ = tokio::time::timeout(pause, landed.notified()).await;
                    pause = (pause * 2).min(LAST_LOOK);
                    if let Some(hit) = self.stored_elsewhere(shared).await {
                        return Ok(hit);
                    }
                    if begun.elapsed() > self.inner.config.patience {
                        return Err(LoadError::TimedOut);
                    }
                }
                // Without Redis everybody loads for themselves.
                Err(_) => return self.lead(loader).await.map(|(hit, _)| hit),
            }
        }
    }

    async fn stored_elsewhere(&self, shared: &Shared) -> Option<Hit<V>> {
        let (mut found, _) = shared.entries(&[self.ticket.key], &[]).await.ok()?;
        let hit = self.good_enough(self.inner.decoded(found.pop()?, self.ticket.key))?;
        self.inner.memory.insert(self.ticket.request.fingerprint, hit.entry.clone());
        Some(hit)
    }

    fn good_enough(&self, entry: Option<Entry<V>>) -> Option<Hit<V>> {
        let entry = entry?;
        let is_newer = self.replaces.is_none_or(|replaced| entry.stored_at > replaced);
        let is_fresh = self.inner.clock.now() < entry.fresh_until;
        (is_newer && is_fresh).then_some(Hit { entry, state: State::Fresh })
    }

    /// Runs the loader in its lane and keeps what it gives in memory; says whether it may be
    /// stored.
    async fn lead<F, E>(&self, loader: F) -> Result<(Hit<V>, bool), LoadError>
    where
        F: FnOnce() -> BoxFuture<'static, Result<V, E>> + Send + 'static,
        E: Error + Send + Sync + 'static,
    {
        let (inner, request) = (&self.inner, &self.ticket.request);
        let place = inner.lanes.enter(&request.lane).await?;
        let (begun, started) = (inner.clock.now(), Instant::now());
        let result = loader().await;
        drop(place);
        let load_time = started.elapsed();
        inner.counters.count(&request.label, self.trigger, |figures| {
            figures.loads += 1;
            figures.load_time += load_time;
            figures.errors += u64::from(result.is_err());
        });
        let value = result.map_err(|error| {
            let (error, now) = (LoadError::Failed(Arc::new(error)), inner.clock.now());
            inner.failures.remember(self.ticket.key, &error, now, inner.config.error_ttl);
            error
        })?;
        let spread = 1.0 + inner.config.jitter * (rand::random::<f64>() * 2.0 - 1.0);
        let entry = Entry::new(value, self.ticket.key, begun, load_time, &request.policy, spread);
        let is_small = entry.value.size() <= inner.config.max_value_bytes;
        if !is_small {
            inner.counters.count(&request.label, self.trigger, |figures| figures.too_large += 1);
        }
        let is_stored = is_small && !request.policy.off;
        if is_stored {
            inner.memory.insert(request.fingerprint, entry.clone());
        }
        Ok((Hit { entry, state: State::Fresh }, is_stored))
    }
}

/// Puts an entry into the shared tier, then lets the others go on.
struct Storing {
    shared: Arc<Shared>,
    lease: crate::redis::lease::Lease,
    ticket: Ticket,
}

impl Storing {
    async fn run<V: Value>(self, inner: Arc<Inner<V>>, entry: Option<Entry<V>>) {
        if let Some(entry) = entry {
            self.store(&inner, entry).await;
        }
        self.lease.give_back().await;
        self.shared.publish(&Message::Landed(self.ticket.key)).await;
    }

    async fn store<V: Value>(&self, inner: &Inner<V>, entry: Entry<V>) {
        let now = inner.clock.now();
        let life = entry.usable_until.0.saturating_sub(now.0);
        let Ok(life @ 1..) = u64::try_from(life) else { return };
        debug_assert!(after(now, Duration::from_micros(life)) == entry.usable_until);
        let bytes = if entry.value.size() >= LARGE {
            match tokio::task::spawn_blocking(move || encoding::encode(&entry)).await {
                Ok(bytes) => bytes,
                Err(_) => return,
            }
        } else {
            encoding::encode(&entry)
        };
        let (fingerprint, key) = (&self.ticket.request.fingerprint, &self.ticket.key);
        match self.shared.store(fingerprint, key, &bytes, Duration::from_micros(life)).await {
            Ok(()) => inner.counters.tier(|tiers| {
                tiers.stored += 1;
                tiers.stored_bytes += bytes.len() as u64;
            }),
            Err(trouble) => {
                inner.counters.tier(|tiers| tiers.not_stored += 1);
                tracing::debug!(%trouble, "an entry could not be stored in Redis");
            }
        }
    }
}
