//! The error page: what went wrong, and what to do.

use crate::service::ErrorPage;
use leptos::prelude::*;

/// A page that says what went wrong.
pub fn error(error: &ErrorPage) -> AnyView {
    let (href, words) = error.link.clone();
    view! {
        <main id="main" class="page">
            <div class="sheet">
                <p class="code">{error.status}</p>
                <h1>{error.title.clone()}</h1>
                <p>{error.message.clone()}</p>
                <div class="actions"><a class="btn primary" href=href>{words}</a></div>
            </div>
        </main>
    }
    .into_any()
}
