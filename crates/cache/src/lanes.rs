//! Bounded concurrency: each lane runs a limited number of loads at once and queues the rest. Lanes
//! are independent.

use crate::caller::Client;
use crate::error::LoadError;
use crate::lane::Lane;
pub use crate::lane::Place;
use crate::lane_figures::LaneFigures;
use crate::lane_interest::Interest;
pub use crate::lane_places::Places;
use std::collections::HashMap;
use std::error::Error;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

/// Limits on concurrent loads.
#[derive(Debug, Clone)]
pub struct LaneLimits {
    /// Concurrent loads in a lane that [`LaneLimits::of`] does not name.
    pub concurrency: usize,
    /// Concurrent loads by lane name.
    pub of: HashMap<Arc<str>, Places>,
    /// Loads that may wait in a lane; beyond that, the client that has the most waiting is refused
    /// one.
    pub queue: usize,
    /// How long a load that somebody waits for may stay in the queue.
    pub deadline: Duration,
    /// Whether a loader's error means that too many ran at a time.
    pub is_overload: fn(&(dyn Error + 'static)) -> bool,
}

impl Default for LaneLimits {
    fn default() -> Self {
        Self {
            concurrency: 8,
            of: HashMap::new(),
            queue: 1_000,
            deadline: Duration::from_secs(600),
            is_overload: |_| false,
        }
    }
}

/// Lanes by name, each opened when it is first entered.
#[derive(Debug)]
pub struct Lanes {
    limits: LaneLimits,
    /// Places that lanes were given at run time.
    given: Mutex<HashMap<Arc<str>, Places>>,
    open: Mutex<HashMap<Arc<str>, Arc<Lane>>>,
}

impl Lanes {
    /// No lane yet.
    pub fn new(limits: LaneLimits) -> Self {
        Self { limits, given: Mutex::default(), open: Mutex::default() }
    }

    /// Waits for a place for `client`; dropping it frees it.
    pub async fn enter_for(&self, name: &Arc<str>, client: Client) -> Result<Place, LoadError> {
        self.enter(name, &Interest::of(&[client])).await
    }

    /// Waits for a place on behalf of the clients in `interest`.
    pub(crate) async fn enter(
        &self,
        name: &Arc<str>,
        interest: &Interest,
    ) -> Result<Place, LoadError> {
        let place = self.lane(name).enter(interest, self.limits.deadline).await;
        place.map_err(|_| LoadError::Busy)
    }

    /// Gives the lane of that name `places`. Loads that already wait or run in it keep the old
    /// limit.
    pub fn give(&self, name: &Arc<str>, places: Places) {
        let mut given = self.given.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if given.insert(Arc::clone(name), places) != Some(places) {
            self.open().remove(name);
        }
    }

    /// How many loads of `client` wait in a lane.
    pub fn waiting_for(&self, name: &str, client: &Client) -> usize {
        self.open().get(name).map_or(0, |lane| lane.waiting_for(client))
    }

    /// The figures of all lanes, by name.
    pub fn figures(&self) -> Vec<LaneFigures> {
        let mut figures: Vec<LaneFigures> =
            self.open().values().map(|lane| lane.figures()).collect();
        figures.sort_by(|a, b| a.lane.cmp(&b.lane));
        figures
    }

    pub(crate) fn is_overload(&self, error: &(dyn Error + 'static)) -> bool {
        (self.limits.is_overload)(error)
    }

    fn lane(&self, name: &Arc<str>) -> Arc<Lane> {
        let given = self.given.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let places = given.get(name).or_else(|| self.limits.of.get(name)).copied();
        drop(given);
        let places = places.unwrap_or(Places::Fixed(self.limits.concurrency));
        let mut open = self.open();
        let lane = open.entry(Arc::clone(name));
        Arc::clone(lane.or_insert_with(|| Lane::new(Arc::clone(name), places, self.limits.queue)))
    }

    fn open(&self) -> MutexGuard<'_, HashMap<Arc<str>, Arc<Lane>>> {
        self.open.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::FutureExt;

    #[tokio::test]
    async fn a_lane_that_is_given_other_places_has_them_from_its_next_load_on() {
        let (lanes, name) = (Lanes::new(LaneLimits::default()), Arc::from("added"));
        lanes.give(&name, Places::Fixed(1));
        let client = || Client::reader("a");
        let first = lanes.enter_for(&name, client()).await.unwrap();
        let mut waiting = Box::pin(lanes.enter_for(&name, client()));
        assert!((&mut waiting).now_or_never().is_none());
        lanes.give(&name, Places::Fixed(1));
        assert!(lanes.enter_for(&name, client()).now_or_never().is_none(), "nothing is other");
        lanes.give(&name, Places::Fixed(2));
        let more = [lanes.enter_for(&name, client()).await, lanes.enter_for(&name, client()).await];
        assert!(more.iter().all(Result::is_ok));
        drop(first);
        assert!(waiting.await.is_ok(), "what waited goes on by what it had");
    }
}
