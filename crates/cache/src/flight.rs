//! Single flight in one process: one load per entry key, however many callers wait for it. A caller
//! who gives up does not cancel it for the others; when the last one does, it is cancelled.

use crate::caller::Client;
use crate::entry::Hit;
use crate::error::LoadError;
use crate::key::EntryKey;
use crate::lane_interest::Interest;
use crate::value::Value;
use futures::FutureExt;
use futures::future::{BoxFuture, Shared};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use tokio::sync::{Notify, oneshot};
use tokio::task::AbortHandle;

/// A load in progress, and this caller's seat among those waiting for it.
pub(crate) struct Flight<V: Value> {
    outcome: Shared<BoxFuture<'static, LoadResult<V>>>,
    seat: Seat<V>,
}

impl<V: Value> Flight<V> {
    /// Waits for the outcome.
    pub(crate) async fn outcome(self) -> LoadResult<V> {
        self.outcome.clone().await
    }

    /// Detaches from the load: it runs to its end even if no caller waits.
    pub(crate) fn keep(self) {
        self.seat.keep();
    }
}

/// How a load ends.
pub(crate) type LoadResult<V> = Result<Hit<V>, LoadError>;

pub(crate) struct Flights<V: Value>(Mutex<HashMap<EntryKey, UnderWay<V>>>, AtomicU64);

struct UnderWay<V: Value> {
    outcome: Shared<BoxFuture<'static, LoadResult<V>>>,
    /// Distinguishes this flight from earlier ones of its key.
    number: u64,
    /// How many callers wait for it.
    seats: usize,
    /// Whether it runs on without any caller.
    kept: bool,
    /// Aborts its task, once spawned.
    abort: Option<AbortHandle>,
    /// Notified when another process ends its load of this entry.
    landed_elsewhere: Arc<Notify>,
    /// Who waits for it.
    interest: Arc<Interest>,
}

/// What a flight is started with.
pub(crate) struct Start {
    /// Notified when another process ends its load of this entry.
    pub(crate) landed_elsewhere: Arc<Notify>,
    /// Who waits for it.
    pub(crate) interest: Arc<Interest>,
}

impl<V: Value> Default for Flights<V> {
    fn default() -> Self {
        Self(Mutex::default(), AtomicU64::new(0))
    }
}

impl<V: Value> Flights<V> {
    /// Joins the flight of `key` for `clients`, or starts the one that `start` makes, in a task of
    /// its own; says which.
    pub(crate) fn join_or_start<F>(
        self: &Arc<Self>,
        key: EntryKey,
        clients: &Arc<[Client]>,
        start: impl FnOnce(Start) -> F,
    ) -> (Flight<V>, bool)
    where
        F: Future<Output = LoadResult<V>> + Send + 'static,
    {
        let (landed_elsewhere, interest) = (Arc::new(Notify::new()), Interest::of(clients));
        let seat = |number, interest: &Arc<Interest>| Seat {
            flights: Arc::clone(self),
            key,
            number,
            interest: Arc::clone(interest),
            clients: Arc::clone(clients),
        };
        let (tell, told) = oneshot::channel();
        let number = self.1.fetch_add(1, Ordering::Relaxed);
        let flight = {
            let mut under_way = self.lock();
            if let Some(known) = under_way.get_mut(&key) {
                known.seats += 1;
                known.interest.join(clients);
                let seat = seat(known.number, &known.interest);
                return (Flight { outcome: known.outcome.clone(), seat }, true);
            }
            let outcome = async move { told.await.unwrap_or(Err(LoadError::Abandoned)) };
            let outcome = outcome.boxed().shared();
            let known = UnderWay {
                outcome: outcome.clone(),
                number,
                seats: 1,
                kept: false,
                abort: None,
                landed_elsewhere: Arc::clone(&landed_elsewhere),
                interest: Arc::clone(&interest),
            };
            under_way.insert(key, known);
            Flight { outcome, seat: seat(number, &interest) }
        };
        let landing = Landing { flights: Arc::clone(self), key, number, tell: Some(tell) };
        let load = start(Start { landed_elsewhere, interest });
        // Not under the lock: a runtime that is shutting down drops the task right here, and
        // dropping its `Landing` takes the lock.
        let task = tokio::spawn(async move { landing.land(load.await) });
        if let Some(known) = self.lock().get_mut(&key).filter(|known| known.number == number) {
            known.abort = Some(task.abort_handle());
        }
        (flight, false)
    }

    /// Wakes the flight of `key` if it waits for another process.
    pub(crate) fn landed_elsewhere(&self, key: &EntryKey) {
        if let Some(known) = self.lock().get(key) {
            known.landed_elsewhere.notify_one();
        }
    }

    /// Wakes all flights that wait for another process.
    pub(crate) fn wake_all(&self) {
        for known in self.lock().values() {
            known.landed_elsewhere.notify_one();
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<EntryKey, UnderWay<V>>> {
        self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

/// A seat among the callers waiting for a flight.
struct Seat<V: Value> {
    flights: Arc<Flights<V>>,
    key: EntryKey,
    number: u64,
    interest: Arc<Interest>,
    clients: Arc<[Client]>,
}

impl<V: Value> Seat<V> {
    fn keep(&self) {
        if let Some(known) = self.flights.lock().get_mut(&self.key)
            && known.number == self.number
        {
            known.kept = true;
        }
    }
}

impl<V: Value> Drop for Seat<V> {
    fn drop(&mut self) {
        self.interest.leave(&self.clients);
        let abort = {
            let mut under_way = self.flights.lock();
            let known = under_way.get_mut(&self.key).filter(|known| known.number == self.number);
            let Some(known) = known else { return };
            known.seats -= 1;
            if known.seats > 0 || known.kept {
                return;
            }
            // Deregistered at once: the next caller starts a new flight and never joins a cancelled
            // one.
            under_way.remove(&self.key).and_then(|known| known.abort)
        };
        if let Some(abort) = abort {
            abort.abort();
        }
    }
}

/// Deregisters a flight on every way out: done, failed, panicked, aborted. Waiting callers learn of
/// it only after that, so one that asks again starts a new flight.
struct Landing<V: Value> {
    flights: Arc<Flights<V>>,
    key: EntryKey,
    number: u64,
    tell: Option<oneshot::Sender<LoadResult<V>>>,
}

impl<V: Value> Landing<V> {
    fn land(mut self, outcome: LoadResult<V>) {
        let tell = self.tell.take();
        drop(self);
        if let Some(tell) = tell {
            // A refresh has no waiting callers.
            let _ = tell.send(outcome);
        }
    }
}

impl<V: Value> Drop for Landing<V> {
    fn drop(&mut self) {
        // After the last caller gave up, the key may belong to another flight.
        let mut under_way = self.flights.lock();
        if under_way.get(&self.key).is_some_and(|known| known.number == self.number) {
            under_way.remove(&self.key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::Fingerprint;

    fn somebody() -> Arc<[Client]> {
        Arc::new([Client::local()])
    }

    fn key() -> EntryKey {
        EntryKey::of(&Fingerprint::of(["a"]), ["g"])
    }

    /// Starts a flight when dropped, that is, while the runtime shuts down.
    struct StartsLate(Arc<Flights<Arc<str>>>);

    impl Drop for StartsLate {
        fn drop(&mut self) {
            let (flight, joined) = self.0.join_or_start(key(), &somebody(), |_| {
                std::future::pending::<LoadResult<Arc<str>>>()
            });
            assert!(!joined);
            assert!(matches!(flight.outcome().now_or_never(), Some(Err(LoadError::Abandoned))));
        }
    }

    #[test]
    fn a_flight_that_starts_while_the_runtime_shuts_down_is_abandoned() {
        let flights = Arc::new(Flights::default());
        let (done, ended) = std::sync::mpsc::channel();
        let late = StartsLate(Arc::clone(&flights));
        // In a thread of its own, so that a deadlock fails the test instead of hanging it.
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            runtime.spawn(async move {
                let _late = late;
                std::future::pending::<()>().await
            });
            runtime.block_on(tokio::task::yield_now());
            drop(runtime);
            done.send(()).unwrap();
        });
        ended.recv_timeout(brisk_test_waiting::LIMIT).expect("it deadlocks");
        assert!(flights.lock().is_empty());
    }

    #[tokio::test]
    async fn a_caller_that_learns_the_outcome_can_start_another_flight_at_once() {
        let flights: Arc<Flights<Arc<str>>> = Arc::default();
        for _ in 0..100 {
            let busy = |_| async { Err(LoadError::Busy) };
            let (flight, joined) = flights.join_or_start(key(), &somebody(), busy);
            assert!(!joined);
            assert!(matches!(flight.outcome().await, Err(LoadError::Busy)));
        }
    }
}
