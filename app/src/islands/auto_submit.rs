//! Sends a form as soon as its control changes.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// Sends the form around it whenever a control inside it changes.
#[island]
pub fn AutoSubmit(children: Children) -> impl IntoView {
    let submit = |event: web_sys::Event| {
        let control = event
            .target()
            .and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        let form = control.and_then(|control| control.closest("form").ok().flatten());
        if let Some(form) = form.and_then(|form| form.dyn_into::<web_sys::HtmlFormElement>().ok()) {
            // A refused submission leaves the form as it is.
            let _ = form.request_submit();
        }
    };
    view! { <div class="auto" on:change=submit>{children()}</div> }
}
