//! Data of a dashboard's page, and the addresses that lead from it.

use super::{ChoicesSlot, HiddenSeries, PanelSlot};
use crate::fragments::Fragments;
use brisk_domain::{
    Bounds, Dashboard, Interval, Pace, Panel, PanelEntries, PanelError, Presentation, Slug,
    Timestamp, VariableName, ViewState, ZoneOffsets, parameter,
};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A dashboard's panels and choices for one view.
#[derive(Clone)]
pub struct DashboardPage {
    /// Distinguishes it from other pages at the same address, for its live channel.
    pub id: String,
    /// The dashboard.
    pub dashboard: Arc<Dashboard>,
    /// What the reader looks at.
    pub view: ViewState,
    /// How it is presented.
    pub presentation: Presentation,
    /// The view's time, made absolute.
    pub bounds: Bounds,
    /// The width of the buckets.
    pub interval: Interval,
    /// The zone's offsets around the bounds.
    pub offsets: ZoneOffsets,
    /// The zone's offsets in all years, for choices.
    pub all_offsets: ZoneOffsets,
    /// When the page was made.
    pub now: Timestamp,
    /// The panels that are shown.
    pub panels: Vec<(Panel, PanelSlot)>,
    /// Whether this is the page of one panel.
    pub is_one_panel: bool,
    /// The series that the reader has switched off.
    pub hidden: HiddenSeries,
    /// The choices of each variable.
    pub choices: BTreeMap<VariableName, ChoicesSlot>,
    /// Whether the dashboard's file is broken and this is its last good version.
    pub outdated: bool,
    /// The other dashboards: name and title.
    pub siblings: Vec<(Slug, String)>,
    /// How the page follows its data.
    pub pace: Pace,
    /// The shortest pace that makes sense, in seconds.
    pub least_pace: u32,
    /// Recent drawings.
    pub fragments: Fragments,
    /// Identifies the definitions in force: see [`Fragments`].
    pub fingerprint: Arc<str>,
    /// The dashboards that its panels link to.
    pub targets: Vec<Arc<Dashboard>>,
    /// What the cache has of the panel, on the page of one panel if requested.
    pub entries: Option<Result<PanelEntries, PanelError>>,
    /// Assumptions about columns without a time zone, on a panel's own page.
    pub assumptions: Vec<String>,
    /// Whether its reader may see how panels are cached.
    pub looks_behind: bool,
}

impl DashboardPage {
    /// The parameter of its live channel's address that holds [`DashboardPage::id`]. No variable
    /// has such a name.
    pub const ID: &str = "page-id";
    /// The parameter that requests a page which waits for all its panels, so that nothing follows it. A page
    /// without scripts whose panels are late continues there. No variable has such a name, and no link.
    pub const WHOLE: &str = "whole-page";

    /// The same page, once its choices are there or late.
    pub async fn with_choices(mut self) -> Self {
        for slot in self.choices.values_mut() {
            if let ChoicesSlot::Pending(pending) = slot {
                *slot = match pending.clone().await {
                    Ok(choices) => ChoicesSlot::Ready(choices),
                    Err(error) => ChoicesSlot::Failed(error),
                };
            }
        }
        self
    }

    /// The parameters of this page's address, not yet percent-encoded.
    pub fn pairs(&self) -> Vec<(String, String)> {
        let mut pairs = self.view.to_pairs(&self.dashboard);
        pairs.extend(self.presentation.to_pairs());
        pairs.extend(self.pace.word().map(|word| (parameter::REFRESH.to_owned(), word)));
        pairs
    }

    /// [`DashboardPage::pairs`], percent-encoded, with a leading `?` unless there is none.
    pub fn query(&self) -> String {
        brisk_domain::view::query_string(&self.pairs())
    }

    /// The address of the same view with some parameters replaced; `None` removes one.
    pub fn link_with(&self, changes: &[(&str, Option<String>)]) -> String {
        let mut pairs = self.pairs();
        let is_changed = |name: &str| changes.iter().any(|(of, _)| parameter::is_of(name, of));
        pairs.retain(|(name, _)| !is_changed(name));
        for (name, value) in changes {
            pairs.extend(value.iter().map(|value| ((*name).to_owned(), value.clone())));
        }
        self.address(&pairs)
    }

    /// The address of its live channel, which identifies the page.
    pub fn live_path(&self) -> String {
        let mut pairs = self.pairs();
        pairs.push((Self::ID.to_owned(), self.id.clone()));
        format!("{}/live{}", self.path(), brisk_domain::view::query_string(&pairs))
    }

    /// The address at which the page at `path` has all its panels from the start.
    pub fn whole_at(path: &str) -> String {
        let separator = if path.contains('?') { '&' } else { '?' };
        format!("{path}{separator}{}=1", Self::WHOLE)
    }

    /// The address of this view, or of one of its panels.
    pub fn link_to(&self, panel: Option<&Panel>) -> String {
        let query = brisk_domain::view::query_string(&self.pairs());
        match panel {
            Some(panel) => format!("/d/{}/p/{}{query}", self.dashboard.slug, panel.id),
            None => format!("/d/{}{query}", self.dashboard.slug),
        }
    }

    /// The address of this very page.
    pub fn link_here(&self) -> String {
        self.address(&self.pairs())
    }

    /// [`DashboardPage::link_here`], with only the panels where it is `full`.
    pub fn link_here_in(&self, full: bool) -> String {
        let mut pairs = self.pairs();
        pairs.extend(full.then(|| (parameter::FULL.to_owned(), "1".to_owned())));
        self.address(&pairs)
    }

    /// The address of this page in the view that opens first.
    pub fn link_to_first(&self) -> String {
        self.path()
    }

    /// The address without its parameters.
    pub fn path(&self) -> String {
        match (self.is_one_panel, self.panels.first()) {
            (true, Some((panel, _))) => format!("/d/{}/p/{}", self.dashboard.slug, panel.id),
            _ => format!("/d/{}", self.dashboard.slug),
        }
    }

    /// The address of this page with these parameters.
    pub fn address(&self, pairs: &[(String, String)]) -> String {
        format!("{}{}", self.path(), brisk_domain::view::query_string(pairs))
    }
}
