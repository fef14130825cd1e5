//! Single flight in one process: one load per entry key, however many ask.

use crate::{EntryKey, Hit, LoadError, Value};
use futures::FutureExt;
use futures::future::{BoxFuture, Shared};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};
use tokio::sync::{Notify, oneshot};

/// A load that is under way; everybody who wants its entry awaits a clone.
pub(crate) type Flight<V> = Shared<BoxFuture<'static, Outcome<V>>>;

/// How a load ends.
pub(crate) type Outcome<V> = Result<Hit<V>, LoadError>;

pub(crate) struct Flights<V: Value>(Mutex<HashMap<EntryKey, UnderWay<V>>>);

struct UnderWay<V: Value> {
    flight: Flight<V>,
    /// Rings when another process says that it has ended its load of this entry.
    landed_elsewhere: Arc<Notify>,
}

impl<V: Value> Default for Flights<V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<V: Value> Flights<V> {
    /// The flight of `key` and whether it was joined; else what `start` makes begins, in a task
    /// of its own, so that somebody who leaves ends nobody else's load.
    pub(crate) fn join_or_start<F>(
        self: &Arc<Self>,
        key: EntryKey,
        start: impl FnOnce(Arc<Notify>) -> F,
    ) -> (Flight<V>, bool)
    where
        F: Future<Output = Outcome<V>> + Send + 'static,
    {
        let landed_elsewhere = Arc::new(Notify::new());
        let (tell, told) = oneshot::channel();
        let flight = {
            let mut under_way = self.lock();
            if let Some(known) = under_way.get(&key) {
                return (known.flight.clone(), true);
            }
            let flight = async move { told.await.unwrap_or(Err(LoadError::Abandoned)) };
            let flight = flight.boxed().shared();
            let landed_elsewhere = Arc::clone(&landed_elsewhere);
            under_way.insert(key, UnderWay { flight: flight.clone(), landed_elsewhere });
            flight
        };
        let landing = Landing { flights: Arc::clone(self), key, tell: Some(tell) };
        let load = start(landed_elsewhere);
        // Not under the lock: a runtime that is shutting down drops the task right here, and its
        // landing takes the lock.
        tokio::spawn(async move { landing.land(load.await) });
        (flight, false)
    }

    /// Wakes a flight that waits for another process.
    pub(crate) fn landed_elsewhere(&self, key: &EntryKey) {
        if let Some(known) = self.lock().get(key) {
            known.landed_elsewhere.notify_one();
        }
    }

    /// Wakes all flights that wait for another process.
    pub(crate) fn look_again(&self) {
        for known in self.lock().values() {
            known.landed_elsewhere.notify_one();
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<EntryKey, UnderWay<V>>> {
        self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

/// Takes a flight off the list on every way out: done, failed, panicked, torn down. Only then do
/// those who wait hear of it, so that whoever asks again starts another one.
struct Landing<V: Value> {
    flights: Arc<Flights<V>>,
    key: EntryKey,
    tell: Option<oneshot::Sender<Outcome<V>>>,
}

impl<V: Value> Landing<V> {
    fn land(mut self, outcome: Outcome<V>) {
        let tell = self.tell.take();
        drop(self);
        if let Some(tell) = tell {
            // Nobody may be waiting: a refresh.
            let _ = tell.send(outcome);
        }
    }
}

impl<V: Value> Drop for Landing<V> {
    fn drop(&mut self) {
        // Nobody else does so, and no other flight of this key begins before.
        self.flights.lock().remove(&self.key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Fingerprint;
    use std::time::Duration;

    fn key() -> EntryKey {
        EntryKey::of(&Fingerprint::of(["a"]), ["g"])
    }

    /// Starts a flight when it is torn down itself: then the runtime is shutting down.
    struct StartsLate(Arc<Flights<Arc<str>>>);

    impl Drop for StartsLate {
        fn drop(&mut self) {
            let (flight, joined) =
                self.0.join_or_start(key(), |_| std::future::pending::<Outcome<Arc<str>>>());
            assert!(!joined);
            assert!(matches!(flight.now_or_never(), Some(Err(LoadError::Abandoned))));
        }
    }

    #[test]
    fn a_flight_that_starts_while_the_runtime_shuts_down_is_abandoned() {
        let flights = Arc::new(Flights::default());
        let (done, ended) = std::sync::mpsc::channel();
        let late = StartsLate(Arc::clone(&flights));
        // In a thread of its own: a deadlock would hold up the test for ever.
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
        ended.recv_timeout(Duration::from_secs(10)).expect("it hangs");
        assert!(flights.lock().is_empty());
    }

    #[tokio::test]
    async fn whoever_is_told_can_start_another_flight_at_once() {
        let flights: Arc<Flights<Arc<str>>> = Arc::default();
        for _ in 0..100 {
            let (flight, joined) = flights.join_or_start(key(), |_| async { Err(LoadError::Busy) });
            assert!(!joined);
            assert!(matches!(flight.await, Err(LoadError::Busy)));
        }
    }
}
