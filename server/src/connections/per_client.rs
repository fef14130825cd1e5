//! [`PerClient`]: how many requests each client has at a time.

use brisk_cache::Client;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};

/// The requests of each client. Cheap to clone.
#[derive(Clone)]
pub(super) struct PerClient {
    most: usize,
    counts: Arc<Mutex<HashMap<Client, usize>>>,
}

/// A request's place among those of its client, which is freed when this is dropped.
pub(super) struct Slot {
    of: PerClient,
    client: Client,
}

impl PerClient {
    /// With at most so many for each client.
    pub(super) fn new(most: usize) -> Self {
        Self { most, counts: Arc::default() }
    }

    /// A place for one more request of `client`, unless it has as many as it may have.
    pub(super) fn enter(&self, client: &Client) -> Option<Slot> {
        let mut counts = self.lock();
        let count = counts.entry(client.clone()).or_default();
        if *count >= self.most {
            return None;
        }
        *count += 1;
        Some(Slot { of: self.clone(), client: client.clone() })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Client, usize>> {
        self.counts.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut counts = self.of.lock();
        if let Some(count) = counts.get_mut(&self.client) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.client);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_client_has_so_many_at_a_time_and_nobody_is_remembered() {
        let clients = PerClient::new(2);
        let (one, other) = (Client::reader("a"), Client::reader("b"));
        let slots = [clients.enter(&one), clients.enter(&one)];
        assert!(slots.iter().all(Option::is_some) && clients.enter(&one).is_none());
        assert!(clients.enter(&other).is_some());
        drop(slots);
        assert!(clients.enter(&one).is_some());
        assert!(clients.lock().is_empty());
    }
}
