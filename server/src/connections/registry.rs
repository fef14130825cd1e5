//! [`Registry`]: the open connections, and which of them give way when there are too many.

use super::activity::{Activity, Late};
use super::limits::Room;
use super::unsent::Unsent;
use brisk_cache::Client;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use tokio::sync::watch;
use tokio::task::AbortHandle;

/// The open connections. Cheap to clone.
#[derive(Clone, Default)]
pub struct Registry(Arc<Inner>);

struct Inner {
    open: Mutex<Open>,
    count: watch::Sender<usize>,
    ended: [AtomicU64; ENDS.len()],
    unsent: Unsent,
}

#[derive(Default)]
struct Open {
    next: u64,
    connections: HashMap<u64, Connection>,
    /// How many of them were told to give way.
    leaving: usize,
    of_client: HashMap<Client, Share>,
}

/// The connections of one client.
#[derive(Default)]
struct Share {
    open: usize,
    /// How many of them were told to give way.
    leaving: usize,
}

struct Connection {
    activity: Arc<Activity>,
    /// None before its task has begun.
    task: Option<AbortHandle>,
    is_leaving: bool,
    /// Its client; none if it is a trusted proxy's.
    client: Option<Client>,
}

/// Why the server ended a connection; the words of `/metrics`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// Headers that did not come.
    Headers,
    /// No further request.
    Idle,
    /// A client that takes nothing.
    Write,
    /// A client that takes too little.
    Slow,
    /// It was waiting, and gave way to others.
    GaveWay,
    /// There were too many, all of them busy.
    Refused,
    /// Its client had too many, all of them busy.
    OfClient,
}

const ENDS: [(End, &str); 7] = [
    (End::Headers, "headers"),
    (End::Idle, "idle"),
    (End::Write, "write"),
    (End::Slow, "slow"),
    (End::GaveWay, "gave_way"),
    (End::Refused, "refused"),
    (End::OfClient, "of_client"),
];

/// What a new connection may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Admission {
    /// Everything.
    Full,
    /// Ask about health.
    Spare,
    /// Be told that its client has too many.
    OfClient,
    /// Nothing.
    Refused,
}

/// A connection's place in the registry, which is freed when this is dropped.
pub(super) struct Place {
    registry: Registry,
    id: u64,
}

/// One in so many of the waiting connections gives way at once, so that not every new one has to look
/// for one.
const SHARE: usize = 32;
/// The same when the process has no file descriptors left.
const LARGE_SHARE: usize = 4;
/// How many of a client's connections beyond its limit are told so; further ones are closed.
const TOLD: usize = 16;

impl Default for Inner {
    fn default() -> Self {
        let (open, count) = (Mutex::default(), watch::Sender::new(0));
        Self { open, count, ended: Default::default(), unsent: Unsent::default() }
    }
}

impl Registry {
    /// How many connections are open.
    pub fn open(&self) -> usize {
        *self.0.count.borrow()
    }

    /// How many connections the server ended, by reason.
    pub fn ended(&self) -> impl Iterator<Item = (&'static str, u64)> {
        let counts = self.0.ended.iter().map(|count| count.load(Ordering::Relaxed));
        ENDS.iter().map(|(_, name)| *name).zip(counts)
    }

    /// The long answers that wait for their clients.
    pub(crate) fn unsent(&self) -> &Unsent {
        &self.0.unsent
    }

    /// What one more connection of `client` may do. If there is no room, those that have waited longest
    /// for their clients give way.
    pub(super) fn admit(&self, room: Room, client: Option<&Client>) -> Admission {
        let mut open = self.lock();
        let count = open.connections.len();
        // Those that are leaving still have their files open.
        if count >= room.most + room.spare {
            self.count(End::GaveWay, open.give_way(SHARE, None));
            self.count(End::Refused, 1);
            return Admission::Refused;
        }
        if count - open.leaving >= room.most {
            let given_way = open.give_way(SHARE, None);
            self.count(End::GaveWay, given_way);
            if given_way == 0 {
                return Admission::Spare;
            }
        }
        match client.and_then(|client| Some((client, open.of_client.get(client)?))) {
            Some((client, share)) if share.open - share.leaving >= room.per_client => {
                let is_told = share.open < room.per_client + TOLD;
                let given_way = open.give_way(SHARE, Some(client));
                self.count(End::GaveWay, given_way);
                if given_way > 0 {
                    return Admission::Full;
                }
                self.count(End::OfClient, 1);
                if is_told { Admission::OfClient } else { Admission::Refused }
            }
            _ => Admission::Full,
        }
    }

    /// Closes some connections that wait for their clients.
    pub(super) fn make_room(&self) {
        let given_way = self.lock().give_way(LARGE_SHARE, None);
        self.count(End::GaveWay, given_way);
    }

    /// A place for a connection of `client`.
    pub(super) fn place(&self, activity: Arc<Activity>, client: Option<Client>) -> Place {
        let mut open = self.lock();
        let id = open.next;
        open.next += 1;
        if let Some(client) = client.clone() {
            open.of_client.entry(client).or_default().open += 1;
        }
        open.connections.insert(id, Connection { activity, task: None, is_leaving: false, client });
        self.0.count.send_replace(open.connections.len());
        Place { registry: self.clone(), id }
    }

    /// Notes which task serves the connection with that id.
    pub(super) fn serve(&self, id: u64, task: AbortHandle) {
        if let Some(connection) = self.lock().connections.get_mut(&id) {
            connection.task = Some(task);
        }
    }

    /// Counts a connection that was ended for that reason.
    pub(super) fn late(&self, late: Late) {
        match late {
            Late::Headers => self.count(End::Headers, 1),
            Late::Idle => self.count(End::Idle, 1),
            Late::Write => self.count(End::Write, 1),
            Late::Slow => self.count(End::Slow, 1),
            // Its end was due.
            Late::Closing => {}
        }
    }

    /// Waits until no connection is open.
    pub(super) async fn all_closed(&self) {
        // It does not fail while the registry is there.
        let _ = self.0.count.subscribe().wait_for(|count| *count == 0).await;
    }

    /// Ends all connections at once.
    pub(super) fn abort(&self) {
        let open = self.lock();
        open.connections.values().filter_map(|one| one.task.as_ref()).for_each(AbortHandle::abort);
    }

    fn count(&self, end: End, count: usize) {
        if let Some(index) = ENDS.iter().position(|(known, _)| *known == end) {
            self.0.ended[index].fetch_add(count as u64, Ordering::Relaxed);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Open> {
        self.0.open.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

impl Open {
    /// Ends some of the connections that wait for their clients, or for this one: those that have waited
    /// longest. The answer is how many.
    fn give_way(&mut self, share: usize, of: Option<&Client>) -> usize {
        let waiting = self.connections.values_mut().filter(|one| !one.is_leaving);
        let waiting = waiting.filter(|one| of.is_none() || one.client.as_ref() == of);
        let waiting = waiting.filter_map(|one| Some((one.activity.waiting_since()?, one)));
        let mut waiting: Vec<_> = waiting.filter(|(_, one)| one.task.is_some()).collect();
        waiting.sort_unstable_by_key(|(since, _)| *since);
        let count = waiting.len().div_ceil(share);
        for (_, one) in waiting.into_iter().take(count) {
            one.is_leaving = true;
            if let Some(share) = one.client.as_ref().and_then(|of| self.of_client.get_mut(of)) {
                share.leaving += 1;
            }
            one.task.as_ref().inspect(|task| task.abort());
        }
        self.leaving += count;
        count
    }
}

impl Open {
    /// Takes account of a connection that has ended.
    fn remove(&mut self, one: &Connection) {
        let leaving = usize::from(one.is_leaving);
        self.leaving -= leaving;
        let Some(client) = &one.client else { return };
        let Some(share) = self.of_client.get_mut(client) else { return };
        (share.open, share.leaving) = (share.open - 1, share.leaving - leaving);
        if share.open == 0 {
            self.of_client.remove(client);
        }
    }
}

impl Place {
    pub(super) fn id(&self) -> u64 {
        self.id
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.registry.lock();
        if let Some(one) = open.connections.remove(&self.id) {
            open.remove(&one);
        }
        self.registry.0.count.send_replace(open.connections.len());
    }
}
