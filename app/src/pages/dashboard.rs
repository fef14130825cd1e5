//! A dashboard.

use crate::components::{header, panel_card, toolbar};
use crate::service::DashboardPage;
use brisk_domain::Panel;
use leptos::prelude::*;
use std::sync::Arc;

/// A dashboard: head, toolbar, panels on their grid.
pub fn dashboard(page: &Arc<DashboardPage>) -> AnyView {
    let shown: Vec<&Panel> = page.panels.iter().map(|(panel, _)| panel).collect();
    let last = panel_card::last_of_rows(&shown);
    let panels: Vec<AnyView> = page
        .panels
        .iter()
        .zip(last)
        .map(|((panel, slot), last)| panel_card::panel_card(page, panel, slot.clone(), &last))
        .collect();
    view! {
        <main
            id="main"
            data-live=page.live_path()
            data-slug=page.dashboard.slug.to_string()
            data-view=page.query()
            data-pace=header::pace_word(page)
        >
            {header::of_dashboard(page)}
            {toolbar::toolbar(page)}
            <div class="grid">{panels}</div>
        </main>
    }
    .into_any()
}
