//! The pages: pure functions of their data.

mod activity;
mod api;
mod dashboard;
mod error;
mod home;
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
        Page::Activity(page) => activity::activity(&page),
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
