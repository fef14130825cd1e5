//! A panel's menu: full size, table, downloads, link, clipboard, and cache details.
//!
//! Links work without scripts; entries that need `frontend/scripts/menus.js` are hidden without it.

use super::icon::icon;
use crate::service::DashboardPage;
use brisk_domain::Panel;
use brisk_domain::panel_kind::MenuEntry;
use brisk_domain::parameter;
use brisk_domain::view::query_string;
use leptos::prelude::*;

/// The menu of `panel`, whose title is `title`.
pub(crate) fn menu(page: &DashboardPage, panel: &Panel, title: &str) -> AnyView {
    let note = panel.description.clone().map(|text| view! { <p class="menu-note">{text}</p> });
    let large = page.link_to(Some(panel));
    let view_large = (!page.is_one_panel)
        .then(|| view! { <a href=large.clone()>{icon("expand")}"View large"</a> });
    let as_table = (!panel.kind.traits().is_table())
        .then(|| view! { <a href=format!("{large}#data")>{icon("table")}"Show as table"</a> });
    let elsewhere = page
        .panel_link(panel)
        .map(|(href, title)| view! { <a href=href>{icon("next")}"Open "{title}</a> });
    let image = file(page, panel, "png");
    let copy_image = (image.len() < LONG).then(|| {
        view! {
            <button type="button" class="js-only" data-copy="image" data-link=image>
                {icon("copy")}"Copy image"
            </button>
        }
    });
    let of_its_kind: Vec<AnyView> = panel.kind.traits().menu.iter().map(entry).collect();
    view! {
        <details class="pop end" name="pop">
            <summary class="icon-btn" aria-label=format!("More about {title}")>{icon("dots")}</summary>
            <div class="pop-box menu panel-menu">
                {note}
                {view_large}
                {as_table}
                {elsewhere}
                {downloads(page, panel)}
                <button type="button" class="js-only" data-copy="link" data-link=large>
                    {icon("link")}"Copy link to panel"
                </button>
                {copy_image}
                {image_address(page, panel)}
                {of_its_kind}
                {cache(page, panel)}
            </div>
        </details>
    }
    .into_any()
}

/// An entry that only some kinds have.
fn entry(entry: &MenuEntry) -> AnyView {
    match entry {
        MenuEntry::CopyValue => view! {
            <button type="button" class="js-only" data-copy="value">
                {icon("copy")}"Copy value"<small></small>
            </button>
        }
        .into_any(),
    }
}

/// Addresses from this length on, in bytes, where very much is chosen, are not repeated for each form of a file.
const LONG: usize = 8 << 10;

/// The panel's data and its drawing as files, each kind in a row.
fn downloads(page: &DashboardPage, panel: &Panel) -> AnyView {
    let link = |name: &'static str| {
        let (address, label) =
            (file(page, panel, &name.to_lowercase()), format!("Download {name}"));
        view! { <a href=address download aria-label=label>{name}</a> }.into_any()
    };
    let row = |words: &'static str, names: &[&'static str]| {
        let links: Vec<AnyView> = names.iter().copied().map(link).collect();
        view! { <div class="menu-row">{icon("download")}<span>{words}</span>{links}</div> }
            .into_any()
    };
    if file(page, panel, "csv").len() >= LONG {
        return row("Download data", &["CSV"]);
    }
    let (data, drawing) = (&["CSV", "XLSX"], &["PNG", "SVG", "PDF"]);
    [row("Download data", data), row("Download image", drawing)].into_any()
}

/// The panel in this view, as a file with that ending.
fn file(page: &DashboardPage, panel: &Panel, ending: &str) -> String {
    let query = page.view.query_string(&page.dashboard);
    format!("/api/v1/dashboards/{}/panels/{}.{ending}{query}", page.dashboard.slug, panel.id)
}

/// The form that makes an address of the image, for those who look after the dashboard.
fn image_address(page: &DashboardPage, panel: &Panel) -> Option<AnyView> {
    let own = page.link_to(Some(panel));
    if !page.looks_behind || own.len() >= LONG {
        return None;
    }
    let asked = query_string(&[("of".to_owned(), own)]);
    let form = format!("/admin/images{asked}#new-address");
    Some(view! { <a href=form>{icon("link")}"Image for other pages…"</a> }.into_any())
}

/// Cache details, fetched when they are opened. Without scripts they are on the panel's own page.
fn cache(page: &DashboardPage, panel: &Panel) -> Option<AnyView> {
    if !page.looks_behind {
        return None;
    }
    let pair = |name: &str, value: String| (name.to_owned(), value);
    let asked = query_string(&[
        pair("slug", page.dashboard.slug.to_string()),
        pair("panel", panel.id.to_string()),
        pair("query", page.view.query_string(&page.dashboard)),
    ]);
    let mut pairs = page.pairs();
    pairs.push(pair(parameter::CACHE, "1".to_owned()));
    let own = format!("/d/{}/p/{}{}#cache", page.dashboard.slug, panel.id, query_string(&pairs));
    let details = view! {
        <details class="cache" data-src=format!("/fn/cache{asked}")>
            <summary>{icon("cache")}"Cache details"</summary>
            <div class="cache-box" aria-live="polite">
                <a href=own>"Open on the panel's page"</a>
            </div>
        </details>
    };
    Some(details.into_any())
}
