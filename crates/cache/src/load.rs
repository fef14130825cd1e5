//! One load, from its first check to the stored entry: single flight across the cluster.

use crate::cache::Cache;
use crate::cache::{Inner, Ticket};
use crate::caller::Caller;
use crate::concurrency::Sample;
use crate::encoding;
use crate::entry::{Entry, Hit, State};
use crate::error::LoadError;
use crate::flight::{Flight, Start};
use crate::jitter;
use crate::lane_interest::Interest;
use crate::policy::Trigger;
use crate::redis::channel::Message;
use crate::redis::lease::Lease;
use crate::redis::shared::Shared;
use crate::redis::trouble::Trouble;
use crate::value::Value;
use brisk_domain::Timestamp;
use futures::future::BoxFuture;
use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Notify;

impl<V: Value> Cache<V> {
    /// Joins the load of `ticket` in progress, or starts it; says which.
    pub(crate) fn flight<F, E>(
        &self,
        ticket: &Ticket,
        replaces: Option<Timestamp>,
        caller: &Caller,
        loader: F,
    ) -> (Flight<V>, bool)
    where
        F: FnOnce() -> BoxFuture<'static, Result<V, E>> + Send + 'static,
        E: Error + Send + Sync + 'static,
    {
        let (inner, ticket_of_load, trigger) =
            (Arc::clone(&self.0), ticket.clone(), caller.trigger);
        let load = move |start: Start| async move {
            let Start { landed_elsewhere, interest } = start;
            let load = Load { inner, ticket: ticket_of_load, replaces, trigger, interest };
            load.run(loader, &landed_elsewhere).await
        };
        let (flight, joined) = self.0.flights.join_or_start(ticket.key, &caller.clients, load);
        if joined {
            self.0.counters.count(&ticket.request.label, trigger, |figures| figures.joins += 1);
        }
        (flight, joined)
    }
}

/// One load, from its first check to the stored entry.
struct Load<V: Value> {
    inner: Arc<Inner<V>>,
    ticket: Ticket,
    /// When the entry to replace was stored: only a newer one will do, however fresh it is.
    replaces: Option<Timestamp>,
    trigger: Trigger,
    interest: Arc<Interest>,
}

/// The first pause between checks on another process's load; its messages cut the pause short.
const FIRST_PAUSE: Duration = Duration::from_millis(20);
/// The longest such pause.
const LONGEST_PAUSE: Duration = Duration::from_millis(250);
/// After more late answers than this, the load goes ahead without a lease. The breaker, which
/// counts the late answers of all loads, ends longer trouble sooner.
const LATE_ANSWERS: u32 = 2;
/// Values of at least this size are encoded off the runtime's worker threads.
const LARGE: usize = 64 << 10;

impl<V: Value> Load<V> {
    async fn run<F, E>(self, loader: F, landed: &Notify) -> Result<Hit<V>, LoadError>
    where
        F: FnOnce() -> BoxFuture<'static, Result<V, E>> + Send + 'static,
        E: Error + Send + Sync + 'static,
    {
        // Another flight may have finished between the caller's lookup and this one.
        let off = self.ticket.request.policy.off;
        let known = if off { None } else { self.inner.memory.get(&self.ticket.key) };
        if let Some(hit) = self.good_enough(known) {
            return Ok(hit);
        }
        if let Some(error) = self.inner.failures.recent(&self.ticket.key, self.inner.clock.now()) {
            return Err(error);
        }
        let Some(shared) = self.inner.shared.clone().filter(|_| !off) else {
            return self.lead(loader).await.map(|(hit, _)| hit);
        };
        if self.ticket.verified {
            return self.lead_or_wait(&shared, loader, landed).await;
        }
        self.verified_or_alone(&shared, loader, landed).await
    }

    /// The lookup had no answer, which may only have been late. A load is worth asking once more:
    /// then processes share it, and others find its entry.
    async fn verified_or_alone<F, E>(
        mut self,
        shared: &Arc<Shared>,
        loader: F,
        landed: &Notify,
    ) -> Result<Hit<V>, LoadError>
    where
        F: FnOnce() -> BoxFuture<'static, Result<V, E>> + Send + 'static,
        E: Error + Send + Sync + 'static,
    {
        let request = std::slice::from_ref(&self.ticket.request);
        match self.inner.tickets(request).await.pop().filter(|ticket| ticket.verified) {
            None => self.lead(loader).await.map(|(hit, _)| hit),
            // This flight is registered under that key: no other has begun it.
            Some(ticket) if ticket.key == self.ticket.key => {
                self.ticket = ticket;
                self.lead_or_wait(shared, loader, landed).await
            }
            Some(ticket) => {
                let cache = Cache(Arc::clone(&self.inner));
                let clients = self.interest.clients().into();
                let caller = Caller { trigger: self.trigger, clients };
                cache.flight(&ticket, self.replaces, &caller, loader).0.outcome().await
            }
        }
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
        let (begun, token) = (Instant::now(), crate::generation::random());
        let (mut pause, mut led_elsewhere) = (FIRST_PAUSE, None::<Instant>);
        let mut late_answers = 0;
        loop {
            match shared.lease(self.ticket.key, &token).await {
                Ok(Some(lease)) => {
                    // The previous holder of the lease stored its entry before giving the lease
                    // back.
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
                    // Callers need not wait for the entry to be stored.
                    tokio::spawn(storing.run(self.inner, entry));
                    return result;
                }
                Ok(None) => {
                    if led_elsewhere.replace(Instant::now()).is_none() {
                        let label = &self.ticket.request.label;
                        self.inner.counters.count(label, self.trigger, |f| f.joins += 1);
                    }
                    let _ = tokio::time::timeout(pause, landed.notified()).await;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                    if let Some(hit) = self.stored_elsewhere(shared).await {
                        return Ok(hit);
                    }
                    if begun.elapsed() > self.inner.config.patience {
                        return Err(LoadError::TimedOut);
                    }
                }
                // No answer does not mean that the leader is gone, not before its lease would have
                // expired.
                Err(_) if led_elsewhere.is_some_and(|at| at.elapsed() < shared.config.lease) => {
                    let _ = tokio::time::timeout(LONGEST_PAUSE, landed.notified()).await;
                }
                // Nor that there is no leader: when the whole machine stalls, every process would
                // load.
                Err(Trouble::Timeout) if late_answers < LATE_ANSWERS => late_answers += 1,
                // Without Redis, each process loads for itself.
                Err(trouble) => {
                    let label = &*self.ticket.request.label;
                    tracing::debug!(label, %trouble, "load without a lease");
                    return self.lead(loader).await.map(|(hit, _)| hit);
                }
            }
        }
    }

    async fn stored_elsewhere(&self, shared: &Shared) -> Option<Hit<V>> {
        let key = self.ticket.key;
        let (mut found, _) = shared.entries(&[key], &[]).await.ok()?;
        let mut entries = self.inner.decoded([(key, found.pop()?)].into()).await;
        let hit = self.good_enough(entries.remove(&key))?;
        self.inner.memory.insert(self.ticket.request.fingerprint, hit.entry.clone());
        Some(hit)
    }

    fn good_enough(&self, entry: Option<Entry<V>>) -> Option<Hit<V>> {
        // The policy may be a shorter one than it was stored under.
        let entry = entry?.within(&self.ticket.request.policy, self.inner.config.jitter);
        let is_newer = self.replaces.is_none_or(|replaced| entry.stored_at > replaced);
        let is_fresh = self.inner.clock.now() < entry.fresh_until;
        // It may be older than an invalidation that this process could not learn of.
        let state = if self.ticket.verified { State::Fresh } else { State::Unverified };
        (is_newer && is_fresh).then_some(Hit { entry, state, refresh: false })
    }

    /// Runs the loader in its lane and keeps the result in memory; also returns whether it may be
    /// stored.
    async fn lead<F, E>(&self, loader: F) -> Result<(Hit<V>, bool), LoadError>
    where
        F: FnOnce() -> BoxFuture<'static, Result<V, E>> + Send + 'static,
        E: Error + Send + Sync + 'static,
    {
        let (inner, request) = (&self.inner, &self.ticket.request);
        let place = inner.lanes.enter(&request.lane, &self.interest).await?;
        let usual = inner.counters.usual_load(&request.label);
        let (begun, started) = (inner.clock.now(), Instant::now());
        let result = loader().await;
        let load_time = started.elapsed();
        let is_overload = result.as_ref().is_err_and(|error| inner.lanes.is_overload(error));
        place.ended(Sample { took: load_time, usual, is_overload });
        let now = inner.clock.now();
        inner.counters.loaded(&request.label, self.trigger, load_time, result.is_err());
        let value = result.map_err(|error| {
            let error = LoadError::Failed(Arc::new(error));
            inner.failures.remember(self.ticket.key, &error, now, inner.config.error_ttl);
            error
        })?;
        let spread = jitter::factor(inner.config.jitter);
        let key = self.ticket.key;
        let lasted = load_time.max(between(begun, now));
        let entry = Entry::new(value, key, begun, lasted, &request.policy, spread);
        let is_small = entry.value.size() <= inner.config.max_value_bytes;
        if !is_small {
            inner.counters.count(&request.label, self.trigger, |figures| figures.too_large += 1);
        }
        let is_stored = is_small && entry.value.may_be_stored() && !request.policy.off;
        if is_stored {
            inner.memory.insert(request.fingerprint, entry.clone());
        }
        Ok((Hit { entry, state: State::Fresh, refresh: false }, is_stored))
    }
}

/// Puts an entry into the shared tier, then releases the processes waiting for it.
struct Storing {
    shared: Arc<Shared>,
    lease: Lease,
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
        let life = between(inner.clock.now(), entry.usable_until);
        if life.is_zero() {
            return;
        }
        let bytes = if entry.value.size() >= LARGE {
            match tokio::task::spawn_blocking(move || encoding::encode(&entry)).await {
                Ok(bytes) => bytes,
                Err(_) => return,
            }
        } else {
            encoding::encode(&entry)
        };
        let (fingerprint, key) = (&self.ticket.request.fingerprint, &self.ticket.key);
        match self.shared.store(fingerprint, key, &bytes, life).await {
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

/// The time from `from` to `to`, or zero if `to` is earlier. Load times are measured on the
/// injected clock, because that clock decides when an entry expires and so how early to refresh it.
/// Where it does not advance, as in a replay, the machine's own clock measures the load.
fn between(from: Timestamp, to: Timestamp) -> Duration {
    Duration::from_micros(u64::try_from(to.0.saturating_sub(from.0)).unwrap_or(0))
}
