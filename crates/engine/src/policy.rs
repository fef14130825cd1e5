//! [`Policies`]: how long a panel's frames may be shown. The nearest policy wins, of panel,
//! dashboard, source and default. At each level, an administrator's setting overrides the file.

use brisk_cache::Policy;
use brisk_domain::{
    CacheMode, CachePolicy, Dashboard, Panel, PanelId, PolicyPlace, Slug, SourceName,
};
use std::collections::BTreeMap;
use std::time::Duration;

/// Cache policies set outside of dashboards.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Policies {
    /// For everything.
    pub default: CachePolicy,
    /// For everything read from a source.
    pub sources: BTreeMap<SourceName, CachePolicy>,
    /// Policies set by administrators.
    pub admin: AdminPolicies,
}

/// Policies set by administrators, at each level.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AdminPolicies {
    /// For everything.
    pub global: CachePolicy,
    /// For everything read from a source.
    pub sources: BTreeMap<SourceName, CachePolicy>,
    /// For dashboards.
    pub dashboards: BTreeMap<Slug, CachePolicy>,
    /// For panels of dashboards.
    pub panels: BTreeMap<(Slug, PanelId), CachePolicy>,
}

/// Where each part of a policy comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Origins {
    /// The TTL.
    pub ttl: PolicyPlace,
    /// The stale window.
    pub stale: PolicyPlace,
    /// The mode.
    pub mode: PolicyPlace,
    /// Whether entries are refreshed early.
    pub early: PolicyPlace,
}

impl Policies {
    /// The policy at each place, nearest first.
    fn places(
        &self,
        dashboard: &Dashboard,
        panel: Option<&Panel>,
        source: &SourceName,
    ) -> [(PolicyPlace, CachePolicy); 8] {
        let admin = &self.admin;
        let of_panel = panel.and_then(|panel| {
            let any = |(slug, id): &(Slug, PanelId)| *slug == dashboard.slug && *id == panel.id;
            admin.panels.iter().find(|(key, _)| any(key)).map(|(_, policy)| policy)
        });
        let [source_setting, source, global_setting, default] = self.wider_places(source);
        [
            (PolicyPlace::PanelSetting, set(of_panel)),
            (PolicyPlace::Panel, panel.map(|panel| panel.cache).unwrap_or_default()),
            (PolicyPlace::DashboardSetting, set(admin.dashboards.get(&dashboard.slug))),
            (PolicyPlace::Dashboard, dashboard.cache),
            source_setting,
            source,
            global_setting,
            default,
        ]
    }

    /// The policies that a source's panels share.
    fn wider_places(&self, source: &SourceName) -> [(PolicyPlace, CachePolicy); 4] {
        [
            (PolicyPlace::SourceSetting, set(self.admin.sources.get(source))),
            (PolicyPlace::Source, set(self.sources.get(source))),
            (PolicyPlace::GlobalSetting, self.admin.global),
            (PolicyPlace::Configuration, self.default),
        ]
    }

    /// Where the values of [`Policies::of`] come from.
    pub fn origins(
        &self,
        dashboard: &Dashboard,
        panel: Option<&Panel>,
        source: &SourceName,
    ) -> Origins {
        origins(&self.places(dashboard, panel, source))
    }

    /// Where the values of [`Policies::of_source`] come from.
    pub fn origins_of_source(&self, source: &SourceName) -> Origins {
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

fn set(policy: Option<&CachePolicy>) -> CachePolicy {
    policy.copied().unwrap_or_default()
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
        early: policy.early.unwrap_or(true),
    }
}

/// Which place each setting of [`nearest`] comes from.
fn origins(places: &[(PolicyPlace, CachePolicy)]) -> Origins {
    let first = |says: fn(&CachePolicy) -> bool| {
        let nearest = places.iter().find(|(_, policy)| says(policy));
        nearest.map_or(PolicyPlace::BuiltIn, |(place, _)| *place)
    };
    Origins {
        ttl: first(|policy| policy.ttl.is_some()),
        stale: first(|policy| policy.stale.is_some()),
        mode: first(|policy| policy.mode.is_some()),
        early: first(|policy| policy.early.is_some()),
    }
}
