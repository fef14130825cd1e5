//! [`ExportedView`]: what a file is made of.

use brisk_domain::export::filters;
use brisk_domain::{
    Bounds, Dashboard, Export, ExportedPanel, Interval, Panel, PanelData, PanelError, Timestamp,
    ViewState, ZoneName, ZoneOffsets,
};

/// A view with what became of each of its panels.
pub(crate) struct ExportedView<'a> {
    /// The dashboard, in the zone that was asked for.
    pub(crate) dashboard: &'a Dashboard,
    /// What is shown of it.
    pub(crate) view: &'a ViewState,
    /// The view's time, made absolute.
    pub(crate) bounds: Bounds,
    /// The width of its buckets.
    pub(crate) interval: Interval,
    /// Its zone.
    pub(crate) zone: &'a ZoneName,
    /// Its zone's offsets.
    pub(crate) offsets: &'a ZoneOffsets,
    /// The panels in reading order, each with its data or why there are none.
    pub(crate) panels: Vec<(&'a Panel, Result<&'a PanelData, &'a PanelError>)>,
}

impl ExportedView<'_> {
    /// The view as files take it. Nothing in it depends on when the file is made: the same data are the same
    /// bytes.
    pub(super) fn export(&self) -> Export<'_> {
        let panels = self.panels.iter();
        let panels: Vec<_> =
            panels.map(|(panel, data)| ExportedPanel { panel, data: *data }).collect();
        let loaded = self.panels.iter().filter_map(|(_, data)| Some(data.ok()?.as_of));
        Export {
            title: &self.dashboard.title,
            description: self.dashboard.description.as_deref(),
            range: self.bounds.label(self.offsets),
            interval: self.interval,
            zone: self.zone.as_str(),
            offsets: self.offsets,
            filters: filters(self.dashboard, self.view, self.offsets),
            made_at: loaded.max().unwrap_or(Timestamp(0)),
            address: None,
            panels,
        }
    }

    /// What the file is called: the dashboard, the panel if it is only one of several, and the days.
    pub(crate) fn file_name(&self, ending: &str) -> String {
        let (from, to) = self.bounds.url_ends(self.offsets);
        let panel = match self.panels.as_slice() {
            [(panel, _)] if self.dashboard.panels.len() > 1 => format!("_{}", panel.id),
            _ => String::new(),
        };
        // Some systems allow no colons in names of files.
        format!("{}{panel}_{from}_{to}.{ending}", self.dashboard.slug).replace(':', "")
    }
}
