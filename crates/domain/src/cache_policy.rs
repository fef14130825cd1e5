//! How long frames may be shown, and whether they are cached at all.

use serde::{Deserialize, Serialize};

/// The cache settings at one level: global, source, dashboard or panel. What a level leaves out, it
/// inherits from the next wider one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct CachePolicy {
    /// Seconds for which an entry is fresh (its TTL).
    pub ttl: Option<u32>,
    /// Seconds after that during which it may be shown while it is refreshed (its stale window).
    pub stale: Option<u32>,
    /// Whether entries are stored, and whether outdated ones may be shown.
    pub mode: Option<CacheMode>,
    /// Whether an entry in use is refreshed shortly before its TTL is over.
    pub early: Option<bool>,
}

/// Whether entries are stored, and whether outdated ones may be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CacheMode {
    /// Stored; after an invalidation the previous value may be shown, marked.
    #[default]
    Normal,
    /// Stored, but a value from before an invalidation is never shown.
    Strict,
    /// Never stored.
    Off,
}

impl CacheMode {
    /// Every mode, with its keyword in files.
    pub const WORDS: [(&'static str, Self); 3] =
        [("normal", Self::Normal), ("strict", Self::Strict), ("off", Self::Off)];
}

impl CachePolicy {
    /// These settings, completed from `wider`.
    #[must_use]
    pub fn or(self, wider: Self) -> Self {
        Self {
            ttl: self.ttl.or(wider.ttl),
            stale: self.stale.or(wider.stale),
            mode: self.mode.or(wider.mode),
            early: self.early.or(wider.early),
        }
    }

    /// The TTL in seconds; five minutes if no level sets one.
    pub fn ttl_seconds(self) -> u32 {
        self.ttl.unwrap_or(300)
    }

    /// The stale window in seconds; an hour if no level sets one.
    pub fn stale_seconds(self) -> u32 {
        self.stale.unwrap_or(3600)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_narrowest_level_wins() {
        let panel = CachePolicy { ttl: Some(10), ..CachePolicy::default() };
        let dashboard = CachePolicy {
            ttl: Some(60),
            stale: Some(5),
            mode: Some(CacheMode::Strict),
            early: None,
        };
        let policy = panel.or(dashboard).or(CachePolicy::default());
        assert_eq!((policy.ttl_seconds(), policy.stale_seconds()), (10, 5));
        assert_eq!(policy.mode, Some(CacheMode::Strict));
        assert_eq!(CachePolicy::default().ttl_seconds(), 300);
    }
}
