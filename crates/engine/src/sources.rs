//! The sources that statements run on. They may be replaced while the server runs.

use brisk_domain::SourceName;
use brisk_source::Source;
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

/// The sources by name.
pub type Sources = BTreeMap<SourceName, Source>;

/// The current sources. Cheap to clone; all clones share them.
#[derive(Clone, Default)]
pub(crate) struct CurrentSources(Arc<RwLock<Arc<Sources>>>);

impl CurrentSources {
    pub(crate) fn of(sources: Sources) -> Self {
        Self(Arc::new(RwLock::new(Arc::new(sources))))
    }

    /// All of them.
    pub(crate) fn now(&self) -> Arc<Sources> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The one of that name.
    pub(crate) fn get(&self, name: &SourceName) -> Option<Source> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }

    /// Replaces them; running statements finish on the sources that they began with.
    pub(crate) fn replace(&self, sources: Sources) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(sources);
    }
}
