//! How long frames may be shown, and whether they are cached at all.

use serde::{Deserialize, Serialize};

/// What one place says about caching: everything, a source, a dashboard or a panel. What it does
/// not say, the next wider place does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct CachePolicy {
    /// Seconds for which an entry is fresh.
    pub ttl: Option<u32>,
    /// Seconds after that in which it may be shown while it is refreshed.
    pub stale: Option<u32>,
    /// Whether entries are stored, and whether older ones may be shown.
    pub mode: Option<CacheMode>,
}

/// Whether entries are stored, and whether older ones may be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CacheMode {
    /// Stored; after an invalidation the value before may be shown, marked.
    #[default]
    Normal,
    /// Stored, but a value from before an invalidation is never shown.
    Strict,
    /// Never stored.
    Off,
}

impl CacheMode {
    /// Each mode with its word in files.
    pub const WORDS: [(&'static str, Self); 3] =
        [("normal", Self::Normal), ("strict", Self::Strict), ("off", Self::Off)];
}

impl CachePolicy {
    /// What this place says, and `wider` where it says nothing.
    #[must_use]
    pub fn or(self, wider: Self) -> Self {
        Self {
            ttl: self.ttl.or(wider.ttl),
            stale: self.stale.or(wider.stale),
            mode: self.mode.or(wider.mode),
        }
    }

    /// Seconds for which an entry is fresh; five minutes where nobody says.
    pub fn ttl_seconds(self) -> u32 {
        self.ttl.unwrap_or(300)
    }

    /// Seconds of the stale window; an hour where nobody says.
    pub fn stale_seconds(self) -> u32 {
        self.stale.unwrap_or(3600)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_wins() {
        let panel = CachePolicy { ttl: Some(10), ..CachePolicy::default() };
        let dashboard =
            CachePolicy { ttl: Some(60), stale: Some(5), mode: Some(CacheMode::Strict) };
        let policy = panel.or(dashboard).or(CachePolicy::default());
        assert_eq!((policy.ttl_seconds(), policy.stale_seconds()), (10, 5));
        assert_eq!(policy.mode, Some(CacheMode::Strict));
        assert_eq!(CachePolicy::default().ttl_seconds(), 300);
    }
}
