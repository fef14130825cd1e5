//! A table of records on the pages of administration, which scrolls within its card where it is
//! wider.

use leptos::prelude::*;

/// The head of a column.
#[derive(Clone, Copy)]
pub(crate) enum Head {
    /// Above texts.
    Text(&'static str),
    /// Above numbers, which are right-aligned.
    Number(&'static str),
}

/// The table; `label` is its accessible name, `class` all of its classes.
pub(crate) fn records_table(
    label: String,
    class: &'static str,
    heads: &[Head],
    rows: Vec<impl IntoView + 'static>,
) -> AnyView {
    let heads = heads.iter().map(|head| match head {
        Head::Text(text) => view! { <th scope="col">{*text}</th> }.into_any(),
        Head::Number(text) => view! { <th scope="col" class="n">{*text}</th> }.into_any(),
    });
    let heads: Vec<AnyView> = heads.collect();
    let rows: Vec<AnyView> = rows.into_iter().map(IntoAny::into_any).collect();
    view! {
        <div class="scroll" tabindex="0" role="region" aria-label=label>
            <table class=class>
                <thead><tr>{heads}</tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}
