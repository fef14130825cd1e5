//! The memory tier: entries of this process, bounded in bytes.

use crate::entry::Entry;
use crate::value::Value;
use crate::{EntryKey, Fingerprint};

/// Remembered "newest entry of this fingerprint" pairs.
const NEWEST: u64 = 100_000;

pub(crate) struct Memory<V: Value> {
    entries: moka::sync::Cache<EntryKey, Entry<V>>,
    /// The newest entry of each fingerprint, under whatever generations.
    newest: moka::sync::Cache<Fingerprint, EntryKey>,
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

    /// The newest entry of `fingerprint`, if it is still here.
    pub(crate) fn newest(&self, fingerprint: &Fingerprint) -> Option<Entry<V>> {
        self.entries.get(&self.newest.get(fingerprint)?)
    }

    pub(crate) fn insert(&self, fingerprint: Fingerprint, entry: Entry<V>) {
        self.newest.insert(fingerprint, entry.key);
        self.entries.insert(entry.key, entry);
    }

    /// Keeps an entry that is not the newest.
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
