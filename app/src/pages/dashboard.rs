//! A dashboard.

use crate::components::{header, panel_card, toolbar};
use crate::service::DashboardPage;
use leptos::prelude::*;
use std::sync::Arc;

/// A dashboard: header, toolbar, panels on their grid.
pub fn dashboard(page: &Arc<DashboardPage>) -> AnyView {
    let panels: Vec<AnyView> = page
        .panels
        .iter()
        .map(|(panel, slot)| panel_card::panel_card(page, panel, slot.clone()))
        .collect();
    view! {
        {header::header(page)}
        {toolbar::toolbar(page)}
        <main id="main" class="grid">{panels}</main>
        <footer class="foot">
            "Times in "{page.dashboard.zone.to_string()}" · Drawn by Brisk"
        </footer>
    }
    .into_any()
}
