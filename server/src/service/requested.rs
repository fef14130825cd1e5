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

/// Which panels of a dashboard are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Which<'a> {
    /// All of them.
    All,
    /// The one of that name.
    One(&'a str),
    /// Those of these names that there are.
    These(&'a [PanelId]),
}

/// The names of the panels, in the dashboard's order.
pub(super) fn panels_of(
    dashboard: &Dashboard,
    which: Which<'_>,
) -> Result<Vec<PanelId>, PageError> {
    let all = dashboard.panels.iter().map(|panel| panel.id.clone());
    match which {
        Which::All => Ok(all.collect()),
        Which::One(id) => Ok(vec![panel_of(dashboard, id)?.id.clone()]),
        Which::These(ids) => Ok(all.filter(|id| ids.contains(id)).collect()),
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
