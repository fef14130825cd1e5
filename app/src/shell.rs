//! The document around every page: head, style, the loader of the islands.

use crate::assets::Assets;
use crate::components::panel_card;
use crate::service::{DashboardPage, Page, Reader};
use crate::theme::Theme;
use crate::{markup, pages};
use leptos::nonce::use_nonce;
use leptos::prelude::*;
use std::sync::Arc;

/// How a page looks to its reader, besides its data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Look {
    /// The colours.
    pub theme: Theme,
    /// Whether only the panels are shown.
    pub full: bool,
    /// Who reads it.
    pub reader: Reader,
}

/// The document of a complete page, as text. Nothing streams and no inline script runs, so it is the
/// same for all readers.
pub fn document(page: Page, assets: &Assets, look: Look, path: &str) -> String {
    markup::of(|| shell(page, assets, look, path))
}

/// Draws the panels that are ready on the drawing threads, so that the document only has to assemble
/// them.
pub async fn draw_ahead(page: &Arc<DashboardPage>) {
    let drawn = Arc::clone(page);
    page.fragments.drawing().run(move || panel_card::draw_ahead(&drawn)).await;
}

/// The whole document of `page`.
pub fn shell(page: Page, assets: &Assets, look: Look, path: &str) -> impl IntoView + use<> {
    let Look { theme, full, reader } = look;
    // Only islands are hydrated: nothing else needs markers or serialised data.
    if let Some(context) = Owner::current_shared_context() {
        context.set_is_hydrating(false);
    }
    // Only streaming pages have inline scripts; a complete page is the same for everybody.
    let nonce = page.is_streamed().then(use_nonce).flatten();
    let title = page.title();
    let data_theme = (theme != Theme::System).then(|| theme.word());
    // Without scripts the late panels never move into their places, and nothing follows what is
    // under way: look again. What is not cached, or fails, would be late each time: it is waited for there.
    let again = match (page.is_pending(), page.is_busy()) {
        (true, _) => Some(format!("2;url={}", DashboardPage::whole_at(path))),
        (false, true) => Some("2".to_owned()),
        (false, false) => None,
    };
    let again = again.map(|content| {
        view! { <noscript><meta http-equiv="refresh" content=content/></noscript> }
    });
    let loader = view! {
        <script
            type="module"
            async
            nonce=nonce.clone()
            src=assets.loader.clone()
            data-js=assets.js.clone()
            data-wasm=assets.wasm.clone()
            id="loader"
        ></script>
    };
    let (css, font, icon) = (assets.css.clone(), assets.font.clone(), assets.icon.clone());
    let (js, wasm) = (assets.js.clone(), assets.wasm.clone());
    let path = path.to_owned();
    view! {
        <!DOCTYPE html>
        <html lang="en" data-theme=data_theme>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <title>{title}</title>
                <link rel="icon" type="image/svg+xml" href=icon/>
                <link rel="preload" href=font r#as="font" r#type="font/woff2" crossorigin="anonymous"/>
                <link rel="stylesheet" href=css/>
                <link rel="modulepreload" href=js/>
                <link rel="preload" href=wasm r#as="fetch" r#type="application/wasm" crossorigin="anonymous"/>
                {again}
                {loader}
            </head>
            <body class=full.then_some("full")>{pages::page(page, theme, reader, path)}</body>
        </html>
    }
}
