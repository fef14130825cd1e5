//! How long a panel's frames may be shown: the panel says, else its dashboard, else its source,
//! else the default for all.

use brisk_cache::Policy;
use brisk_domain::{CacheMode, CachePolicy, Dashboard, Panel, SourceName};
use std::collections::BTreeMap;
use std::time::Duration;

/// What is said outside of dashboards.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Policies {
    /// For everything.
    pub default: CachePolicy,
    /// For what is read from a source.
    pub sources: BTreeMap<SourceName, CachePolicy>,
}

impl Policies {
    /// The policy of `panel`, or of the dashboard's choices where there is none.
    pub fn of(&self, dashboard: &Dashboard, panel: Option<&Panel>, source: &SourceName) -> Policy {
        let own = panel.map(|panel| panel.cache).unwrap_or_default();
        let source = self.sources.get(source).copied().unwrap_or_default();
        let policy = own.or(dashboard.cache).or(source).or(self.default);
        let mode = policy.mode.unwrap_or_default();
        Policy {
            ttl: Duration::from_secs(policy.ttl_seconds().into()),
            stale: Duration::from_secs(policy.stale_seconds().into()),
            strict: mode == CacheMode::Strict,
            off: mode == CacheMode::Off,
        }
    }
}
