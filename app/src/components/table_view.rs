//! A frame as a table that can be sorted and paged.

use crate::service::DashboardPage;
use brisk_chart::{Input, TableView};
use brisk_domain::Panel;

/// The table of `input`, with its controls.
pub(crate) fn table(page: &DashboardPage, panel: &Panel, input: &Input<'_>) -> String {
    let state = page.presentation.table(&panel.id);
    let (action, pairs) = (page.path(), page.pairs());
    let view =
        TableView { panel: panel.id.as_str(), state: &state, action: &action, pairs: &pairs };
    brisk_chart::table(input, &view)
}
