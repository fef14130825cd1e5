//! Line icons: one sprite per page, referenced everywhere else.

use leptos::prelude::*;

/// The sprite with all icons; once per page.
pub(crate) const SPRITE: &str = include_str!("sprite.svg");

/// The icon `name` of `sprite.svg`.
pub(crate) fn icon(name: &'static str) -> AnyView {
    view! { <svg class="i" aria-hidden="true"><use href=format!("#i-{name}")></use></svg> }
        .into_any()
}

/// The small arrow at the end of a button that opens something.
pub(crate) fn chevron() -> AnyView {
    view! { <svg class="i chev" aria-hidden="true"><use href="#i-chevron"></use></svg> }.into_any()
}
