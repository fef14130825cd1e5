//! Small line icons: one sprite a page, references everywhere else.

use leptos::prelude::*;

/// All icons, once in a page.
pub(crate) const SPRITE: &str = include_str!("sprite.svg");

/// The icon of that name in `sprite.svg`.
pub(crate) fn icon(name: &'static str) -> AnyView {
    view! { <svg class="i" aria-hidden="true"><use href=format!("#i-{name}")></use></svg> }
        .into_any()
}

/// The small arrow at the end of a button that opens something.
pub(crate) fn chevron() -> AnyView {
    view! { <svg class="i chev" aria-hidden="true"><use href="#i-chevron"></use></svg> }.into_any()
}
