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
        let [of_source, default] = self.wider_places(source);
        [
            (PolicyPlace::Panel, panel.map(|panel| panel.cache).unwrap_or_default()),
            (PolicyPlace::Dashboard, dashboard.cache),
            of_source,
            default,
        ]
    }

    /// The policies that a source's panels share.
    fn wider_places(&self, source: &SourceName) -> [(PolicyPlace, CachePolicy); 2] {
        [
            (PolicyPlace::Source, self.sources.get(source).copied().unwrap_or_default()),
            (PolicyPlace::Configuration, self.default),
        ]
    }

    /// Where the values of [`Policies::of`] come from: the TTL, the stale window, the mode.
    pub fn origins(
        &self,
        dashboard: &Dashboard,
        panel: Option<&Panel>,
        source: &SourceName,
    ) -> (PolicyPlace, PolicyPlace, PolicyPlace) {
        origins(&self.places(dashboard, panel, source))
    }

    /// Where the values of [`Policies::of_source`] come from.
    pub fn origins_of_source(
        &self,
        source: &SourceName,
    ) -> (PolicyPlace, PolicyPlace, PolicyPlace) {
        origins(&self.wider_places(source))
    }

    /// The policy of `panel`, or without one, of the dashboard's choices.
    pub fn of(&self, dashboard: &Dashboard, panel: Option<&Panel>, source: &SourceName) -> Policy {
        nearest(&self.places(dashboard, panel, source))
    }

    /// The policy of what is read from `source`, unless a dashboard or panel says otherwise.
    pub fn of_source(&self, source: &SourceName) -> Policy {
        nearest(&self.wider_places(source))
    }
}

/// Each setting from the nearest place that has it.
fn nearest(places: &[(PolicyPlace, CachePolicy)]) -> Policy {
    let policies = places.iter().map(|(_, policy)| *policy);
    let policy = policies.reduce(CachePolicy::or).unwrap_or_default();
    let mode = policy.mode.unwrap_or_default();
    Policy {
        ttl: Duration::from_secs(policy.ttl_seconds().into()),
        stale: Duration::from_secs(policy.stale_seconds().into()),
        strict: mode == CacheMode::Strict,
        off: mode == CacheMode::Off,
    }
}

/// Which place each setting of [`nearest`] comes from: the TTL, the stale window, the mode.
fn origins(places: &[(PolicyPlace, CachePolicy)]) -> (PolicyPlace, PolicyPlace, PolicyPlace) {
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
