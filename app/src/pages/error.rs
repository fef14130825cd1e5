//! What went wrong, and what to do.

use crate::service::ErrorPage;
use leptos::prelude::*;

/// A page that says what went wrong.
pub fn error(error: &ErrorPage) -> AnyView {
    let (href, words) = error.link.clone();
    view! {
        <main id="main" class="page page-error">
            <h1>{error.title.clone()}</h1>
            <p>{error.message.clone()}</p>
            <p><a class="button" href=href>{words}</a></p>
        </main>
    }
    .into_any()
}
