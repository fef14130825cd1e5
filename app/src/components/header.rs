//! A dashboard's title, description and time.

use super::icon;
use crate::service::DashboardPage;
use leptos::prelude::*;

/// Title, description, what the range means.
pub(crate) fn header(page: &DashboardPage) -> AnyView {
    let outdated = page.outdated.then(|| {
        view! {
            <p class="notice" role="status">
                {icon::alert()}
                "This dashboard's file is broken; you see its last good version. The log says what is wrong."
            </p>
        }
    });
    view! {
        <header class="head">
            <h1>{page.dashboard.title.clone()}</h1>
            <p>{page.dashboard.description.clone()}</p>
            {outdated}
        </header>
    }
    .into_any()
}
