//! Counts which views readers request most, so that warming loads those.

use brisk_domain::view::parse_query;
use brisk_domain::{Access, Dashboard, RequestedView, Slug, ViewState};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

/// How many views are counted. Beyond that, all counts are halved and those at zero forgotten, so
/// that views that went out of use make room.
const MAX_VIEWS: usize = 4_096;

/// A dashboard, if there is one of that name.
type FoundDashboard = Option<Arc<Dashboard>>;

#[derive(Debug, Default)]
pub(crate) struct RequestedViews(Mutex<HashMap<(Slug, ViewState, Access), u32>>);

impl RequestedViews {
    pub(crate) fn count(&self, slug: &Slug, view: &ViewState, access: &Access) {
        let mut counts = self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        while counts.len() >= MAX_VIEWS {
            counts.retain(|_, count| {
                *count /= 2;
                *count > 0
            });
        }
        let count = counts.entry((slug.clone(), view.clone(), access.clone())).or_default();
        *count = count.saturating_add(1);
    }

    /// The most requested views of `dashboard`, and the access they were requested with, at most
    /// `limit`.
    pub(crate) fn of(&self, dashboard: &Dashboard, limit: usize) -> Vec<(ViewState, Access)> {
        let counts = self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let own = counts.iter().filter(|((slug, ..), _)| *slug == dashboard.slug);
        let mut views: Vec<_> =
            own.map(|((_, view, access), count)| (*count, view, access)).collect();
        views.sort_by_key(|(count, ..)| std::cmp::Reverse(*count));
        let most = views.into_iter().take(limit);
        most.map(|(_, view, access)| (view.clone(), access.clone())).collect()
    }

    /// The counts of anonymous views. Those of users with attributes stay in memory.
    pub(crate) fn requested(
        &self,
        dashboard: impl Fn(&Slug) -> FoundDashboard,
    ) -> Vec<RequestedView> {
        let counts = self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let everybodys = counts.iter().filter(|((.., access), _)| *access == Access::anonymous());
        let requested = everybodys.filter_map(|((slug, view, _), count)| {
            let query = view.query_string(&*dashboard(slug)?);
            Some(RequestedView { dashboard: slug.clone(), query, count: *count })
        });
        requested.collect()
    }

    /// Resumes the counts from before a restart, for views that are still valid.
    pub(crate) fn recall(
        &self,
        requested: &[RequestedView],
        dashboard: impl Fn(&Slug) -> FoundDashboard,
    ) {
        let mut counts = self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        for one in requested.iter().take(MAX_VIEWS / 2) {
            let Some(dashboard) = dashboard(&one.dashboard) else { continue };
            let parameters = parse_query(one.query.trim_start_matches('?'));
            let Ok(view) = ViewState::from_pairs(&dashboard, &parameters) else { continue };
            let key = (one.dashboard.clone(), view, Access::anonymous());
            let count = counts.entry(key).or_default();
            *count = count.saturating_add(one.count);
        }
    }
}
