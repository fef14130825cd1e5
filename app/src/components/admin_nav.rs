//! The way between the pages of administration.

use crate::service::Page;
use leptos::prelude::*;

/// The pages of administration: address and name.
const PAGES: [(&str, &str); 5] = [
    ("/admin/cache", "Cache"),
    ("/admin/invalidation", "Invalidation"),
    ("/admin/sources", "Sources"),
    ("/admin/people", "People"),
    ("/admin/activity", "Activity"),
];

/// Links to the pages of administration, on each of them.
pub(super) fn admin_nav(page: &Page) -> Option<AnyView> {
    let here = match page {
        Page::Cache(_) | Page::CachedDashboard(_) | Page::CachePolicy(_) | Page::Purge(_) => {
            "/admin/cache"
        }
        Page::Invalidation(_) => "/admin/invalidation",
        Page::Sources(_) => "/admin/sources",
        Page::People(_) | Page::Account(_) => "/admin/people",
        Page::Activity(_) => "/admin/activity",
        Page::Home(_)
        | Page::Dashboard(_)
        | Page::Panel(_)
        | Page::Api(_)
        | Page::SignIn(_)
        | Page::SetUp(_)
        | Page::SecondFactor(_)
        | Page::Profile(_)
        | Page::Error(_) => return None,
    };
    let links = Vec::from(PAGES.map(|(href, name)| {
        let current = (href == here).then_some("page");
        view! { <a class="btn quiet" href=href aria-current=current>{name}</a> }.into_any()
    }));
    Some(view! { <nav class="admin-nav" aria-label="Administration">{links}</nav> }.into_any())
}
