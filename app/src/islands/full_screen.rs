//! Full screen.

use leptos::prelude::*;

/// A button that enters and leaves full screen.
#[island]
pub fn FullScreen() -> impl IntoView {
    let toggle = |_| {
        let document = document();
        if document.fullscreen_element().is_some() {
            document.exit_fullscreen();
        } else if let Some(root) = document.document_element() {
            // Browsers may refuse; then nothing changes.
            let _ = root.request_fullscreen();
        }
    };
    view! {
        <button class="icon-btn js-only" type="button" aria-label="Full screen" title="Full screen" on:click=toggle>
            <svg class="i" aria-hidden="true"><use href="#i-full"></use></svg>
        </button>
    }
}
