//! One panel, large, with its table.

use crate::components::{panel_card, toolbar};
use crate::service::DashboardPage;
use leptos::prelude::*;
use std::sync::Arc;

/// One panel, large, with its table under it.
pub fn panel(page: &Arc<DashboardPage>) -> AnyView {
    let Some((panel, slot)) = page.panels.first() else {
        return ().into_any();
    };
    let title = panel.title_at(page.interval);
    view! {
        <header class="head">
            <nav class="crumbs" aria-label="Breadcrumb">
                <a href=page.link_to(None)>{page.dashboard.title.clone()}</a>
            </nav>
            <h1>{title}</h1>
            <p>{panel.description.clone()}</p>
        </header>
        {toolbar::toolbar(page)}
        <main id="main" class="one">
            {panel_card::large(page, panel, slot.clone())}
            {panel_card::data_table(page, panel, slot.clone())}
        </main>
    }
    .into_any()
}
