//! [`AccessSettings`]: who may see which dashboard, as set by administrators. A setting overrides the
//! file at its level: a dashboard's its file, a folder's `folder.toml`; and what a dashboard says
//! overrides its folder.

use brisk_domain::{Audience, Dashboard, FolderName, Slug};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Who may see what, as set by administrators.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AccessSettings {
    /// Of dashboards.
    pub dashboards: BTreeMap<Slug, Audience>,
    /// Of the dashboards in a folder that have no audience of their own.
    pub folders: BTreeMap<FolderName, Audience>,
}

impl AccessSettings {
    /// The setting that applies to `dashboard`, which is as in its file, if there is one.
    pub fn of(&self, dashboard: &Dashboard) -> Option<&Audience> {
        let of_folder = || {
            let folder = dashboard.folder.as_ref().filter(|_| !dashboard.has_own_audience)?;
            self.folders.get(&folder.name)
        };
        self.dashboards.get(&dashboard.slug).or_else(of_folder)
    }

    /// The dashboards with their effective audiences. One without a setting keeps its `Arc`, and one whose
    /// result equals that in `before` keeps that one.
    pub(crate) fn applied(
        &self,
        dashboards: &BTreeMap<Slug, Arc<Dashboard>>,
        before: &BTreeMap<Slug, Arc<Dashboard>>,
    ) -> BTreeMap<Slug, Arc<Dashboard>> {
        let applied = dashboards.iter().map(|(slug, dashboard)| {
            let set = self.of(dashboard).filter(|set| **set != dashboard.audience);
            let dashboard = match set {
                None => Arc::clone(dashboard),
                Some(set) => {
                    let made = Dashboard { audience: set.clone(), ..Dashboard::clone(dashboard) };
                    let known = before.get(slug).filter(|known| ***known == made);
                    known.cloned().unwrap_or_else(|| Arc::new(made))
                }
            };
            (slug.clone(), dashboard)
        });
        applied.collect()
    }
}
