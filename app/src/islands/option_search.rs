//! Type to find an option.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// A search box that hides the options of its form that do not match.
#[island]
pub fn OptionSearch(
    /// What is searched for, in lower case: `country`.
    label: String,
) -> impl IntoView {
    let find = |event: web_sys::Event| {
        let input = event.target().and_then(|t| t.dyn_into::<web_sys::HtmlInputElement>().ok());
        let Some(input) = input else { return };
        let wanted = input.value().to_lowercase();
        let Ok(Some(form)) = input.closest("form") else {
            return;
        };
        let mut found = false;
        if let Ok(options) = form.query_selector_all(".option") {
            for i in 0..options.length() {
                let option = options.get(i).and_then(|n| n.dyn_into::<web_sys::HtmlElement>().ok());
                let Some(option) = option else { continue };
                let text = option.text_content().unwrap_or_default().to_lowercase();
                let matches = text.contains(&wanted);
                option.set_hidden(!matches);
                found |= matches;
            }
        }
        if let Ok(Some(none)) = form.query_selector(".no-match")
            && let Ok(none) = none.dyn_into::<web_sys::HtmlElement>()
        {
            none.set_hidden(found);
        }
    };
    let label = format!("Find a {label}");
    view! {
        <label class="search js-only">
            <svg class="i" aria-hidden="true"><use href="#i-search"></use></svg>
            <input type="search" placeholder=label.clone() aria-label=label autocomplete="off" on:input=find/>
        </label>
    }
}
