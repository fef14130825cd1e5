//! [`Turns`]: the queues of a lane's clients, and whose turn it is. Pure.
//!
//! Each client has a queue of its own. A place that comes free goes to the client whose turn it is:
//! the one that was given the fewest places lately (its `pass` is the lowest), and among equals the
//! one whose last place was longest ago. A client that returns after a pause starts where the others
//! are, so that turns cannot be saved up. A load that several clients wait for is in the queue of
//! each, and takes the first turn.
//!
//! No client has all places while others are active: a quarter is reserved for these. Where the
//! limit is too small for that, a client that runs nothing gets one place beyond the limit, if a
//! single other client has all of them.

use crate::caller::Client;
use crate::concurrency::Sample;
use crate::lane_figures::LaneFigures;
use crate::lane_places::{Limit, Places};
use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

/// What a turn costs a reader, and what it costs background work.
const TURN: u64 = 1;
const BACKGROUND_TURN: u64 = 4;
/// For how long after its last load a client counts as active.
const ABOUT: Duration = Duration::from_secs(60);

/// The loads of a lane, each with a `G` by which it is given a place.
#[derive(Debug)]
pub(crate) struct Turns<G> {
    limit: Limit,
    /// Loads that may wait.
    longest: usize,
    running: usize,
    clients: HashMap<Client, Queue>,
    waiting: HashMap<u64, Waiting<G>>,
    next: u64,
    /// The turn that was taken last.
    turn: u64,
    grants: u64,
    forgotten_at: Option<Instant>,
    figures: LaneFigures,
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
struct Waiting<G> {
    clients: Vec<Client>,
    since: Instant,
    grant: G,
}

impl<G> Turns<G> {
    /// No load waits yet; up to `longest` may.
    pub(crate) fn new(places: Places, longest: usize) -> Self {
        Self {
            limit: Limit::of(places),
            longest,
            running: 0,
            clients: HashMap::new(),
            waiting: HashMap::new(),
            next: 0,
            turn: 0,
            grants: 0,
            forgotten_at: None,
            figures: LaneFigures::default(),
        }
    }

    /// The lane's figures.
    pub(crate) fn figures(&self) -> LaneFigures {
        LaneFigures {
            limit: self.limit.now(),
            most: self.limit.most(),
            running: self.running,
            waiting: self.waiting.len(),
            ..self.figures.clone()
        }
    }

    /// How many loads wait for `client`.
    pub(crate) fn waiting_for(&self, client: &Client) -> usize {
        self.clients.get(client).map_or(0, |queue| queue.waiting.len())
    }

    /// The number of a load that will wait.
    pub(crate) fn number(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    /// Puts load `number` into the queues of `clients`.
    pub(crate) fn join(&mut self, number: u64, clients: &[Client], grant: G, now: Instant) {
        self.forget(now);
        self.waiting.insert(number, Waiting { clients: Vec::new(), since: now, grant });
        for client in clients {
            self.stand(number, client, now);
        }
    }

    /// Takes load `number` out of the queue of `client`.
    pub(crate) fn not_for(&mut self, number: u64, client: &Client) {
        let Some(waiting) = self.waiting.get_mut(&number) else { return };
        waiting.clients.retain(|one| one != client);
        self.withdraw(number, client);
    }

    /// Hands out a place, if one is free and a load waits: the client that gets it, and the load's
    /// `G`.
    pub(crate) fn give(&mut self, now: Instant) -> Option<(Client, G)> {
        let (client, number) = self.next_turn(now)?;
        let waiting = self.take_out(number)?;
        let cost = match client {
            Client::Background => BACKGROUND_TURN,
            Client::Reader(_) => TURN,
        };
        self.grants += 1;
        let (turn, grants) = (self.turn, self.grants);
        if let Some(queue) = self.clients.get_mut(&client) {
            let pass = queue.pass.max(turn);
            queue.pass = pass + cost;
            queue.granted = grants;
            queue.running += 1;
            self.turn = pass;
        }
        self.running += 1;
        self.figures.waits.add(now.saturating_duration_since(waiting.since));
        Some((client, waiting.grant))
    }

    /// Takes back a place of `client`, with a sample of the load that ran on it.
    pub(crate) fn ended(&mut self, client: &Client, sample: Option<Sample>, now: Instant) {
        let running = self.running;
        self.leave(client);
        if let Some(sample) = sample {
            self.limit.ended(sample, running, now);
        }
    }

    /// Takes a load that no longer waits out of all queues; `is_late` if it waited too long. Whether it
    /// was there.
    pub(crate) fn give_up(&mut self, number: u64, is_late: bool, now: Instant) -> bool {
        let was_there = self.take_out(number).is_some();
        if was_there {
            self.figures.refused_late += u64::from(is_late);
            self.tell_full(now);
        }
        was_there
    }

    /// If too many wait, the load that is refused for `number`.
    pub(crate) fn refuse(&mut self, number: u64) -> Option<G> {
        if self.waiting.len() <= self.longest {
            return None;
        }
        self.make_room(number)
    }

    /// Reports to the controller whether all places are taken while loads wait.
    pub(crate) fn tell_full(&mut self, now: Instant) {
        let is_full = !self.waiting.is_empty() && self.running >= self.limit.now();
        self.limit.set_full(is_full, now);
    }

    /// Puts a load into the queue of `client`.
    pub(crate) fn stand(&mut self, number: u64, client: &Client, now: Instant) {
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
    fn take_out(&mut self, number: u64) -> Option<Waiting<G>> {
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
        let limit = self.limit.now();
        if self.waiting.is_empty() || self.running > limit {
            return None;
        }
        let waiting = self.clients.iter().filter(|(_, queue)| !queue.waiting.is_empty());
        let allowed = waiting.filter(|(client, queue)| {
            if self.running >= limit {
                let has_all = |other: &Queue| other.running == self.running;
                return queue.running == 0
                    && self.running < self.limit.most()
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

    /// Whether no other reader is active.
    fn is_alone(&self, client: &Client, now: Instant) -> bool {
        let mut others = self.clients.iter().filter(|(other, _)| *other != client);
        !others.any(|(other, queue)| *other != Client::Background && queue.is_about(now))
    }

    /// Refuses one load: the newest that only the client with the most waiting waits for; or load
    /// `number`, if no client has more waiting than its own.
    fn make_room(&mut self, number: u64) -> Option<G> {
        let own = |clients: &[Client]| clients.iter().map(|client| self.waiting_for(client)).max();
        let own = self.waiting.get(&number).and_then(|waiting| own(&waiting.clients));
        let longest = self.clients.values().max_by_key(|queue| queue.waiting.len());
        let is_alone = |number: &&u64| {
            self.waiting.get(*number).is_some_and(|waiting| waiting.clients.len() == 1)
        };
        let longest = longest.filter(|queue| Some(queue.waiting.len()) > own);
        let refused = longest.and_then(|queue| queue.waiting.iter().rev().find(is_alone).copied());
        let refused = self.take_out(refused.unwrap_or(number))?;
        self.figures.refused_full += 1;
        Some(refused.grant)
    }

    /// Forgets inactive clients, now and then.
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
