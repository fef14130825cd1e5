//! The head of a page: title, description, time.

use super::icon::icon;
use crate::service::{DashboardPage, PanelSlot};
use brisk_domain::{Pace, Panel};
use leptos::prelude::*;

/// The head of a dashboard.
pub(crate) fn of_dashboard(page: &DashboardPage) -> AnyView {
    let description = page.dashboard.description.clone().map(|text| view! { <p>{text}</p> });
    let outdated = page.outdated.then(|| {
        view! {
            <div class="page">
                <p class="banner" role="status">
                    {icon("alert")}
                    "This dashboard's file is broken; this is its last good version. The server's log says what is wrong."
                </p>
            </div>
        }
    });
    view! {
        <div class="page-head">
            <div><h1>{page.dashboard.title.clone()}</h1>{description}</div>
            {as_of(page)}
        </div>
        {outdated}
    }
    .into_any()
}

/// The head of a panel's own page.
pub(crate) fn of_panel(page: &DashboardPage, panel: &Panel) -> AnyView {
    let description = panel.description.clone().map(|text| view! { <p>{text}</p> });
    view! {
        <div class="page-head">
            <div>
                <a class="back" href=page.link_to(None)>{icon("back")}{page.dashboard.title.clone()}</a>
                <h1>{panel.title_at(page.interval)}</h1>
                {description}
            </div>
            {as_of(page)}
        </div>
    }
    .into_any()
}

fn as_of(page: &DashboardPage) -> AnyView {
    view! {
        <p class="as-of">
            <b>{page.bounds.label(&page.offsets)}</b>
            <span>"by "{page.interval.word()}</span>
            <span>{page.dashboard.zone.to_string()}</span>
            {updated(page)}
        </p>
    }
    .into_any()
}

/// When the oldest panel was loaded, once all of them are there.
fn updated(page: &DashboardPage) -> Option<AnyView> {
    let loaded = page.panels.iter().map(|(_, slot)| match slot {
        PanelSlot::Ready(data) => Some((data.as_of, &data.offsets)),
        PanelSlot::Failed(_) | PanelSlot::Pending { .. } => None,
    });
    let loaded = loaded.collect::<Option<Vec<_>>>()?.into_iter();
    // With the offset at its own instant, which may be outside of the range.
    let (oldest, zone) = loaded.min_by_key(|(as_of, _)| *as_of)?;
    let at = zone.local(oldest).format("%H:%M").to_string();
    Some(view! { <span class="loaded-at">"loaded "{at}</span> }.into_any())
}

/// How the page follows its data, for scripts.
pub(crate) fn pace_word(page: &DashboardPage) -> &'static str {
    if page.pace == Pace::ByHand { "by-hand" } else { "live" }
}
