//! Remembers failures for a moment, so that a burst of readers does not repeat a load that has just
//! failed. Failures are not values.

use crate::entry::after;
use crate::error::LoadError;
use crate::key::EntryKey;
use brisk_domain::Timestamp;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

#[derive(Debug, Default)]
pub(crate) struct Failures(Mutex<HashMap<EntryKey, (Timestamp, LoadError)>>);

impl Failures {
    /// The failure of `key` a moment ago.
    pub(crate) fn recent(&self, key: &EntryKey, now: Timestamp) -> Option<LoadError> {
        self.lock().get(key).filter(|(until, _)| now < *until).map(|(_, error)| error.clone())
    }

    /// Remembers `error` for `life`.
    pub(crate) fn remember(
        &self,
        key: EntryKey,
        error: &LoadError,
        now: Timestamp,
        life: Duration,
    ) {
        let mut known = self.lock();
        known.retain(|_, (until, _)| now < *until);
        known.insert(key, (after(now, life), error.clone()));
    }

    pub(crate) fn forget(&self, key: &EntryKey) {
        self.lock().remove(key);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<EntryKey, (Timestamp, LoadError)>> {
        self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}
