//! Single flight in one process: one load per entry key, however many ask.

use crate::{EntryKey, Hit, LoadError, Value};
use futures::FutureExt;
use futures::future::{BoxFuture, Shared};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};
use tokio::sync::Notify;

/// A load that is under way; everybody who wants its entry awaits a clone.
pub(crate) type Flight<V> = Shared<BoxFuture<'static, Result<Hit<V>, LoadError>>>;

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
        F: Future<Output = Result<Hit<V>, LoadError>> + Send + 'static,
    {
        let mut under_way = self.lock();
        if let Some(known) = under_way.get(&key) {
            return (known.flight.clone(), true);
        }
        let landed_elsewhere = Arc::new(Notify::new());
        let (landing, load) =
            (Landing { flights: Arc::clone(self), key }, start(Arc::clone(&landed_elsewhere)));
        let task = tokio::spawn(async move {
            let _landing = landing;
            load.await
        });
        let flight = async move { task.await.unwrap_or(Err(LoadError::Abandoned)) };
        let flight = flight.boxed().shared();
        under_way.insert(key, UnderWay { flight: flight.clone(), landed_elsewhere });
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

/// Takes a flight off the list on every way out: done, failed, panicked, torn down.
struct Landing<V: Value> {
    flights: Arc<Flights<V>>,
    key: EntryKey,
}

impl<V: Value> Drop for Landing<V> {
    fn drop(&mut self) {
        self.flights.lock().remove(&self.key);
    }
}
