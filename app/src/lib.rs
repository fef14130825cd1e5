//! Pages, components, islands and server functions. Built twice: for the server (`ssr`), which
//! renders whole pages, and for the browser (`hydrate`), which holds only the islands.
//!
//! - [`pages`]: one file a page; pure functions of the page's data;
//! - `components`: what pages are made of;
//! - [`islands`]: the interactive parts, the only code that runs in the browser;
//! - [`server_functions`]: how islands read after the first load;
//! - [`fragments`]: a cache of recent drawings;
//! - [`service`]: what the server provides, as a small trait, so that nothing here knows the
//!   engine.
//!
//! To add a page: its data in [`service::Page`], its file in [`pages`], its route in the server.

#![recursion_limit = "512"]
// Leptos' macros make these.
#![allow(unreachable_pub, clippy::unwrap_used, clippy::expect_used)]

#[cfg(feature = "ssr")]
mod assets;
#[cfg(feature = "ssr")]
mod components;
#[cfg(feature = "ssr")]
pub mod drawing;
#[cfg(feature = "ssr")]
pub mod fragments;
pub mod islands;
#[cfg(feature = "ssr")]
mod markup;
#[cfg(feature = "ssr")]
pub mod pages;
#[cfg(feature = "ssr")]
mod row_links;
pub mod server_functions;
#[cfg(feature = "ssr")]
pub mod service;
#[cfg(feature = "ssr")]
mod shell;
#[cfg(feature = "ssr")]
mod theme;

#[cfg(feature = "ssr")]
pub use assets::Assets;
#[cfg(feature = "ssr")]
pub use service::Reader;
#[cfg(feature = "ssr")]
pub use shell::{Look, document, draw_ahead, shell};
#[cfg(feature = "ssr")]
pub use theme::Theme;
