//! The top bar: home, dashboards, full screen, theme.

use super::admin_nav::admin_nav;
use super::icon::{chevron, icon};
use crate::Theme;
use crate::service::{Page, Reader};
use brisk_domain::parameter;
use leptos::prelude::*;

/// The bar at the top of `page`, which is shown to `reader` at `path`.
pub(crate) fn top_bar(page: &Page, theme: Theme, reader: Reader, path: String) -> AnyView {
    // The address of such a link is a secret, and not a page to return to.
    let is_secret = matches!(page, Page::SetUp(_) | Page::Unsubscribe(_));
    let path = if is_secret { "/".to_owned() } else { path };
    let buttons = [
        (Theme::System, "system", "Follow the system"),
        (Theme::Light, "sun", "Light"),
        (Theme::Dark, "moon", "Dark"),
    ];
    let buttons = Vec::from(buttons.map(|(choice, name, label)| {
        let pressed = if choice == theme { "true" } else { "false" };
        view! {
            <button class="icon-btn" name=parameter::THEME value=choice.word() aria-pressed=pressed aria-label=label title=label>
                {icon(name)}
            </button>
        }
        .into_any()
    }));
    view! {
        <header class="topbar">
            <a class="brand" href="/">{icon("logo")}"Brisk"</a>
            {switcher(page)}
            {admin_nav(page, reader)}
            <div class="topbar-end">
                {administration(page, reader)}
                {account(page, reader, &path)}
                {wall(page)}
                <button class="icon-btn js-only" type="button" data-full-screen aria-label="Full screen" title="Full screen">
                    {icon("full")}
                </button>
                <form class="switch" method="post" action="/theme" aria-label="Theme">
                    <input type="hidden" name=parameter::BACK value=path/>
                    {buttons}
                </form>
            </div>
        </header>
    }
    .into_any()
}

/// The link to administration, for those who may go there.
fn administration(page: &Page, reader: Reader) -> Option<AnyView> {
    if admin_nav(page, reader).is_some() {
        return None;
    }
    let (href, words) = match reader {
        Reader::Anybody | Reader::Admin => ("/admin", "Admin"),
        Reader::Editor => ("/admin/cache", "Cache"),
        Reader::Nobody | Reader::Person => return None,
    };
    Some(view! { <a class="btn quiet" href=href>{words}</a> }.into_any())
}

/// The link to the reader's own account. It names nobody, so that many readers can share a page.
fn account(page: &Page, reader: Reader, path: &str) -> Option<AnyView> {
    match (reader, page) {
        (Reader::Anybody, _)
        | (Reader::Nobody, Page::SignIn(_) | Page::SignedOut(_) | Page::SetUp(_)) => None,
        (Reader::Nobody, _) => {
            let back = brisk_domain::view::query_string(&[("back".to_owned(), path.to_owned())]);
            Some(
                view! { <a class="btn quiet" href=format!("/sign-in{back}")>"Sign in"</a> }
                    .into_any(),
            )
        }
        // No other page is accessible before that.
        (_, Page::SecondFactor(_)) => None,
        (Reader::Person | Reader::Editor | Reader::Admin, _) => {
            let here = matches!(page, Page::Profile(_)).then_some("page");
            Some(
                view! { <a class="btn quiet" href="/profile" aria-current=here>"Profile"</a> }
                    .into_any(),
            )
        }
    }
}

fn switcher(page: &Page) -> AnyView {
    let (Page::Dashboard(page) | Page::Panel(page)) = page else {
        return ().into_any();
    };
    let links: Vec<AnyView> = page
        .siblings
        .iter()
        .map(|(slug, title)| {
            let here = (*slug == page.dashboard.slug).then_some("page");
            view! { <a href=format!("/d/{slug}") aria-current=here>{title.clone()}</a> }.into_any()
        })
        .collect();
    view! {
        <nav aria-label="Dashboards">
            <details class="pop" name="pop">
                <summary class="btn quiet">"Dashboards"{chevron()}</summary>
                <div class="pop-box menu">{links}</div>
            </details>
        </nav>
    }
    .into_any()
}

/// Without scripts, full screen is a link to the page without its bar.
fn wall(page: &Page) -> Option<AnyView> {
    let (Page::Dashboard(page) | Page::Panel(page)) = page else {
        return None;
    };
    let href = page.link_with(&[(parameter::FULL, Some("1".to_owned()))]);
    Some(
        view! {
            <noscript>
                <a class="icon-btn" href=href aria-label="Only the panels" title="Only the panels">{icon("full")}</a>
            </noscript>
        }
        .into_any(),
    )
}
