//! How long a panel's frames may be shown: the nearest policy wins, of the panel, its dashboard,
//! its source and the default.

use brisk_cache::Policy;
use brisk_domain::{CacheMode, CachePolicy, Dashboard, Panel, PolicyPlace, SourceName};
use std::collections::BTreeMap;
use std::time::Duration;

/// Policies set outside of dashboards.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Policies {
    /// For everything.
    pub default: CachePolicy,
    /// For everything read from a source.
    pub sources: BTreeMap<SourceName, CachePolicy>,
}

impl Policies {
    /// The policy at each place, nearest first.
    fn places(
        &self,
        dashboard: &Dashboard,
        panel: Option<&Panel>,
        source: &SourceName,
    ) -> [(PolicyPlace, CachePolicy); 4] {
        [
            (PolicyPlace::Panel, panel.map(|panel| panel.cache).unwrap_or_default()),
            (PolicyPlace::Dashboard, dashboard.cache),
            (PolicyPlace::Source, self.sources.get(source).copied().unwrap_or_default()),
            (PolicyPlace::Configuration, self.default),
        ]
    }

    /// Where the values of [`Policies::of`] come from: the TTL, the stale window, the mode.
    pub fn origins(
        &self,
        dashboard: &Dashboard,
        panel: &Panel,
        source: &SourceName,
    ) -> (PolicyPlace, PolicyPlace, PolicyPlace) {
        let places = self.places(dashboard, Some(panel), source);
        let first = |says: fn(&CachePolicy) -> bool| {
            let nearest = places.iter().find(|(_, policy)| says(policy));
            nearest.map_or(PolicyPlace::BuiltIn, |(place, _)| *place)
        };
        (
            first(|policy| policy.ttl.is_some()),
            first(|policy| policy.stale.is_some()),
            first(|policy| policy.mode.is_some()),
        )
    }

    /// The policy of `panel`, or without one, of the dashboard's choices.
    pub fn of(&self, dashboard: &Dashboard, panel: Option<&Panel>, source: &SourceName) -> Policy {
        let places = self.places(dashboard, panel, source).map(|(_, policy)| policy);
        let policy = places.into_iter().reduce(CachePolicy::or).unwrap_or_default();
        let mode = policy.mode.unwrap_or_default();
        Policy {
            ttl: Duration::from_secs(policy.ttl_seconds().into()),
            stale: Duration::from_secs(policy.stale_seconds().into()),
            strict: mode == CacheMode::Strict,
            off: mode == CacheMode::Off,
        }
    }
}
