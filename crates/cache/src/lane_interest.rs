//! [`Interest`]: who waits for a load.

use crate::caller::Client;
use std::sync::{Arc, Mutex, MutexGuard, Weak};

/// Where a load waits, in the queues of those who wait for it.
pub(crate) trait Queues: Send + Sync {
    /// `clients` wait for load `number`, too.
    fn also(self: Arc<Self>, number: u64, clients: &[Client]);

    /// `client` no longer waits for load `number`.
    fn not_for(&self, number: u64, client: &Client);
}

/// The clients that wait for a load. While it waits in a lane, it is in the queues of all of them.
#[derive(Debug)]
pub(crate) struct Interest(Mutex<Interested>);

struct Interested {
    clients: Vec<Client>,
    queued: Option<(Weak<dyn Queues>, u64)>,
}

impl Interest {
    pub(crate) fn of(clients: &[Client]) -> Arc<Self> {
        let clients = clients.to_vec();
        Arc::new(Self(Mutex::new(Interested { clients, queued: None })))
    }

    /// The clients that wait for it, each as often as it joined.
    pub(crate) fn clients(&self) -> Vec<Client> {
        self.lock().clients.clone()
    }

    /// `clients` wait for it, too.
    pub(crate) fn join(&self, clients: &[Client]) {
        let queued = {
            let mut interested = self.lock();
            interested.clients.extend(clients.iter().cloned());
            interested.queued.clone()
        };
        let queues = queued.and_then(|(queues, number)| Some((queues.upgrade()?, number)));
        if let Some((queues, number)) = queues {
            queues.also(number, clients);
        }
    }

    /// `clients` no longer wait for it.
    pub(crate) fn leave(&self, clients: &[Client]) {
        let (queued, left) = {
            let mut interested = self.lock();
            for client in clients {
                let at = interested.clients.iter().position(|one| one == client);
                _ = at.map(|at| interested.clients.swap_remove(at));
            }
            (interested.queued.clone(), interested.clients.clone())
        };
        // When the last one leaves, the load is cancelled, or runs on for nobody.
        let gone = clients.iter().filter(|client| !left.is_empty() && !left.contains(client));
        let queues = queued.and_then(|(queues, number)| Some((queues.upgrade()?, number)));
        if let Some((queues, number)) = queues {
            gone.for_each(|client| queues.not_for(number, client));
        }
    }

    /// Records that it waits in `queues` as load `number`, and gives the clients that wait for it.
    pub(crate) fn queued(&self, queues: Weak<dyn Queues>, number: u64) -> Vec<Client> {
        let mut interested = self.lock();
        interested.queued = Some((queues, number));
        interested.clients.clone()
    }

    fn lock(&self) -> MutexGuard<'_, Interested> {
        self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

impl std::fmt::Debug for Interested {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Interested").field("clients", &self.clients).finish_non_exhaustive()
    }
}
