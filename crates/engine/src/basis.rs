//! [`Basis`]: what a panel's lookups depend on besides the cache. Followers of a panel look it up again
//! when its basis has changed, rather than at every change.

use crate::Engine;
use brisk_cache::Policy;
use brisk_domain::{Dashboard, Now, Panel, Rollup, SourceName};
use std::sync::Arc;

/// What a panel's lookups depend on besides the cache and the dashboard.
#[derive(Debug, Clone, PartialEq)]
pub struct Basis {
    /// The revisions of the panel's source, and of the one whose newest row determines "now"; `None`
    /// if there is no such source.
    sources: Vec<Option<Arc<str>>>,
    policy: Policy,
    /// The rollups that its statements may read.
    rollups: Vec<Arc<Rollup>>,
}

impl Engine {
    /// What lookups of `panel` depend on now.
    pub fn basis(&self, dashboard: &Dashboard, panel: &Panel) -> Basis {
        let read = sources_of(dashboard, panel);
        let revision = |name: &&SourceName| {
            self.loader().source(name).map(|source| Arc::clone(source.revision()))
        };
        let sources = read.iter().map(revision).collect();
        let contents = self.catalog().contents();
        let rollups = contents.rollups.values().filter(|rollup| read.contains(&&rollup.source));
        let rollups = rollups.cloned().collect();
        let policy = self.policies().of(dashboard, Some(panel), &panel.source);
        Basis { sources, policy, rollups }
    }
}

/// The sources that a lookup of `panel` reads.
fn sources_of<'d>(dashboard: &'d Dashboard, panel: &'d Panel) -> Vec<&'d SourceName> {
    let newest = match &dashboard.now {
        Now::Newest { source, .. } => Some(source),
        Now::Clock | Now::Fixed(_) => None,
    };
    std::iter::once(&panel.source).chain(newest).collect()
}
