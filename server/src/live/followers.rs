//! [`Followers`]: the clients whose pages follow a view. A load for them may take a turn of any of them.

use brisk_cache::{Caller, Client, Trigger};
use std::sync::{Arc, Mutex, MutexGuard};

/// The clients of the pages that follow a view, each once for each page. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(super) struct Followers(Arc<Mutex<Vec<Client>>>);

/// Clients that a load is queued for; it takes the first turn among them.
const QUEUED_FOR: usize = 16;

impl Followers {
    /// Adds a page, until the result is dropped.
    pub(super) fn add(&self, client: Client) -> Follower {
        self.lock().push(client.clone());
        Follower { followers: self.clone(), client }
    }

    /// The caller of their loads.
    pub(super) fn caller(&self) -> Caller {
        let mut clients: Vec<Client> = Vec::new();
        for client in self.lock().iter() {
            if clients.len() == QUEUED_FOR {
                break;
            }
            if !clients.contains(client) {
                clients.push(client.clone());
            }
        }
        match clients.is_empty() {
            true => Caller::background(Trigger::Live),
            false => Caller { trigger: Trigger::Live, clients: clients.into() },
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Client>> {
        self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

/// One page that follows a view.
#[derive(Debug)]
pub(super) struct Follower {
    followers: Followers,
    client: Client,
}

impl Drop for Follower {
    fn drop(&mut self) {
        let mut clients = self.followers.lock();
        let at = clients.iter().position(|client| *client == self.client);
        _ = at.map(|at| clients.swap_remove(at));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_load_is_for_all_whose_pages_follow() {
        let followers = Followers::default();
        let clients = |followers: &Followers| followers.caller().clients.to_vec();
        assert_eq!(clients(&followers), [Client::Background]);
        let (a, b) = (Client::reader("a"), Client::reader("b"));
        let (first, second) = (followers.add(a.clone()), followers.add(b.clone()));
        let third = followers.add(a.clone());
        assert_eq!(clients(&followers), [a.clone(), b]);
        drop((second, first));
        assert_eq!(clients(&followers), [a]);
        drop(third);
        assert_eq!(clients(&followers), [Client::Background]);
    }
}
