//! Navigation between the pages of administration.

use crate::service::{Page, Reader};
use leptos::prelude::*;

/// The pages of administration: address and name. Those for editors come first.
const PAGES: [(&str, &str); 10] = [
    ("/admin/cache", "Cache"),
    ("/admin/folders", "Folders"),
    ("/admin/images", "Images"),
    ("/admin/reports", "Reports"),
    ("/admin/schedules", "Schedules"),
    ("/admin/jobs", "Jobs"),
    ("/admin/invalidation", "Invalidation"),
    ("/admin/sources", "Sources"),
    ("/admin/people", "People"),
    ("/admin/activity", "Activity"),
];

/// How many of [`PAGES`] are for editors.
const OF_EDITORS: usize = 3;

/// Links to the pages of administration, on each of them.
pub(super) fn admin_nav(page: &Page, reader: Reader) -> Option<AnyView> {
    let here = match page {
        Page::Cache(_) | Page::CachedDashboard(_) | Page::CachePolicy(_) | Page::Purge(_) => {
            "/admin/cache"
        }
        Page::Invalidation(_) | Page::Webhook(_) | Page::SourceChanges(_) => "/admin/invalidation",
        Page::Reports(_) | Page::Report(_) | Page::RemoveReport(_) => "/admin/reports",
        Page::Schedules(_) | Page::RemoveSchedule(_) => "/admin/schedules",
        Page::Jobs(_) => "/admin/jobs",
        Page::Folders(_) => "/admin/folders",
        Page::ImageKeys(_) => "/admin/images",
        Page::Sources(_) | Page::SourceForm(_) | Page::RemoveSource(_) => "/admin/sources",
        Page::People(_) | Page::Account(_) => "/admin/people",
        Page::Activity(_) => "/admin/activity",
        Page::Home(_)
        | Page::Dashboard(_)
        | Page::Panel(_)
        | Page::Api(_)
        | Page::Playground(_)
        | Page::SignIn(_)
        | Page::SignedOut(_)
        | Page::SetUp(_)
        | Page::Unsubscribe(_)
        | Page::SecondFactor(_)
        | Page::Profile(_)
        | Page::Error(_) => return None,
    };
    let pages = match reader {
        Reader::Anybody | Reader::Admin => &PAGES[..],
        Reader::Editor => &PAGES[..OF_EDITORS],
        Reader::Nobody | Reader::Person => return None,
    };
    let link = |(href, name): &(&'static str, &'static str)| {
        let current = (*href == here).then_some("page");
        view! { <a class="btn quiet" href=*href aria-current=current>{*name}</a> }.into_any()
    };
    let links: Vec<AnyView> = pages.iter().map(link).collect();
    Some(view! { <nav class="admin-nav" aria-label="Administration">{links}</nav> }.into_any())
}
