//! One variable's choices, as a form.

use super::icon;
use super::toolbar::hidden_fields;
use crate::service::DashboardPage;
use brisk_domain::{Selection, Variable};
use leptos::prelude::*;

/// The picker of one variable.
pub(crate) fn variable_picker(page: &DashboardPage, variable: &Variable) -> AnyView {
    let name = variable.name.as_str().to_owned();
    let selection = page
        .view
        .variables
        .get(&variable.name)
        .cloned()
        .unwrap_or_default();
    let active = (!selection.is_all()).then_some("true");
    let body = match page.choices.get(&variable.name) {
        Some(Ok(choices)) => choice_list(variable, &selection, choices),
        Some(Err(error)) => view! { <p class="pop-note">{error.message.clone()}</p> }.into_any(),
        None => ().into_any(),
    };
    view! {
        <details class="pop" name="pop">
            <summary class="button" data-active=active>
                {icon::filter()}<span>{summary(variable, &selection)}</span>{icon::chevron()}
            </summary>
            <form class="pop-body choices" method="get" action=format!("/d/{}", page.dashboard.slug)>
                {hidden_fields(page, &name)}
                <fieldset>
                    <legend class="visually-hidden">{variable.label.clone()}</legend>
                    {body}
                </fieldset>
                <div class="pop-foot">
                    <a class="quiet" href=page.link_with(&[(name.as_str(), None)])>"All"</a>
                    <button class="button primary">"Apply"</button>
                </div>
            </form>
        </details>
    }
    .into_any()
}

/// `Country`, `Country: France`, `Country: 3 of 43`.
fn summary(variable: &Variable, selection: &Selection) -> String {
    match selection.values() {
        [] => variable.label.clone(),
        [one] => format!("{}: {one}", variable.label),
        several => format!("{}: {}", variable.label, several.len()),
    }
}

fn choice_list(variable: &Variable, selection: &Selection, choices: &[String]) -> AnyView {
    let kind = if variable.multi { "checkbox" } else { "radio" };
    // Chosen values that the source no longer knows stay visible, so that they can be unchosen.
    let unknown = selection
        .values()
        .iter()
        .filter(|value| !choices.contains(value));
    let items: Vec<AnyView> = choices
        .iter()
        .chain(unknown)
        .map(|choice| {
            let checked = selection.values().contains(choice);
            let name = variable.name.as_str().to_owned();
            view! {
                <li><label>
                    <input type=kind name=name value=choice.clone() checked=checked/>
                    <span>{choice.clone()}</span>
                </label></li>
            }
            .into_any()
        })
        .collect();
    view! { <ul class="list">{items}</ul> }.into_any()
}
