//! The list of dashboards.

use crate::service::Reader;
use brisk_domain::panel_kind::Thumbnail;
use brisk_domain::{Dashboard, Folder};
use leptos::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Rows of the grid that a card's plan shows.
const PLAN_ROWS: u16 = 12;

/// The list of the dashboards that `reader` may see.
pub fn home(dashboards: &[Arc<Dashboard>], reader: Reader) -> AnyView {
    if dashboards.is_empty() && !reader.administers() {
        return view! {
            <main id="main" class="page">
                <div class="sheet">
                    <h1>"No dashboards for you yet"</h1>
                    <p>"Ask an administrator to put you into a team whose dashboards you need."</p>
                </div>
            </main>
        }
        .into_any();
    }
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
    let mut folders: BTreeMap<Option<&Folder>, Vec<AnyView>> = BTreeMap::new();
    for dashboard in dashboards {
        folders.entry(dashboard.folder.as_ref()).or_default().push(card(dashboard));
    }
    let folders = folders.into_iter().map(|(folder, cards)| {
        let title = folder.map(|folder| view! { <h2 class="folder">{folder.title.clone()}</h2> });
        view! { {title}<ul class="cards">{cards}</ul> }.into_any()
    });
    let folders: Vec<AnyView> = folders.collect();
    let administration = reader.administers().then(|| {
        let people =
            (reader == Reader::Admin).then(|| view! { <a href="/admin/people">"People"</a> });
        view! { <a href="/admin/sources">"Sources"</a>{people}<a href="/admin/activity">"Activity"</a> }
    });
    view! {
        <main id="main">
            <div class="page-head"><div><h1>"Dashboards"</h1></div></div>
            <div class="page">{folders}</div>
        </main>
        <footer class="foot"><a href="/api">"API"</a>{administration}</footer>
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
