//! The pages: pure functions of their data.

mod api;
mod cache;
mod cache_figures;
mod cached_dashboard;
mod dashboard;
mod error;
mod home;
mod invalidation;
mod panel;
mod sources;

use crate::Theme;
use crate::components::{icon, top_bar};
use crate::service::Page;
use leptos::prelude::*;

/// The body of `page`, which is shown at `path`.
pub fn page(page: Page, theme: Theme, path: String) -> AnyView {
    let bar = top_bar::top_bar(&page, theme, path);
    let main = match page {
        Page::Home(dashboards) => home::home(&dashboards),
        Page::Dashboard(page) => dashboard::dashboard(&page),
        Page::Panel(page) => panel::panel(&page),
        Page::Api(page) => api::api(&page),
        Page::Sources(page) => sources::sources(&page),
        Page::Cache(page) => cache::cache(&page),
        Page::CachedDashboard(page) => cached_dashboard::cached_dashboard(&page),
        Page::Purge(page) => cached_dashboard::purge(&page),
        Page::Invalidation(page) => invalidation::invalidation(&page),
        Page::Error(error) => error::error(&error),
    };
    view! {
        <div hidden inner_html=icon::SPRITE></div>
        <a class="skip" href="#main">"Skip to content"</a>
        {bar}
        {main}
    }
    .into_any()
}
