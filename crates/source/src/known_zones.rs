//! [`KnownZones`]: for which zones a server's data agree with Brisk's, as far as the server has
//! been queried.

use brisk_domain::ZoneName;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

/// For which zones a server's data agree with Brisk's, as far as the server has been queried.
/// Shared by clones.
#[derive(Debug, Clone, Default)]
pub(crate) struct KnownZones(Arc<Mutex<BTreeMap<String, bool>>>);

impl KnownZones {
    /// Whether they agree; `None` if the server has not been queried.
    pub(crate) fn get(&self, zone: &ZoneName) -> Option<bool> {
        self.known().get(zone.as_str()).copied()
    }

    /// Remembers the answer.
    pub(crate) fn set(&self, zone: &ZoneName, agrees: bool) {
        self.known().insert(zone.as_str().to_owned(), agrees);
    }

    fn known(&self) -> MutexGuard<'_, BTreeMap<String, bool>> {
        self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}
