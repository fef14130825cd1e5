//! What an address or a call asks for of a dashboard, and the errors where there is no such thing.

use brisk_app::service::PageError;
use brisk_domain::{Dashboard, Panel, PanelId, ViewState};
use brisk_engine::Shown;

/// What an address shows: a dashboard, or one of its panels.
pub fn shown_at(dashboard: &Dashboard, panel: Option<&str>) -> Result<Shown, PageError> {
    let Some(id) = panel else { return Ok(Shown::Dashboard) };
    Ok(Shown::Panel(panel_of(dashboard, id)?.id.clone()))
}

/// The view that `parameters` describe.
pub(super) fn view_of(
    dashboard: &Dashboard,
    parameters: &[(String, String)],
) -> Result<ViewState, PageError> {
    ViewState::from_pairs(dashboard, parameters).map_err(|error| bad(dashboard, &error))
}

/// What a program asks for of a view.
#[derive(Debug, Clone, Copy)]
pub enum Wanted<'a> {
    /// All panels.
    All,
    /// The panel of that name.
    Panel(&'a str),
    /// The panels of these names that there are.
    These(&'a [PanelId]),
    /// The panels of these names that there are, and perhaps the choices of the variables.
    Named {
        /// The names.
        panels: &'a [String],
        /// Whether the choices are asked for.
        choices: bool,
    },
}

impl Wanted<'_> {
    /// The names of the panels, in the dashboard's order.
    pub(super) fn panels(self, dashboard: &Dashboard) -> Result<Vec<PanelId>, PageError> {
        Ok(match self {
            Self::All => dashboard.panels.iter().map(|panel| panel.id.clone()).collect(),
            Self::These(ids) => {
                let all = dashboard.panels.iter().map(|panel| panel.id.clone());
                all.filter(|id| ids.contains(id)).collect()
            }
            Self::Panel(id) => vec![panel_of(dashboard, id)?.id.clone()],
            Self::Named { panels, .. } => panels_named(dashboard, panels),
        })
    }

    /// What the engine looks up for these panels.
    pub(super) fn shown(self, panels: Vec<PanelId>) -> Shown {
        match self {
            Self::Named { choices: true, .. } => Shown::Panels(panels),
            Self::All | Self::Panel(_) | Self::These(_) | Self::Named { choices: false, .. } => {
                Shown::Frames(panels)
            }
        }
    }
}

/// The panel of that name.
pub(super) fn panel_of<'a>(dashboard: &'a Dashboard, id: &str) -> Result<&'a Panel, PageError> {
    let found = PanelId::parse(id).ok().and_then(|id| dashboard.panel(&id));
    found.ok_or_else(|| no_panel(dashboard, id))
}

pub(super) fn no_dashboard(slug: &str) -> PageError {
    let slug: String = slug.chars().take(64).collect();
    PageError::NotFound(format!("There is no dashboard \"{slug}\"."))
}

pub(super) fn no_panel(dashboard: &Dashboard, id: &str) -> PageError {
    let id: String = id.chars().take(64).collect();
    PageError::NotFound(format!("{} has no panel \"{id}\".", dashboard.title))
}

/// The error for parameters that make no view.
pub(super) fn bad(dashboard: &Dashboard, error: &impl std::error::Error) -> PageError {
    PageError::BadRequest(error.to_string(), dashboard.slug.clone())
}

/// The panels of these names that the dashboard has, each once, in its order.
pub(super) fn panels_named(dashboard: &Dashboard, names: &[String]) -> Vec<PanelId> {
    let named = |panel: &&Panel| names.iter().any(|name| name == panel.id.as_str());
    dashboard.panels.iter().filter(named).map(|panel| panel.id.clone()).collect()
}
