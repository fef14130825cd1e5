//! [`AccessSettings`]: what administrators have said of who may see a dashboard. It stands over the file
//! at its level: a dashboard's setting over its file, a folder's over `folder.toml`; and what is said of
//! a dashboard over what is said of its folder.

use brisk_domain::{Audience, Dashboard, FolderName, Slug};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Who may see what, as administrators have said.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AccessSettings {
    /// Of dashboards.
    pub dashboards: BTreeMap<Slug, Audience>,
    /// Of the dashboards in a folder that do not say themselves.
    pub folders: BTreeMap<FolderName, Audience>,
}

impl AccessSettings {
    /// Who may see `dashboard`, which is as its file says, where that is another audience.
    pub fn of(&self, dashboard: &Dashboard) -> Option<&Audience> {
        let of_folder = || {
            let folder = dashboard.folder.as_ref().filter(|_| !dashboard.has_own_audience)?;
            self.folders.get(&folder.name)
        };
        self.dashboards.get(&dashboard.slug).or_else(of_folder)
    }

    /// The dashboards for those who may see them. One of which nothing is said stays the same, and so does
    /// one that came out as now `before`.
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
