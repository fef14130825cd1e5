//! Links of a page's panels, as its dashboard's file defines them, and the way back from a zoom.

use crate::service::DashboardPage;
use brisk_domain::{Dashboard, Panel, PanelLink, Presentation, RowLinks, ZoomedFrom};
use std::sync::Arc;

impl DashboardPage {
    /// Where each mark or row of `panel` leads, if anywhere.
    pub(crate) fn row_links(&self, panel: &Panel) -> Option<RowLinks> {
        if let Some(filter) = &panel.filter {
            let variable = self.dashboard.variable(&filter.variable)?;
            // A choice made far down a dashboard should not scroll it to the top.
            let anchor = (!self.is_one_panel).then(|| panel.id.to_string());
            let (path, pairs) = (self.path(), self.pairs());
            return Some(RowLinks::of_filter(filter, variable, &self.view, path, pairs, anchor));
        }
        let link = panel.link.as_ref()?;
        RowLinks::of_link(link, self.target(link)?, &self.view)
    }

    /// Where all of `panel` leads, if to another dashboard: address and title.
    pub(crate) fn panel_link(&self, panel: &Panel) -> Option<(String, String)> {
        let target = self.target(panel.link.as_ref()?)?;
        Some((PanelLink::href(target, &self.view), target.title.clone()))
    }

    /// Where a zoom of this page leads back to: what is shown now, unless that is itself a zoom.
    pub(crate) fn before_zoom(&self) -> ZoomedFrom {
        self.zoomed_from().unwrap_or_else(|| ZoomedFrom::of(&self.view))
    }

    /// Where the reader zoomed from; none if another range was chosen since.
    pub(crate) fn zoomed_from(&self) -> Option<ZoomedFrom> {
        self.presentation.zoomed_from.filter(|_| self.view.range.custom_ends().is_some())
    }

    /// The address of this page before the zoom, with what was chosen since.
    pub(crate) fn link_before_zoom(&self) -> Option<String> {
        let before = self.zoomed_from()?.undone(&self.view);
        let mut pairs = before.to_pairs(&self.dashboard);
        let presentation = Presentation { zoomed_from: None, ..self.presentation.clone() };
        pairs.extend(presentation.to_pairs());
        Some(self.address(&pairs))
    }

    /// The dashboard of `link`; none if its file is missing or was never valid.
    fn target(&self, link: &PanelLink) -> Option<&Arc<Dashboard>> {
        self.targets.iter().find(|target| target.slug == link.dashboard)
    }
}
