//! How long a panel's frames may be shown.

use serde::{Deserialize, Serialize};

/// How long frames are fresh, and how long after that they may still be shown, marked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct CachePolicy {
    /// Seconds for which an entry is fresh.
    pub ttl: u32,
    /// Seconds after that in which it may be shown while it is refreshed.
    pub stale: u32,
}

impl Default for CachePolicy {
    /// Five minutes fresh, an hour stale.
    fn default() -> Self {
        Self { ttl: 300, stale: 3600 }
    }
}
