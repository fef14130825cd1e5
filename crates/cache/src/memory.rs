//! The memory tier: this process's entries, bounded in bytes.

use crate::entry::Entry;
use crate::key::{EntryKey, Fingerprint};
use crate::value::Value;
use brisk_domain::Timestamp;

/// How many fingerprints' newest entries are remembered.
const NEWEST: u64 = 100_000;

pub(crate) struct Memory<V: Value> {
    entries: moka::sync::Cache<EntryKey, Entry<V>>,
    /// When the newest entry of each fingerprint was stored, and its key, under any generations.
    newest: moka::sync::Cache<Fingerprint, (Timestamp, EntryKey)>,
}

impl<V: Value> Memory<V> {
    pub(crate) fn new(max_bytes: u64) -> Self {
        let weigh = |_: &EntryKey, entry: &Entry<V>| {
            let bytes = entry.value.size() + size_of::<Entry<V>>() + size_of::<EntryKey>();
            u32::try_from(bytes).unwrap_or(u32::MAX)
        };
        Self {
            entries: moka::sync::Cache::builder().max_capacity(max_bytes).weigher(weigh).build(),
            newest: moka::sync::Cache::new(NEWEST),
        }
    }

    pub(crate) fn get(&self, key: &EntryKey) -> Option<Entry<V>> {
        self.entries.get(key)
    }

    /// The newest entry of `fingerprint`, unless it was evicted.
    pub(crate) fn newest(&self, fingerprint: &Fingerprint) -> Option<Entry<V>> {
        let (_, key) = self.newest.get(fingerprint)?;
        self.entries.get(&key)
    }

    /// Whether `key` is here, without counting as a use.
    pub(crate) fn contains(&self, key: &EntryKey) -> bool {
        self.entries.contains_key(key)
    }

    pub(crate) fn insert(&self, fingerprint: Fingerprint, entry: Entry<V>) {
        // A load that began before an invalidation may end after one that began later.
        let this = (entry.stored_at, entry.key);
        let is_newest = self.newest.get(&fingerprint).is_none_or(|newest| {
            newest != this && (newest.0 <= this.0 || !self.entries.contains_key(&newest.1))
        });
        if is_newest {
            self.newest.insert(fingerprint, this);
        }
        self.entries.insert(entry.key, entry);
    }

    /// Keeps an entry without making it the newest.
    pub(crate) fn insert_previous(&self, entry: Entry<V>) {
        self.entries.insert(entry.key, entry);
    }

    pub(crate) fn remove(&self, key: &EntryKey) {
        self.entries.invalidate(key);
    }

    pub(crate) fn bytes(&self) -> u64 {
        self.entries.run_pending_tasks();
        self.entries.weighted_size()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Policy;
    use std::sync::Arc;
    use std::time::Duration;

    fn entry(generation: &str, begun: i64) -> Entry<Arc<str>> {
        let key = EntryKey::of(&Fingerprint::of(["a"]), [generation]);
        let (begun, policy) = (Timestamp::from_seconds(begun), Policy::default());
        Entry::new(generation.into(), key, begun, Duration::ZERO, &policy, 1.0)
    }

    #[test]
    fn a_load_that_began_before_the_newest_and_ends_after_it_is_not_the_newest() {
        let (memory, fingerprint) = (Memory::new(1 << 20), Fingerprint::of(["a"]));
        let newest = |memory: &Memory<Arc<str>>| Some(memory.newest(&fingerprint)?.value);
        memory.insert(fingerprint, entry("new", 2));
        memory.insert(fingerprint, entry("old", 1));
        assert_eq!(newest(&memory).as_deref(), Some("new"));
        memory.remove(&entry("new", 2).key);
        assert_eq!(newest(&memory), None);
        memory.insert(fingerprint, entry("old", 1));
        assert_eq!(newest(&memory).as_deref(), Some("old"), "the newest that is left");
    }
}
