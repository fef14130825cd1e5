//! The document around every page: head, style, the loader of the islands.

use crate::service::Page;
use crate::{markup, pages};
use leptos::nonce::use_nonce;
use leptos::prelude::*;

/// Where the built assets are.
#[derive(Debug, Clone, Default)]
pub struct Assets {
    /// The style sheet.
    pub css: String,
    /// The module that starts the wasm.
    pub js: String,
    /// The wasm.
    pub wasm: String,
    /// What starts the islands as they appear.
    pub loader: String,
    /// The icon of the browser's tab.
    pub icon: String,
    /// The font, loaded early.
    pub font: String,
}

/// The reader's choice of colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    /// As the system says.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Theme {
    /// Reads the word of the cookie and of the form.
    pub fn parse(word: &str) -> Self {
        match word {
            "light" => Self::Light,
            "dark" => Self::Dark,
            _ => Self::System,
        }
    }

    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

/// The document of a page that is all there, as text. Nothing streams and nothing inline runs, so
/// that it is the same for all readers.
pub fn document(page: Page, assets: &Assets, theme: Theme, path: &str, full: bool) -> String {
    markup::of(|| shell(page, assets, theme, path, full))
}

/// The whole document of `page`.
pub fn shell(
    page: Page,
    assets: &Assets,
    theme: Theme,
    path: &str,
    full: bool,
) -> impl IntoView + use<> {
    // Only islands are hydrated: nothing else needs markers or serialised data.
    if let Some(context) = Owner::current_shared_context() {
        context.set_is_hydrating(false);
    }
    // Only what streams has scripts in it; a page that is complete is the same for all.
    let nonce = page.is_streamed().then(use_nonce).flatten();
    let title = page.title();
    let data_theme = (theme != Theme::System).then(|| theme.word());
    // Without scripts the late panels never move into their places, and nothing follows what is
    // under way: look again.
    let again = (page.is_pending() || page.is_busy()).then(|| {
        view! { <noscript><meta http-equiv="refresh" content="2"/></noscript> }
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
            <body class=full.then_some("full")>{pages::page(page, theme, path)}</body>
        </html>
    }
}
