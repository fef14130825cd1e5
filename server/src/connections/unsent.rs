//! [`Unsent`]: how many bytes of long answers are in memory because their clients have not taken them.
//!
//! Bytes that several answers share are counted once, for the client that asked first. When there are
//! too many, an answer that would add to them is not held: its client is told to come back. No client
//! has more than half.

use crate::http::refusal;
use axum::response::Response;
use brisk_cache::Client;
use bytes::Bytes;
use http::{HeaderValue, StatusCode, header};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

/// Answers that their clients have not taken. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Unsent(Arc<Inner>);

struct Inner {
    most: AtomicUsize,
    state: Mutex<State>,
    refused: AtomicU64,
}

#[derive(Default)]
struct State {
    bytes: usize,
    /// By their addresses, which are unique as long as somebody holds them.
    buffers: HashMap<usize, Buffer>,
    of_client: HashMap<Client, usize>,
}

struct Buffer {
    length: usize,
    holders: usize,
    /// Who asked for it first.
    client: Client,
}

/// There are too many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Full;

/// The answer to a client whose answer is not held.
pub(crate) fn refused() -> Response {
    let sentence = "Too many long answers wait for their readers. Try again soon.\n";
    let mut response = refusal::response(StatusCode::SERVICE_UNAVAILABLE, sentence);
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("10"));
    response
}

/// Shorter answers fit into what a connection takes in any case.
pub(crate) const LONG: usize = 64 << 10;

impl Default for Unsent {
    fn default() -> Self {
        let most = AtomicUsize::new(usize::MAX);
        Self(Arc::new(Inner { most, state: Mutex::default(), refused: AtomicU64::new(0) }))
    }
}

impl Unsent {
    /// Limits them to so many bytes from now on.
    pub(super) fn limit(&self, most: usize) {
        self.0.most.store(most, Ordering::Relaxed);
    }

    /// Bytes that are held.
    pub(crate) fn bytes(&self) -> usize {
        self.0.lock().bytes
    }

    /// Answers that were refused.
    pub(crate) fn refused(&self) -> u64 {
        self.0.refused.load(Ordering::Relaxed)
    }

    /// `data`, counted until the last copy of what is returned is dropped; or not, if there are too many.
    pub(crate) fn hold(&self, client: &Client, data: Bytes) -> Result<Bytes, Full> {
        if data.len() < LONG {
            return Ok(data);
        }
        if !self.0.take(client, &data, self.0.most.load(Ordering::Relaxed)) {
            self.0.refused.fetch_add(1, Ordering::Relaxed);
            return Err(Full);
        }
        Ok(self.held(data))
    }

    /// The same for what cannot be refused any more: a part of an answer that has begun.
    pub(super) fn hold_anyway(&self, client: &Client, data: Bytes) -> Bytes {
        if data.len() < LONG {
            return data;
        }
        self.0.take(client, &data, usize::MAX);
        self.held(data)
    }

    fn held(&self, data: Bytes) -> Bytes {
        Bytes::from_owner(Held { data, inner: Arc::clone(&self.0) })
    }
}

impl Inner {
    fn take(&self, client: &Client, data: &Bytes, most: usize) -> bool {
        let (address, length) = (data.as_ptr() as usize, data.len());
        let mut state = self.lock();
        let state = &mut *state;
        if let Some(buffer) = state.buffers.get_mut(&address) {
            buffer.holders += 1;
            return true;
        }
        let own = state.of_client.get(client).copied().unwrap_or_default();
        // A single one that exceeds the limit alone is somebody's page all the same.
        let is_too_much = |held: usize, most: usize| held > 0 && held + length > most;
        if is_too_much(state.bytes, most) || is_too_much(own, most / 2) {
            return false;
        }
        let client = client.clone();
        *state.of_client.entry(client.clone()).or_default() += length;
        state.bytes += length;
        state.buffers.insert(address, Buffer { length, holders: 1, client });
        true
    }

    fn give_back(&self, data: &Bytes) {
        let mut state = self.lock();
        let state = &mut *state;
        let address = data.as_ptr() as usize;
        let Some(buffer) = state.buffers.get_mut(&address) else { return };
        buffer.holders -= 1;
        if buffer.holders > 0 {
            return;
        }
        let Some(Buffer { length, client, .. }) = state.buffers.remove(&address) else { return };
        state.bytes -= length;
        if let Some(own) = state.of_client.get_mut(&client) {
            *own -= length;
            if *own == 0 {
                state.of_client.remove(&client);
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

/// Bytes that are counted until this is dropped.
struct Held {
    data: Bytes,
    inner: Arc<Inner>,
}

impl AsRef<[u8]> for Held {
    fn as_ref(&self) -> &[u8] {
        &self.data
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.inner.give_back(&self.data);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: usize = 1 << 20;

    fn unsent(most: usize) -> Unsent {
        let unsent = Unsent::default();
        unsent.limit(most);
        unsent
    }

    fn answer() -> Bytes {
        Bytes::from(vec![b'x'; MIB])
    }

    #[test]
    fn what_is_shared_counts_once_and_what_is_sent_does_not_count() {
        let (unsent, client) = (unsent(3 * MIB), Client::reader("a"));
        let page = answer();
        let readers: Vec<Bytes> =
            (0..400).map(|_| unsent.hold(&client, page.clone()).unwrap()).collect();
        assert_eq!(unsent.bytes(), MIB);
        // Even when it is sent in pieces, and when it is held a second time on its way.
        let mut again = unsent.hold(&client, readers[0].clone()).unwrap();
        let piece = again.split_to(100);
        drop((again, readers));
        assert_eq!(unsent.bytes(), MIB);
        drop(piece);
        assert_eq!(unsent.bytes(), 0);
        assert!(unsent.0.lock().of_client.is_empty());
    }

    #[test]
    fn no_client_has_more_than_half_and_all_together_not_more_than_all() {
        let unsent = unsent(4 * MIB);
        let hold = |name: &str| unsent.hold(&Client::reader(name), answer());
        let own = [hold("a").unwrap(), hold("a").unwrap()];
        assert_eq!(hold("a"), Err(Full));
        let others = [hold("b").unwrap(), hold("c").unwrap()];
        assert_eq!(hold("d"), Err(Full));
        assert_eq!((unsent.refused(), unsent.bytes()), (2, 4 * MIB));
        drop(own);
        assert!(hold("d").is_ok());
        drop(others);
        assert_eq!(unsent.bytes(), 0);
    }

    #[test]
    fn short_answers_and_the_only_one_of_a_client_are_never_refused() {
        let unsent = unsent(MIB / 2);
        let client = Client::reader("a");
        let only = unsent.hold(&client, answer()).unwrap();
        assert_eq!(unsent.hold(&client, answer()), Err(Full));
        assert!(unsent.hold(&client, Bytes::from(vec![0; LONG - 1])).is_ok());
        drop(unsent.hold_anyway(&client, answer()));
        drop(only);
        assert_eq!(unsent.bytes(), 0);
    }
}
