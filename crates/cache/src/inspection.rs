//! Read-only lookups, for administration: nothing is counted, kept, refreshed or loaded.

use crate::cache::{Cache, Inner, Ticket};
use crate::encoding;
use crate::entry::Entry;
use crate::key::EntryKey;
use crate::policy::Request;
use crate::value::Value;
use std::collections::HashMap;

/// What the cache holds for one request, of any age.
#[derive(Debug, Clone)]
pub struct Inspection<V> {
    /// The request under the current generations.
    pub ticket: Ticket,
    /// The entry under these; if there is none, the newest from before an invalidation.
    pub entry: Option<Entry<V>>,
}

impl<V> Inspection<V> {
    /// Whether the entry is from before an invalidation.
    pub fn is_previous(&self) -> bool {
        self.entry.as_ref().is_some_and(|entry| entry.key != self.ticket.key)
    }
}

impl<V: Value> Cache<V> {
    /// What the cache holds for `requests`, in their order, with no effect on what is served,
    /// counted or kept. Like a lookup, it reads the generations and creates those that are missing.
    pub async fn inspect(&self, requests: &[Request]) -> Vec<Inspection<V>> {
        let tickets = self.tickets(requests).await;
        let inner = &self.0;
        let mut inspected: Vec<Inspection<V>> = tickets
            .into_iter()
            .map(|ticket| Inspection { entry: inner.memory.get(&ticket.key), ticket })
            .collect();
        inner.inspect_shared(&mut inspected).await;
        for one in inspected.iter_mut().filter(|one| one.entry.is_none()) {
            one.entry = inner.memory.newest(&one.ticket.request.fingerprint);
        }
        for one in &mut inspected {
            let policy = &one.ticket.request.policy;
            one.entry = one.entry.take().map(|entry| entry.within(policy, inner.config.jitter));
        }
        inspected
    }
}

impl<V: Value> Inner<V> {
    /// Fills in entries that only the shared tier has.
    async fn inspect_shared(&self, inspected: &mut [Inspection<V>]) {
        let Some(shared) = &self.shared else { return };
        let mut missing: Vec<&mut Inspection<V>> =
            inspected.iter_mut().filter(|one| one.entry.is_none() && one.ticket.verified).collect();
        let keys: Vec<EntryKey> = missing.iter().map(|one| one.ticket.key).collect();
        let fingerprints: Vec<_> =
            missing.iter().map(|one| one.ticket.request.fingerprint).collect();
        let Ok((entries, newest)) = shared.entries(&keys, &fingerprints).await else {
            return;
        };
        let mut known = self.decoded_quietly(keys.iter().copied().zip(entries));
        let before: Vec<EntryKey> = newest.iter().flatten().copied().collect();
        let before: Vec<EntryKey> =
            before.into_iter().filter(|key| !known.contains_key(key)).collect();
        if let Ok((entries, _)) = shared.entries(&before, &[]).await {
            known.extend(self.decoded_quietly(before.iter().copied().zip(entries)));
        }
        for (one, newest) in missing.iter_mut().zip(newest) {
            let current = known.get(&one.ticket.key);
            one.entry = current.or_else(|| known.get(&newest?)).cloned();
        }
    }

    /// Those of `found` that decode to entries. The rest is for lookups to report.
    fn decoded_quietly(
        &self,
        found: impl Iterator<Item = (EntryKey, Option<Vec<u8>>)>,
    ) -> HashMap<EntryKey, Entry<V>> {
        let limit = self.config.max_value_bytes.saturating_mul(4);
        found
            .filter_map(|(key, bytes)| Some((key, encoding::decode(&bytes?, key, limit).ok()?)))
            .collect()
    }
}
