//! The pages: pure functions of their data.

mod activity;
mod api;
mod cache;
mod cache_figures;
mod cache_policy;
mod cached_dashboard;
mod dashboard;
mod deliveries;
mod error;
mod folders;
mod form_parts;
mod home;
mod identities;
mod image_keys;
mod invalidation;
mod jobs;
mod noticed;
mod panel;
mod people;
mod playground;
mod profile;
mod report_runs;
mod reports;
mod schedules;
mod second_factor;
mod sign_in;
mod source_form;
mod sources;
mod unsubscribe;
mod warming;
mod webhook;
mod webhook_snippets;

use crate::Theme;
use crate::components::{icon, top_bar};
use crate::service::{Page, Reader};
use leptos::prelude::*;

/// The body of `page`, which is shown to `reader` at `path`.
pub fn page(page: Page, theme: Theme, reader: Reader, path: String) -> AnyView {
    let bar = top_bar::top_bar(&page, theme, reader, path.clone());
    let main = match page {
        Page::Home(dashboards) => home::home(&dashboards, reader),
        Page::Dashboard(page) => dashboard::dashboard(&page),
        Page::Panel(page) => panel::panel(&page),
        Page::Api(page) => api::api(&page),
        Page::Playground(page) => playground::playground(&page),
        Page::Sources(page) => sources::sources(&page),
        Page::SourceForm(page) => source_form::source_form(&page),
        Page::RemoveSource(page) => source_form::remove(&page),
        Page::Folders(page) => folders::folders(&page),
        Page::ImageKeys(page) => image_keys::image_keys(&page),
        Page::Reports(page) => reports::reports(&page),
        Page::Report(page) => report_runs::report(&page),
        Page::RemoveReport(page) => reports::remove(&page),
        Page::Unsubscribe(page) => unsubscribe::unsubscribe(&page),
        Page::Schedules(page) => schedules::schedules(&page),
        Page::RemoveSchedule(page) => schedules::remove(&page),
        Page::Jobs(page) => jobs::jobs(&page),
        Page::Activity(page) => activity::activity(&page),
        Page::Cache(page) => cache::cache(&page),
        Page::CachedDashboard(page) => cached_dashboard::cached_dashboard(&page),
        Page::CachePolicy(page) => cache_policy::cache_policy(&page),
        Page::Purge(page) => cached_dashboard::purge(&page),
        Page::Invalidation(page) => invalidation::invalidation(&page),
        Page::Webhook(page) => webhook::webhook(&page),
        Page::SourceChanges(page) => noticed::source_changes(&page),
        Page::SignIn(page) => sign_in::sign_in(&page),
        Page::SignedOut(page) => sign_in::signed_out(&page),
        Page::SetUp(page) => sign_in::set_up(&page, &path),
        Page::SecondFactor(page) => second_factor::second_factor(&page),
        Page::Profile(page) => profile::profile(&page, theme),
        Page::People(page) => people::people(&page),
        Page::Account(page) => people::account(&page),
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
