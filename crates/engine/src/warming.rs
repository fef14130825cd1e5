//! Warming: what readers are likely to ask for is loaded ahead of them.

use crate::engine::Engine;
use crate::key_tags::cache_tag;
use crate::prepared::Shown;
use crate::view::{ChoicesState, PanelState};
use crate::window::Window;
use brisk_cache::Trigger;
use brisk_domain::variable_kind::Options;
use brisk_domain::{Access, Dashboard, FailureKind, Panel, PanelId, Tag, ViewState};
use futures::StreamExt;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Views of a dashboard that warming loads in addition to its default view.
const WARMED_VARIATIONS: usize = 8;
/// Views warmed concurrently; their statements queue in the lanes of their sources.
const WARMED_AT_A_TIME: usize = 2;

/// What warming did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WarmedViews {
    /// Views of dashboards.
    pub views: u64,
    /// Panels of these whose frames were loaded.
    pub loaded: u64,
    /// Panels that could be shown already; what is stale of them is being refreshed.
    pub ready: u64,
    /// Panels that cannot be shown.
    pub failed: u64,
    /// Which these are, as `dashboard/panel`, each once.
    pub failing: BTreeSet<String>,
    /// Panels that are for readers with attributes (`:user.…`) which the view's reader does not have:
    /// there is nothing to load.
    pub skipped: u64,
    /// Panels whose frames are not kept (`cache = "off"`), as `dashboard/panel`, each once: loading them would
    /// only be work for the source.
    pub not_kept: BTreeSet<String>,
}

impl WarmedViews {
    fn plus(self, other: Self) -> Self {
        Self {
            views: self.views + other.views,
            loaded: self.loaded + other.loaded,
            ready: self.ready + other.ready,
            failed: self.failed + other.failed,
            failing: self.failing.into_iter().chain(other.failing).collect(),
            skipped: self.skipped + other.skipped,
            not_kept: self.not_kept.into_iter().chain(other.not_kept).collect(),
        }
    }
}

impl Engine {
    /// Loads what readers of `dashboard` are likely to ask for: its default view, and the views
    /// requested most, each with the access of those who requested it.
    pub async fn warm(&self, dashboard: &Arc<Dashboard>) -> WarmedViews {
        self.warm_shown(dashboard, &Shown::Dashboard).await
    }

    /// The same of all panels that depend on `tag`, one dashboard after the other.
    pub async fn warm_tag(&self, tag: &Tag) -> WarmedViews {
        let mut warmed = WarmedViews::default();
        for (dashboard, shown) in self.dependent(tag) {
            warmed = warmed.plus(self.warm_shown(&dashboard, &shown).await);
        }
        warmed
    }

    /// What depends on `tag`, by dashboard.
    pub fn dependent(&self, tag: &Tag) -> Vec<(Arc<Dashboard>, Shown)> {
        let contents = self.catalog().contents();
        let dependent = contents.dashboards.values().filter_map(|dashboard| {
            let panels: Vec<PanelId> = match tag {
                Tag::All => return Some((Arc::clone(dashboard), Shown::Dashboard)),
                Tag::Dashboard(slug) => {
                    let is_it = slug == dashboard.slug.as_str();
                    return is_it.then(|| (Arc::clone(dashboard), Shown::Dashboard));
                }
                Tag::Panel { dashboard: slug, panel } if slug == dashboard.slug.as_str() => {
                    let named = dashboard.panels.iter().filter(|one| one.id.as_str() == panel);
                    named.map(|panel| panel.id.clone()).collect()
                }
                Tag::Panel { .. } => Vec::new(),
                Tag::Source(name) => {
                    let own = dashboard.panels.iter().filter(|one| one.source.as_str() == name);
                    own.map(|panel| panel.id.clone()).collect()
                }
                Tag::Table { .. } | Tag::Rollup { .. } | Tag::Custom(_) => {
                    self.with_tag(dashboard, tag)
                }
            };
            (!panels.is_empty()).then(|| (Arc::clone(dashboard), Shown::Frames(panels)))
        });
        dependent.collect()
    }

    /// The panels of `dashboard` whose statements have `tag`, whoever they are for.
    fn with_tag(&self, dashboard: &Dashboard, tag: &Tag) -> Vec<PanelId> {
        let meant: BTreeSet<_> = self.resolved(tag).iter().filter_map(cache_tag).collect();
        let (view, access) = (ViewState::default_of(dashboard), Access::anybody());
        let Ok(window) = Window::of(dashboard, &view, self.clock.now()) else { return Vec::new() };
        let has_it = |panel: &&Panel| {
            let planned = self.plan(dashboard, panel, &view, &access, &window);
            let mut requests = planned.into_iter().flat_map(|(_, statements)| statements);
            requests.any(|(_, request)| request.tags.iter().any(|tag| meant.contains(tag)))
        };
        dashboard.panels.iter().filter(has_it).map(|panel| panel.id.clone()).collect()
    }

    async fn warm_shown(&self, dashboard: &Arc<Dashboard>, shown: &Shown) -> WarmedViews {
        let (shown, not_kept) = self.kept(dashboard, shown);
        let Some(shown) = &shown else {
            return WarmedViews { not_kept, ..WarmedViews::default() };
        };
        let first = (ViewState::default_of(dashboard), Access::anonymous());
        let mut views = self.requested_views.of(dashboard, WARMED_VARIATIONS);
        views.retain(|view| *view != first);
        views.insert(0, first);
        let warmed = views.into_iter().map(|(view, access)| async move {
            let mut warmed = WarmedViews { views: 1, ..WarmedViews::default() };
            let lookup = self.lookup(dashboard, shown, &view, &access, Trigger::Warm).await;
            let Ok(lookup) = lookup else { return warmed };
            let panels: Vec<PanelId> = lookup.panels().map(|panel| panel.id.clone()).collect();
            let shown = lookup.into_view();
            // One failure must not stop the rest from warming; it is in the log.
            for (id, state) in panels.into_iter().zip(shown.panels) {
                let is_ready = matches!(state, PanelState::Ready(_));
                match state.current().await {
                    Ok(_) if is_ready => warmed.ready += 1,
                    Ok(_) => warmed.loaded += 1,
                    // It is between the reader's account and the panel: no view of others has it.
                    Err(error) if error.kind == FailureKind::Forbidden => warmed.skipped += 1,
                    Err(_) => {
                        warmed.failed += 1;
                        warmed.failing.insert(format!("{}/{id}", dashboard.slug));
                    }
                }
            }
            for choices in shown.options.into_values() {
                if let ChoicesState::Pending(load) = choices {
                    let _ = load.await;
                }
            }
            warmed
        });
        let warmed = futures::stream::iter(warmed).buffer_unordered(WARMED_AT_A_TIME);
        let none = WarmedViews { not_kept, ..WarmedViews::default() };
        warmed.fold(none, |sum, one| std::future::ready(sum.plus(one))).await
    }

    /// What is left of `shown` without the panels whose frames are not kept, if anything is, and the names of
    /// these panels.
    fn kept(&self, dashboard: &Dashboard, shown: &Shown) -> (Option<Shown>, BTreeSet<String>) {
        let policies = self.policies();
        let is_kept =
            |panel: &&Panel| policies.of(dashboard, Some(panel), &panel.source).keeps_values();
        let (kept, others): (Vec<&Panel>, Vec<&Panel>) = shown.panels(dashboard).partition(is_kept);
        if others.is_empty() {
            return (Some(shown.clone()), BTreeSet::new());
        }
        let ids: Vec<PanelId> = kept.iter().map(|panel| panel.id.clone()).collect();
        let kept_choices = shown.variables(dashboard).iter().any(|variable| {
            let source = match variable.kind.options() {
                Some(Options::Query { source, .. }) => source,
                Some(Options::Fixed(_)) | None => return false,
            };
            policies.of(dashboard, None, source).keeps_values()
        });
        let left = match (kept_choices, ids.is_empty()) {
            (true, _) => Some(Shown::Panels(ids)),
            (false, false) => Some(Shown::Frames(ids)),
            (false, true) => None,
        };
        (left, others.iter().map(|panel| format!("{}/{}", dashboard.slug, panel.id)).collect())
    }
}
