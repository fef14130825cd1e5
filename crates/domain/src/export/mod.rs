//! A view of a dashboard with its data, to be written to a file that stands alone: a workbook, a page.

mod column;
mod moment;

pub use column::{ColumnRole, ExportedColumn};
pub use moment::IsoInstant;

use crate::{
    Dashboard, Interval, Panel, PanelData, PanelError, Timestamp, ViewState, ZoneOffsets,
    date_words,
};

/// A view of a dashboard with its data.
#[derive(Debug, Clone)]
pub struct Export<'a> {
    /// The dashboard's title.
    pub title: &'a str,
    /// Its description.
    pub description: Option<&'a str>,
    /// The view's time range, for readers: `11 Sep – 9 Dec 2011`.
    pub range: String,
    /// The width of the view's time buckets.
    pub interval: Interval,
    /// The name of the zone whose clock all times follow.
    pub zone: &'a str,
    /// Its offsets.
    pub offsets: &'a ZoneOffsets,
    /// What was chosen: labels with their values ([`filters`]).
    pub filters: Vec<(String, String)>,
    /// When the file is made.
    pub made_at: Timestamp,
    /// Where the dashboard is, if anywhere: an address of the scheme `https:` or `http:`.
    pub address: Option<&'a str>,
    /// The panels in reading order.
    pub panels: Vec<ExportedPanel<'a>>,
}

/// A panel with its data.
#[derive(Debug, Clone, Copy)]
pub struct ExportedPanel<'a> {
    /// The panel.
    pub panel: &'a Panel,
    /// Its data, or why there are none.
    pub data: Result<&'a PanelData, &'a PanelError>,
}

impl Export<'_> {
    /// When the oldest of the data were loaded; `None` if there are no data.
    pub fn loaded_at(&self) -> Option<Timestamp> {
        self.panels.iter().filter_map(|panel| Some(panel.data.ok()?.as_of)).min()
    }

    /// A moment on the dashboard's clock, for readers: `9 December 2011, 13:00`.
    pub fn moment(&self, at: Timestamp) -> String {
        let local = self.offsets.local(at);
        let clock = local.format("%H:%M").to_string();
        let clock = self.offsets.told_apart(clock, at);
        format!("{}, {clock}", date_words::long(local.date()))
    }

    /// The address, if it is one that may stand in a link.
    pub fn link(&self) -> Option<&str> {
        let is_web = |address: &&str| {
            ["https://", "http://"].iter().any(|scheme| address.starts_with(scheme))
        };
        self.address.filter(is_web)
    }
}

impl<'a> ExportedPanel<'a> {
    /// The panel's title at the view's interval.
    pub fn title(&self, export: &Export<'_>) -> String {
        self.panel.title_at(export.interval)
    }

    /// Its columns: those of the frame, then the earlier period's, then whether each time bucket is complete.
    /// Empty without data.
    pub fn columns(&self) -> Vec<ExportedColumn> {
        self.data.map_or_else(|_| Vec::new(), |data| column::of(self.panel, data))
    }

    /// Why there is nothing to show, in a sentence; `None` if there is something.
    pub fn nothing(&self) -> Option<String> {
        match self.data {
            Err(error) => Some(error.message.clone()),
            Ok(data) if data.frame.rows() == 0 => {
                let range = data.bounds.label(&data.offsets);
                Some(match data.coverage.map_or(0, |coverage| coverage.left_out) {
                    0 => format!("No data in this range ({range})."),
                    _ => format!(
                        "No whole {} in this range ({range}): partial ones are left out.",
                        data.interval.word()
                    ),
                })
            }
            Ok(_) => None,
        }
    }
}

/// What is chosen in `view`: the label of each variable that limits the data, with its values. Moments are on
/// the clock of `zone`.
pub fn filters(
    dashboard: &Dashboard,
    view: &ViewState,
    zone: &ZoneOffsets,
) -> Vec<(String, String)> {
    let chosen = |variable: &crate::Variable| {
        let chosen = view.variables.get(&variable.name).filter(|chosen| !chosen.is_all())?;
        let values: Vec<String> = chosen.choices().map(|choice| choice.label(zone)).collect();
        Some((variable.label.clone(), values.join(", ")))
    };
    dashboard.variables.iter().filter_map(chosen).collect()
}
