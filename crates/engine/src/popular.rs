//! Which views readers ask for most, so that warming loads those.

use brisk_domain::{Dashboard, Slug, ViewState};
use std::collections::HashMap;
use std::sync::Mutex;

/// Views that are counted; when there are more, all counts are halved and what falls to zero is
/// forgotten, so that old fashions make room.
const MOST: usize = 4_096;

#[derive(Debug, Default)]
pub(crate) struct Popular(Mutex<HashMap<(Slug, ViewState), u32>>);

impl Popular {
    pub(crate) fn count(&self, slug: &Slug, view: &ViewState) {
        let mut counts = self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        while counts.len() >= MOST {
            counts.retain(|_, count| {
                *count /= 2;
                *count > 0
            });
        }
        let count = counts.entry((slug.clone(), view.clone())).or_default();
        *count = count.saturating_add(1);
    }

    /// The views of `dashboard` that were asked for most, at most `limit`.
    pub(crate) fn of(&self, dashboard: &Dashboard, limit: usize) -> Vec<ViewState> {
        let counts = self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let own = counts.iter().filter(|((slug, _), _)| *slug == dashboard.slug);
        let mut views: Vec<_> = own.map(|((_, view), count)| (*count, view)).collect();
        views.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
        let first = ViewState::default_of(dashboard);
        let others = views.into_iter().map(|(_, view)| view).filter(|view| **view != first);
        others.take(limit).cloned().collect()
    }
}
