//! One lane: a limited number of loads run at a time, the others wait, and clients take turns
//! ([`crate::lane_turns`] decides whose it is).

use crate::caller::Client;
use crate::concurrency::Sample;
use crate::lane_figures::LaneFigures;
use crate::lane_interest::{Interest, Queues};
use crate::lane_places::Places;
use crate::lane_turns::Turns;
use std::sync::{Arc, Mutex, MutexGuard, Weak};
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// Why a load was given no place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Refused;

#[derive(Debug)]
pub(crate) struct Lane {
    name: Arc<str>,
    turns: Mutex<Turns<Grant>>,
}

type Grant = oneshot::Sender<Result<Place, Refused>>;

/// A place in a lane; it is free again once this is dropped.
#[derive(Debug)]
pub struct Place {
    lane: Option<Arc<Lane>>,
    client: Client,
    sample: Option<Sample>,
}

impl Lane {
    pub(crate) fn new(name: Arc<str>, places: Places, longest: usize) -> Arc<Self> {
        Arc::new(Self { name, turns: Mutex::new(Turns::new(places, longest)) })
    }

    /// Waits for a place, for `deadline` at most. Refused at once if too many wait already, and
    /// later if room has to be made for a client that has fewer waiting.
    pub(crate) async fn enter(
        self: &Arc<Self>,
        interest: &Interest,
        deadline: Duration,
    ) -> Result<Place, Refused> {
        let (grant, granted) = oneshot::channel();
        let number = self.queue(interest, grant);
        let mut leaving = Leaving { lane: self, number, is_late: false };
        match tokio::time::timeout(deadline, granted).await {
            Ok(Ok(result)) => result,
            // The sender is never dropped without a reply.
            Ok(Err(_)) => Err(Refused),
            Err(_) => {
                leaving.is_late = true;
                Err(Refused)
            }
        }
    }

    /// How many loads wait for `client`.
    pub(crate) fn waiting_for(&self, client: &Client) -> usize {
        self.turns().waiting_for(client)
    }

    pub(crate) fn figures(&self) -> LaneFigures {
        LaneFigures { lane: Arc::clone(&self.name), ..self.turns().figures() }
    }

    fn queue(self: &Arc<Self>, interest: &Interest, grant: Grant) -> u64 {
        let now = Instant::now();
        let mut turns = self.turns();
        let number = turns.number();
        let queues: Weak<Self> = Arc::downgrade(self);
        let mut clients = interest.queued(queues, number);
        if clients.is_empty() {
            clients.push(Client::Background);
        }
        turns.join(number, &clients, grant, now);
        self.serve(&mut turns, now);
        if let Some(refused) = turns.refuse(number) {
            let _ = refused.send(Err(Refused));
        }
        turns.tell_full(now);
        number
    }

    /// Hands out the free places.
    fn serve(self: &Arc<Self>, turns: &mut Turns<Grant>, now: Instant) {
        while let Some((client, grant)) = turns.give(now) {
            let place = Place { lane: Some(Arc::clone(self)), client, sample: None };
            if let Err(Ok(mut place)) = grant.send(Ok(place)) {
                // The load no longer waits; dropping the place would take the lock again.
                place.lane = None;
                turns.ended(&place.client, None, now);
            }
        }
    }

    fn leave(self: &Arc<Self>, client: &Client, sample: Option<Sample>) {
        let now = Instant::now();
        let mut turns = self.turns();
        turns.ended(client, sample, now);
        self.serve(&mut turns, now);
        turns.tell_full(now);
    }

    fn turns(&self) -> MutexGuard<'_, Turns<Grant>> {
        self.turns.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

impl Queues for Lane {
    fn also(self: Arc<Self>, number: u64, clients: &[Client]) {
        let now = Instant::now();
        let mut turns = self.turns();
        for client in clients {
            turns.stand(number, client, now);
        }
        self.serve(&mut turns, now);
        turns.tell_full(now);
    }

    fn not_for(&self, number: u64, client: &Client) {
        self.turns().not_for(number, client);
    }
}

impl Place {
    /// Records how the load that ran here ended.
    pub(crate) fn ended(mut self, sample: Sample) {
        self.sample = Some(sample);
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(lane) = self.lane.take() {
            lane.leave(&self.client, self.sample.take());
        }
    }
}

/// Takes a load out of its queues once it no longer waits.
struct Leaving<'a> {
    lane: &'a Arc<Lane>,
    number: u64,
    is_late: bool,
}

impl Drop for Leaving<'_> {
    fn drop(&mut self) {
        // A place that it was sent meanwhile is dropped with its receiver, which takes the lock: so
        // not in here.
        self.lane.turns().give_up(self.number, self.is_late, Instant::now());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::FutureExt;

    const LONG: Duration = Duration::from_secs(3_600);

    fn client(name: &str) -> Client {
        Client::reader(name)
    }

    /// A load of `client` that has begun to wait.
    struct Load {
        place: futures::future::BoxFuture<'static, Result<Place, Refused>>,
        interest: Arc<Interest>,
    }

    fn load(lane: &Arc<Lane>, of: &Client) -> Load {
        let interest = Interest::of(std::slice::from_ref(of));
        let (lane, wanted) = (Arc::clone(lane), Arc::clone(&interest));
        let mut place = async move { lane.enter(&wanted, LONG).await }.boxed();
        match (&mut place).now_or_never() {
            Some(result) => Load { place: async move { result }.boxed(), interest },
            None => Load { place, interest },
        }
    }

    fn placed(load: &mut Load) -> Option<Place> {
        (&mut load.place).now_or_never().map(|result| result.expect("it is refused"))
    }

    fn lane(places: impl Into<Places>) -> Arc<Lane> {
        Lane::new("shop".into(), places.into(), 1_000)
    }

    #[tokio::test]
    async fn a_client_with_one_load_is_next_however_many_another_has() {
        let lane = lane(1);
        let running = placed(&mut load(&lane, &client("many"))).unwrap();
        let mut many: Vec<Load> = (0..200).map(|_| load(&lane, &client("many"))).collect();
        let mut one = load(&lane, &client("one"));
        drop(running);
        let place = placed(&mut one).expect("it has the next place");
        drop(place);
        assert!(placed(&mut many[0]).is_some(), "then they go on, in their order");
    }

    #[tokio::test]
    async fn clients_take_turns_and_nobody_saves_them_up() {
        let lane = lane(1);
        let mut running = placed(&mut load(&lane, &client("a")));
        let mut loads: Vec<(&str, Load)> = Vec::new();
        for name in ["a", "a", "a", "b", "b", "b"] {
            loads.push((name, load(&lane, &client(name))));
        }
        let mut order = String::new();
        for _ in 0..6 {
            drop(running.take());
            let next = loads.iter_mut().enumerate();
            let mut next = next.filter_map(|(at, (_, load))| Some((at, placed(load)?)));
            let (at, place) = next.next().expect("one has the place");
            drop(next);
            order.push_str(loads.remove(at).0);
            running = Some(place);
        }
        assert_eq!(order, "bababa");
    }

    #[tokio::test]
    async fn background_work_has_a_smaller_share() {
        let lane = lane(1);
        let mut running = placed(&mut load(&lane, &client("x")));
        let mut loads: Vec<(Client, Load)> = Vec::new();
        for _ in 0..20 {
            for of in [Client::Background, client("a")] {
                loads.push((of.clone(), load(&lane, &of)));
            }
        }
        let mut background = 0;
        for _ in 0..20 {
            drop(running.take());
            let at = loads.iter_mut().position(|(_, load)| {
                running = placed(load);
                running.is_some()
            });
            background += usize::from(loads.remove(at.unwrap()).0 == Client::Background);
        }
        assert!((3..=6).contains(&background), "{background} of 20");
    }

    #[tokio::test]
    async fn a_load_takes_the_first_turn_of_all_who_wait_for_it() {
        let lane = lane(1);
        let running = placed(&mut load(&lane, &client("many")));
        let mut many: Vec<Load> = (0..50).map(|_| load(&lane, &client("many"))).collect();
        many[40].interest.join(&[client("one")]);
        drop(running);
        let place = placed(&mut many[40]).expect("another client waits for it as well");
        // One that no longer waits passes its turn to nobody.
        many[30].interest.join(&[client("two")]);
        many[30].interest.leave(&[client("two")]);
        drop(place);
        assert!(placed(&mut many[30]).is_none());
        assert!(placed(&mut many[0]).is_some());
    }

    #[tokio::test]
    async fn no_client_has_all_places_while_others_are_about() {
        let lane = lane(8);
        let mut alone: Vec<Load> = (0..8).map(|_| load(&lane, &client("a"))).collect();
        let places: Vec<Option<Place>> = alone.iter_mut().map(placed).collect();
        assert!(places.iter().all(Option::is_some), "alone it has all");
        drop(places);
        drop(placed(&mut load(&lane, &client("b"))));
        let mut more: Vec<Load> = (0..8).map(|_| load(&lane, &client("a"))).collect();
        let places: Vec<Place> = more.iter_mut().filter_map(placed).collect();
        assert_eq!(places.len(), 6);
        assert!(placed(&mut load(&lane, &client("b"))).is_some());
    }

    #[tokio::test]
    async fn one_client_does_not_keep_the_few_places_of_a_small_database() {
        let lane = lane(Places::UpTo(8));
        let mut many: Vec<Load> = (0..20).map(|_| load(&lane, &client("many"))).collect();
        let places: Vec<Place> = many.iter_mut().filter_map(placed).collect();
        assert_eq!(places.len(), 2, "it begins small");
        let mut one = load(&lane, &client("one"));
        let place = placed(&mut one).expect("one more than the limit");
        assert!(placed(&mut load(&lane, &client("two"))).is_none(), "but no more than that");
        drop((place, places));
    }

    #[tokio::test]
    async fn a_full_queue_has_room_for_a_client_with_few_loads() {
        let lane = Lane::new("shop".into(), Places::Fixed(1), 10);
        let running = placed(&mut load(&lane, &client("many")));
        let mut many: Vec<Load> = (0..10).map(|_| load(&lane, &client("many"))).collect();
        let mut one = load(&lane, &client("one"));
        assert!(matches!((&mut many[9].place).now_or_never(), Some(Err(Refused))));
        let mut more = load(&lane, &client("many"));
        assert!(matches!((&mut more.place).now_or_never(), Some(Err(Refused))), "its own fault");
        assert_eq!((lane.figures().waiting, lane.figures().refused_full), (10, 2));
        drop(running);
        assert!(placed(&mut one).is_some());
    }

    #[tokio::test]
    async fn who_goes_away_leaves_no_place_taken() {
        let lane = lane(1);
        let running = placed(&mut load(&lane, &client("a")));
        let (first, mut second) = (load(&lane, &client("a")), load(&lane, &client("b")));
        drop(first);
        assert_eq!(lane.figures().waiting, 1);
        drop(running);
        // It has been given the place, and goes away before it looks.
        let granted = load(&lane, &client("c"));
        drop(placed(&mut second));
        drop(granted);
        let figures = lane.figures();
        assert_eq!((figures.running, figures.waiting), (0, 0));
        assert!(placed(&mut load(&lane, &client("d"))).is_some());
    }
}
