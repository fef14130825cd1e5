//! One lane: so many loads run at a time, the others wait, and clients take turns.
//!
//! Each client has a queue of its own. A place that comes free goes to the client whose turn it is:
//! the one that was given the fewest places of late (its `pass` is the lowest), and among equals the
//! one whose last place is the longest ago. Whoever comes after a pause begins where the others are,
//! so that nobody saves up turns. A load that several clients wait for stands in the queue of each,
//! and takes the first turn.
//!
//! No client has all places while others are about: a quarter of them stays for these. Where the
//! limit is too small for that, a client that runs nothing gets one place more than the limit, if a
//! single other client has all of them.

use crate::caller::Client;
use crate::concurrency::{Controller, Sample};
use crate::lane_figures::LaneFigures;
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, Weak};
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// What a turn costs a reader, and what it costs work that nobody waits for.
const TURN: u64 = 1;
const BACKGROUND_TURN: u64 = 4;
/// For how long after its last load a client counts as being about.
const ABOUT: Duration = Duration::from_secs(60);

/// How many loads a lane runs at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Places {
    /// So many.
    Fixed(usize),
    /// As many as help, but no more than these.
    UpTo(usize),
}

impl From<usize> for Places {
    fn from(places: usize) -> Self {
        Self::Fixed(places)
    }
}

/// Why a load was given no place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Refused;

/// Who waits for a load. While it waits in a lane, it stands in the queues of all of them.
#[derive(Debug)]
pub(crate) struct Interest(Mutex<Interested>);

#[derive(Debug)]
struct Interested {
    clients: Vec<Client>,
    queued: Option<(Weak<Lane>, u64)>,
}

#[derive(Debug)]
pub(crate) struct Lane {
    name: Arc<str>,
    /// Loads that may wait.
    longest: usize,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    limit: Limit,
    running: usize,
    clients: HashMap<Client, Queue>,
    waiting: HashMap<u64, Waiting>,
    next: u64,
    /// The turn that was taken last.
    turn: u64,
    grants: u64,
    forgotten_at: Option<Instant>,
    figures: LaneFigures,
}

#[derive(Debug)]
enum Limit {
    Fixed(usize),
    Adaptive(Controller),
}

#[derive(Debug)]
struct Queue {
    pass: u64,
    /// Which of all grants was its latest.
    granted: u64,
    running: usize,
    waiting: VecDeque<u64>,
    seen: Instant,
}

#[derive(Debug)]
struct Waiting {
    clients: Vec<Client>,
    since: Instant,
    grant: oneshot::Sender<Result<Place, Refused>>,
}

/// A place in a lane; it is free again once this is dropped.
#[derive(Debug)]
pub struct Place {
    lane: Option<Arc<Lane>>,
    client: Client,
    sample: Option<Sample>,
}

impl Interest {
    pub(crate) fn of(clients: &[Client]) -> Arc<Self> {
        let clients = clients.to_vec();
        Arc::new(Self(Mutex::new(Interested { clients, queued: None })))
    }

    /// Those that wait for it, each once for each load that it asked for.
    pub(crate) fn clients(&self) -> Vec<Client> {
        lock(&self.0).clients.clone()
    }

    /// These wait for it, too.
    pub(crate) fn join(&self, clients: &[Client]) {
        let queued = {
            let mut interested = lock(&self.0);
            interested.clients.extend(clients.iter().cloned());
            interested.queued.clone()
        };
        let lane = queued.and_then(|(lane, number)| Some((lane.upgrade()?, number)));
        if let Some((lane, number)) = lane {
            lane.also(number, clients);
        }
    }

    /// These do not wait for it any more.
    pub(crate) fn leave(&self, clients: &[Client]) {
        let (queued, left) = {
            let mut interested = lock(&self.0);
            for client in clients {
                let at = interested.clients.iter().position(|one| one == client);
                _ = at.map(|at| interested.clients.swap_remove(at));
            }
            (interested.queued.clone(), interested.clients.clone())
        };
        // The last one takes the load with it, or leaves it to run for nobody.
        let gone = clients.iter().filter(|client| !left.is_empty() && !left.contains(client));
        let lane = queued.and_then(|(lane, number)| Some((lane.upgrade()?, number)));
        if let Some((lane, number)) = lane {
            gone.for_each(|client| lane.not_for(number, client));
        }
    }
}

impl Lane {
    pub(crate) fn new(name: Arc<str>, places: Places, longest: usize) -> Arc<Self> {
        let limit = match places {
            Places::Fixed(places) => Limit::Fixed(places.max(1)),
            Places::UpTo(most) => Limit::Adaptive(Controller::new(most)),
        };
        let state = State {
            limit,
            running: 0,
            clients: HashMap::new(),
            waiting: HashMap::new(),
            next: 0,
            turn: 0,
            grants: 0,
            forgotten_at: None,
            figures: LaneFigures::default(),
        };
        Arc::new(Self { name, longest, state: Mutex::new(state) })
    }

    /// Waits for a place for `deadline` at most. It is refused at once if too many wait already, and
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
            // The sender is dropped with a reply only.
            Ok(Err(_)) => Err(Refused),
            Err(_) => {
                leaving.is_late = true;
                Err(Refused)
            }
        }
    }

    /// How many loads wait for `client`.
    pub(crate) fn waiting_for(&self, client: &Client) -> usize {
        lock(&self.state).clients.get(client).map_or(0, |queue| queue.waiting.len())
    }

    pub(crate) fn figures(&self) -> LaneFigures {
        let state = lock(&self.state);
        LaneFigures {
            lane: Arc::clone(&self.name),
            limit: state.limit(),
            most: state.most(),
            running: state.running,
            waiting: state.waiting.len(),
            ..state.figures.clone()
        }
    }

    fn queue(
        self: &Arc<Self>,
        interest: &Interest,
        grant: oneshot::Sender<Result<Place, Refused>>,
    ) -> u64 {
        let now = Instant::now();
        let mut state = lock(&self.state);
        state.forget(now);
        let number = state.next;
        state.next += 1;
        let mut clients = {
            let mut interested = lock(&interest.0);
            interested.queued = Some((Arc::downgrade(self), number));
            interested.clients.clone()
        };
        if clients.is_empty() {
            clients.push(Client::Background);
        }
        state.waiting.insert(number, Waiting { clients: Vec::new(), since: now, grant });
        for client in &clients {
            state.stand(number, client, now);
        }
        self.serve(&mut state, now);
        if state.waiting.len() > self.longest {
            state.make_room(number);
        }
        state.tell_full(now);
        number
    }

    fn also(self: &Arc<Self>, number: u64, clients: &[Client]) {
        let now = Instant::now();
        let mut state = lock(&self.state);
        for client in clients {
            state.stand(number, client, now);
        }
        self.serve(&mut state, now);
        state.tell_full(now);
    }

    fn not_for(&self, number: u64, client: &Client) {
        let mut state = lock(&self.state);
        let Some(waiting) = state.waiting.get_mut(&number) else { return };
        waiting.clients.retain(|one| one != client);
        state.withdraw(number, client);
    }

    /// Gives away the places that are free.
    fn serve(self: &Arc<Self>, state: &mut State, now: Instant) {
        while let Some((client, number)) = state.next_turn(now) {
            let Some(waiting) = state.take(number) else { continue };
            let cost = match client {
                Client::Background => BACKGROUND_TURN,
                Client::Reader(_) => TURN,
            };
            state.grants += 1;
            let (turn, grants) = (state.turn, state.grants);
            if let Some(queue) = state.clients.get_mut(&client) {
                let pass = queue.pass.max(turn);
                queue.pass = pass + cost;
                queue.granted = grants;
                queue.running += 1;
                state.turn = pass;
            }
            state.running += 1;
            state.figures.waits.add(now.saturating_duration_since(waiting.since));
            let place = Place { lane: Some(Arc::clone(self)), client, sample: None };
            if let Err(Ok(mut place)) = waiting.grant.send(Ok(place)) {
                // Nobody waits for it any more; dropping it would take the lock once more.
                place.lane = None;
                state.leave(&place.client);
            }
        }
    }

    fn leave(self: &Arc<Self>, client: &Client, sample: Option<Sample>) {
        let now = Instant::now();
        let mut state = lock(&self.state);
        let running = state.running;
        state.leave(client);
        if let (Limit::Adaptive(controller), Some(sample)) = (&mut state.limit, sample) {
            controller.ended(sample, running, now);
        }
        self.serve(&mut state, now);
        state.tell_full(now);
    }
}

impl State {
    fn limit(&self) -> usize {
        match &self.limit {
            Limit::Fixed(places) => *places,
            Limit::Adaptive(controller) => controller.limit(),
        }
    }

    fn most(&self) -> usize {
        match &self.limit {
            Limit::Fixed(places) => *places,
            Limit::Adaptive(controller) => controller.most(),
        }
    }

    fn tell_full(&mut self, now: Instant) {
        let is_full = !self.waiting.is_empty() && self.running >= self.limit();
        if let Limit::Adaptive(controller) = &mut self.limit {
            controller.set_full(is_full, now);
        }
    }

    /// Puts a load into the queue of `client`.
    fn stand(&mut self, number: u64, client: &Client, now: Instant) {
        let Some(waiting) = self.waiting.get_mut(&number) else { return };
        if waiting.clients.contains(client) {
            return;
        }
        waiting.clients.push(client.clone());
        let new = || Queue { pass: 0, granted: 0, running: 0, waiting: VecDeque::new(), seen: now };
        let queue = self.clients.entry(client.clone()).or_insert_with(new);
        queue.waiting.push_back(number);
        queue.seen = now;
    }

    fn withdraw(&mut self, number: u64, client: &Client) {
        if let Some(queue) = self.clients.get_mut(client)
            && let Some(at) = queue.waiting.iter().position(|one| *one == number)
        {
            queue.waiting.remove(at);
        }
    }

    /// Takes a load out of all queues.
    fn take(&mut self, number: u64) -> Option<Waiting> {
        let waiting = self.waiting.remove(&number)?;
        for client in &waiting.clients {
            self.withdraw(number, client);
        }
        Some(waiting)
    }

    fn leave(&mut self, client: &Client) {
        self.running = self.running.saturating_sub(1);
        if let Some(queue) = self.clients.get_mut(client) {
            queue.running = queue.running.saturating_sub(1);
            queue.seen = Instant::now();
        }
    }

    /// Whose load is next, if there is a place for it.
    fn next_turn(&self, now: Instant) -> Option<(Client, u64)> {
        let limit = self.limit();
        if self.waiting.is_empty() || self.running > limit {
            return None;
        }
        let waiting = self.clients.iter().filter(|(_, queue)| !queue.waiting.is_empty());
        let allowed = waiting.filter(|(client, queue)| {
            if self.running >= limit {
                let has_all = |other: &Queue| other.running == self.running;
                return queue.running == 0
                    && self.running < self.most()
                    && self.clients.values().any(has_all);
            }
            let left_to_others = if self.is_alone(client, now) { 0 } else { limit / 4 };
            queue.running < limit - left_to_others
        });
        let turn = |(_, queue): &(&Client, &Queue)| {
            (queue.pass.max(self.turn), queue.granted, queue.waiting.front().copied())
        };
        let (client, queue) = allowed.min_by_key(turn)?;
        Some((client.clone(), *queue.waiting.front()?))
    }

    /// Whether no other reader is about.
    fn is_alone(&self, client: &Client, now: Instant) -> bool {
        let mut others = self.clients.iter().filter(|(other, _)| *other != client);
        !others.any(|(other, queue)| *other != Client::Background && queue.is_about(now))
    }

    /// Refuses one load: the newest of the client that has most of them waiting, unless that is the
    /// one of load `number`, or others wait for it as well; then this one.
    fn make_room(&mut self, number: u64) {
        let own = |clients: &[Client]| clients.iter().map(|client| self.length_of(client)).max();
        let own = self.waiting.get(&number).and_then(|waiting| own(&waiting.clients));
        let longest = self.clients.values().max_by_key(|queue| queue.waiting.len());
        let is_alone = |number: &&u64| {
            self.waiting.get(*number).is_some_and(|waiting| waiting.clients.len() == 1)
        };
        let longest = longest.filter(|queue| Some(queue.waiting.len()) > own);
        let refused = longest.and_then(|queue| queue.waiting.iter().rev().find(is_alone).copied());
        if let Some(waiting) = self.take(refused.unwrap_or(number)) {
            self.figures.refused_full += 1;
            let _ = waiting.grant.send(Err(Refused));
        }
    }

    fn length_of(&self, client: &Client) -> usize {
        self.clients.get(client).map_or(0, |queue| queue.waiting.len())
    }

    /// Forgets clients that are not about any more, now and then.
    fn forget(&mut self, now: Instant) {
        let last = *self.forgotten_at.get_or_insert(now);
        if now.saturating_duration_since(last) < ABOUT / 4 {
            return;
        }
        self.forgotten_at = Some(now);
        self.clients.retain(|_, queue| queue.is_about(now));
    }
}

impl Queue {
    fn is_about(&self, now: Instant) -> bool {
        self.running > 0
            || !self.waiting.is_empty()
            || now.saturating_duration_since(self.seen) < ABOUT
    }
}

impl Place {
    /// Says how what ran here has ended.
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

/// Takes a load out of its queues when it is not waited for any more.
struct Leaving<'a> {
    lane: &'a Arc<Lane>,
    number: u64,
    is_late: bool,
}

impl Drop for Leaving<'_> {
    fn drop(&mut self) {
        let mut state = lock(&self.lane.state);
        let left = state.take(self.number);
        if left.is_some() {
            state.figures.refused_late += u64::from(self.is_late);
            state.tell_full(Instant::now());
        }
        // What it was sent meanwhile is dropped with its receiver, which takes the lock.
        drop(state);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
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
        // One that does not wait any more gives its turn to nobody.
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
