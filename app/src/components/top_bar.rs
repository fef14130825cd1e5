//! The bar at the top: home, the dashboards, colours.

use super::icon;
use crate::Theme;
use crate::islands::FullScreen;
use crate::service::Page;
use leptos::prelude::*;

/// The bar at the top of `page`.
pub(crate) fn top_bar(page: &Page, theme: Theme, path: String) -> AnyView {
    let switcher = match page {
        Page::Dashboard(page) | Page::Panel(page) => {
            let current = page.dashboard.slug.clone();
            let links: Vec<AnyView> = page
                .siblings
                .iter()
                .map(|(slug, title)| {
                    let here = (*slug == current).then_some("page");
                    view! {
                        <li><a href=format!("/d/{slug}") aria-current=here>{title.clone()}</a></li>
                    }
                    .into_any()
                })
                .collect();
            view! {
                <details class="pop" name="pop">
                    <summary>{page.dashboard.title.clone()}{icon::chevron()}</summary>
                    <ul class="pop-body menu">{links}</ul>
                </details>
            }
            .into_any()
        }
        _ => ().into_any(),
    };
    let buttons =
        [Theme::System, Theme::Light, Theme::Dark].map(|choice| theme_button(choice, theme));
    let buttons = Vec::from(buttons);
    view! {
        <nav class="top" aria-label="Main">
            <a class="brand" href="/"><span>{icon::mark()}</span>"Brisk"</a>
            {switcher}
            <span class="push"></span>
            <FullScreen/>
            <form class="theme" method="post" action="/preferences" aria-label="Colours">
                <input type="hidden" name="back" value=path/>
                {buttons}
            </form>
        </nav>
    }
    .into_any()
}

fn theme_button(choice: Theme, current: Theme) -> AnyView {
    let (icon, label) = match choice {
        Theme::System => (icon::monitor(), "Colours of the system"),
        Theme::Light => (icon::sun(), "Light colours"),
        Theme::Dark => (icon::moon(), "Dark colours"),
    };
    let pressed = if choice == current { "true" } else { "false" };
    view! {
        <button name="theme" value=choice.word() aria-label=label title=label aria-pressed=pressed>
            {icon}
        </button>
    }
    .into_any()
}
