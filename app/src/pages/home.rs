//! The list of dashboards.

use brisk_domain::Dashboard;
use brisk_domain::panel_kind::Thumbnail;
use leptos::prelude::*;
use std::sync::Arc;

/// Rows of the grid that a card's plan shows.
const PLAN_ROWS: u16 = 12;

/// The list of dashboards.
pub fn home(dashboards: &[Arc<Dashboard>]) -> AnyView {
    if dashboards.is_empty() {
        return view! {
            <main id="main" class="page">
                <div class="sheet">
                    <h1>"No dashboards yet"</h1>
                    <p>"Put a file such as sales.toml into the dashboards directory. It appears here as soon as it is saved."</p>
                </div>
            </main>
        }
        .into_any();
    }
    let cards: Vec<AnyView> = dashboards.iter().map(|dashboard| card(dashboard)).collect();
    view! {
        <main id="main">
            <div class="page-head"><div><h1>"Dashboards"</h1></div></div>
            <div class="page"><ul class="cards">{cards}</ul></div>
        </main>
        <footer class="foot"><a href="/api">"API"</a><a href="/admin/sources">"Sources"</a><a href="/admin/activity">"Activity"</a></footer>
    }
    .into_any()
}

fn card(dashboard: &Dashboard) -> AnyView {
    let panels = match dashboard.panels.len() {
        1 => "1 panel".to_owned(),
        count => format!("{count} panels"),
    };
    let description = dashboard.description.clone().map(|text| view! { <p>{text}</p> });
    view! {
        <li class="card">
            {plan(dashboard)}
            <h2><a href=format!("/d/{}", dashboard.slug)>{dashboard.title.clone()}</a></h2>
            {description}
            <p class="meta">{panels}" · "{dashboard.range.label()}</p>
        </li>
    }
    .into_any()
}

/// The dashboard in miniature.
fn plan(dashboard: &Dashboard) -> AnyView {
    let shown = dashboard.panels.iter().filter(|panel| panel.place.y < PLAN_ROWS);
    let cells: Vec<AnyView> = shown
        .map(|panel| {
            let place = panel.place;
            let class = match panel.kind.traits().thumbnail {
                Thumbnail::Figure => Some("fig"),
                Thumbnail::Surface => None,
            };
            view! {
                <rect class=class x=18 + place.x * 24 y=18 + place.y * 10 width=place.w * 24 - 4 height=place.h * 10 - 4 rx="3"></rect>
            }
            .into_any()
        })
        .collect();
    view! {
        <svg class="plan" viewBox="0 0 320 132" preserveAspectRatio="xMidYMin slice" aria-hidden="true">{cells}</svg>
    }
    .into_any()
}
