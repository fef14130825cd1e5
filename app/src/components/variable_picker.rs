//! One variable's choices: a form where several may be chosen, links where one may.

use super::icon::{chevron, icon};
use super::toolbar::hidden_fields;
use crate::islands::OptionSearch;
use crate::service::{ChoicesSlot, DashboardPage};
use brisk_domain::{PanelError, Selection, Variable};
use leptos::prelude::*;
use std::sync::Arc;

/// Chosen values that a chip names; more are counted.
const NAMED: usize = 2;

/// The picker of one variable.
pub(crate) fn picker(page: &Arc<DashboardPage>, variable: &Variable) -> AnyView {
    let selection = selection(page, variable);
    let count = (!selection.is_all())
        .then(|| view! { <span class="count">{selection.values().len()}</span> });
    view! {
        <details class="pop" name="pop">
            <summary class="btn">{icon("filter")}{variable.label.clone()}{count}{chevron()}</summary>
            {when_loaded(page, variable)}
        </details>
    }
    .into_any()
}

/// A value as readers see it.
fn shown(value: &str) -> String {
    if value.is_empty() { "(empty)".to_owned() } else { value.to_owned() }
}

/// The choices at once where they are there, else in their place of the stream.
fn when_loaded(page: &Arc<DashboardPage>, variable: &Variable) -> AnyView {
    match page.choices.get(&variable.name) {
        Some(ChoicesSlot::Ready(choices)) => choices_box(page, variable, Ok(choices)),
        Some(ChoicesSlot::Failed(error)) => choices_box(page, variable, Err(error)),
        Some(ChoicesSlot::Pending(load)) => {
            let (page, variable, load) = (Arc::clone(page), variable.clone(), load.clone());
            let draw = async move {
                let loaded = load.await;
                choices_box(&page, &variable, loaded.as_deref())
            };
            let meanwhile = || note("Loading …".to_owned());
            view! { <Suspense fallback=meanwhile>{Suspend::new(draw)}</Suspense> }.into_any()
        }
        None => ().into_any(),
    }
}

fn choices_box(
    page: &DashboardPage,
    variable: &Variable,
    choices: Result<&[String], &PanelError>,
) -> AnyView {
    let selection = selection(page, variable);
    match choices {
        Ok(choices) if variable.multi => several(page, variable, &selection, choices),
        Ok(choices) => one(page, variable, &selection, choices),
        Err(error) => note(error.message.clone()),
    }
}

fn note(text: String) -> AnyView {
    view! { <div class="pop-box menu"><p class="menu-note">{text}</p></div> }.into_any()
}

/// What is chosen, with a way to take it back.
pub(crate) fn chip(page: &DashboardPage, variable: &Variable) -> Option<AnyView> {
    let selection = selection(page, variable);
    let text = match selection.values() {
        [] => return None,
        few if few.len() <= NAMED => {
            few.iter().map(|value| shown(value)).collect::<Vec<_>>().join(", ")
        }
        many => format!("{} chosen", many.len()),
    };
    // A link from elsewhere may bring a value that is none here: then panels are empty for that.
    let unknown = match page.choices.get(&variable.name) {
        Some(ChoicesSlot::Ready(choices)) => {
            selection.values().iter().any(|value| !choices.contains(value))
        }
        _ => false,
    };
    let unknown = if unknown { "not among the choices" } else { "" };
    let label = format!("Remove the filter {} {text} {unknown}", variable.label);
    let unknown =
        (!unknown.is_empty()).then(|| view! { <span class="unknown">" "{unknown}</span> });
    Some(
        view! {
            <a class="chip" href=without(page, variable) aria-label=label.trim_end().to_owned()>
                {variable.label.clone()}" "<b>{text.clone()}</b>{unknown}{icon("close")}
            </a>
        }
        .into_any(),
    )
}

fn several(
    page: &DashboardPage,
    variable: &Variable,
    selection: &Selection,
    choices: &[String],
) -> AnyView {
    // Chosen values that the source no longer knows stay visible, so that they can be taken back.
    let unknown = selection.values().iter().filter(|value| !choices.contains(value));
    let name = variable.name.as_str();
    // What is chosen comes first: nobody scrolls to take a choice back.
    let (chosen, others): (Vec<&String>, Vec<&String>) =
        choices.iter().chain(unknown).partition(|choice| selection.values().contains(choice));
    let options: Vec<AnyView> = chosen
        .into_iter()
        .chain(others)
        .map(|choice| {
            let checked = selection.values().contains(choice);
            view! {
                <label class="option">
                    <input type="checkbox" name=name.to_owned() value=choice.clone() checked=checked/>
                    <span>{shown(choice)}</span>
                </label>
            }
            .into_any()
        })
        .collect();
    view! {
        <form class="pop-box choices" method="get" action=page.path()>
            {hidden_fields(page, &[name])}
            <OptionSearch label=variable.label.to_lowercase()/>
            <div class="options" role="group" aria-label=variable.label.clone() tabindex="0">{options}</div>
            <p class="no-match" hidden>"No matches"</p>
            <footer>
                <a class="btn quiet" href=without(page, variable)>"All"</a>
                <button class="btn primary">"Apply"</button>
            </footer>
        </form>
    }
    .into_any()
}

fn one(
    page: &DashboardPage,
    variable: &Variable,
    selection: &Selection,
    choices: &[String],
) -> AnyView {
    let name = variable.name.as_str();
    let links: Vec<AnyView> = choices
        .iter()
        .map(|choice| {
            let current = selection.values().contains(choice).then_some("true");
            let href = page.link_with(&[(name, Some(choice.clone()))]);
            view! { <a href=href aria-current=current>{shown(choice)}</a> }.into_any()
        })
        .collect();
    let all = selection.is_all().then_some("true");
    view! {
        <div class="pop-box menu">
            <a href=without(page, variable) aria-current=all>"All"</a>
            {links}
        </div>
    }
    .into_any()
}

fn selection(page: &DashboardPage, variable: &Variable) -> Selection {
    page.view.variables.get(&variable.name).cloned().unwrap_or_default()
}

/// The view with nothing chosen; said in the URL where the dashboard would choose something.
fn without(page: &DashboardPage, variable: &Variable) -> String {
    let nothing = (!variable.default.is_all()).then(String::new);
    page.link_with(&[(variable.name.as_str(), nothing)])
}
