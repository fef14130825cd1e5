//! Whether the cache that processes share is reachable.

use brisk_cache::{Cache, Fingerprint, Policy, Request};
use brisk_engine::Cached;
use std::sync::Arc;

/// Pings it, in one round trip. A cache in memory alone is always reachable.
pub async fn is_reachable(cache: &Cache<Cached>) -> bool {
    let request = Request {
        fingerprint: Fingerprint::of(["does it answer?"]),
        tags: Arc::from([]),
        policy: Policy::default(),
        label: "".into(),
        lane: "".into(),
    };
    let tickets = cache.tickets(std::slice::from_ref(&request)).await;
    tickets.iter().all(|ticket| ticket.verified)
}
