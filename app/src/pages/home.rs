//! The list of dashboards.

use brisk_domain::Dashboard;
use leptos::prelude::*;
use std::sync::Arc;

/// The list of dashboards.
pub fn home(dashboards: &[Arc<Dashboard>]) -> AnyView {
    let cards: Vec<AnyView> = dashboards.iter().map(|dashboard| card(dashboard)).collect();
    let none = dashboards.is_empty().then(|| {
        view! {
            <p class="page-note">
                "There is no dashboard yet. Put a file such as sales.toml into the dashboards directory; it appears here as soon as it is saved."
            </p>
        }
    });
    view! {
        <main id="main" class="page">
            <h1>"Dashboards"</h1>
            {none}
            <ul class="cards">{cards}</ul>
        </main>
    }
    .into_any()
}

fn card(dashboard: &Dashboard) -> AnyView {
    let panels = match dashboard.panels.len() {
        1 => "1 panel".to_owned(),
        count => format!("{count} panels"),
    };
    view! {
        <li>
            <a class="card" href=format!("/d/{}", dashboard.slug)>
                <strong>{dashboard.title.clone()}</strong>
                <span>{dashboard.description.clone()}</span>
                <small>{panels}" · "{dashboard.range.label()}</small>
            </a>
        </li>
    }
    .into_any()
}
