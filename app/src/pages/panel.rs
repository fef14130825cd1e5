//! One panel, large, with the table of its data.

use crate::components::{cache_details, header, panel_card, toolbar};
use crate::service::DashboardPage;
use leptos::prelude::*;
use std::sync::Arc;

/// One panel, large, with the table of its data under it, unless it is a table itself.
pub fn panel(page: &Arc<DashboardPage>) -> AnyView {
    let Some((panel, slot)) = page.panels.first() else {
        return ().into_any();
    };
    view! {
        <main
            id="main"
            data-live=page.live_path()
            data-slug=page.dashboard.slug.to_string()
            data-view=page.query()
            data-pace=header::pace_word(page)
            data-large="true"
        >
            {header::of_panel(page, panel)}
            {toolbar::toolbar(page)}
            <div class="page">
                {panel_card::large(page, panel, slot.clone())}
                {(!panel.kind.traits().is_table()).then(|| panel_card::data_table(page, panel, slot.clone()))}
                {assumptions(page)}
                {cache_details::section(page.entries.as_ref())}
            </div>
        </main>
    }
    .into_any()
}

/// Assumptions about columns without a time zone.
fn assumptions(page: &DashboardPage) -> Vec<AnyView> {
    let sentences = page.assumptions.iter().cloned();
    sentences.map(|sentence| view! { <p class="cache-why">{sentence}</p> }.into_any()).collect()
}
