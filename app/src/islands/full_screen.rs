//! Shows the page on the whole screen.

use leptos::prelude::*;

/// A button that shows the page on the whole screen, and back.
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
        <button class="icon-button" type="button" aria-label="Full screen" title="Full screen" on:click=toggle>
            <svg class="icon" viewBox="0 0 16 16" aria-hidden="true"><path d="M2 6V2h4M10 2h4v4M14 10v4h-4M6 14H2v-4"/></svg>
        </button>
    }
}
