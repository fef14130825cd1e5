//! One variable's control, by its kind: a form where several values may be chosen, links where one may.

use super::hidden_fields::hidden_fields;
use super::icon::{chevron, icon};
use crate::service::{ChoicesSlot, DashboardPage};
use brisk_domain::choice::Choice;
use brisk_domain::{Selection, Variable, VariableKind, parameter};
use leptos::prelude::*;
use std::collections::HashSet;
use std::sync::Arc;

/// The most bytes of addresses in a list of links, each of which repeats all that is chosen elsewhere on the page.
const MOST_LINKED: usize = 1 << 20;

/// How many chosen values a chip names; more are counted.
const NAMED: usize = 2;

/// The picker of one variable.
pub(crate) fn picker(page: &Arc<DashboardPage>, variable: &Variable) -> AnyView {
    let selection = selection(page, variable);
    let count =
        (!selection.is_all()).then(|| view! { <span class="count">{selection.count()}</span> });
    view! {
        <details class="pop filter" name="pop">
            <summary class="btn">{icon("filter")}{variable.label.clone()}{count}{chevron()}</summary>
            {control(page, variable)}
        </details>
    }
    .into_any()
}

/// The control that chooses the variable's value.
fn control(page: &Arc<DashboardPage>, variable: &Variable) -> AnyView {
    match &variable.kind {
        VariableKind::Single(_) => when_loaded(page, variable, one),
        VariableKind::Multi(_) => when_loaded(page, variable, several),
    }
}

/// A control for these choices.
type OfChoices = fn(&DashboardPage, &Variable, &[Choice]) -> AnyView;

/// The choices: at once if they are ready, else streamed into their place.
fn when_loaded(page: &Arc<DashboardPage>, variable: &Variable, control: OfChoices) -> AnyView {
    match page.choices.get(&variable.name) {
        Some(ChoicesSlot::Ready(choices)) => control(page, variable, choices),
        Some(ChoicesSlot::Failed(error)) => note(error.message.clone()),
        Some(ChoicesSlot::Pending(load)) => {
            let (page, variable, load) = (Arc::clone(page), variable.clone(), load.clone());
            let draw = async move {
                match load.await {
                    Ok(choices) => control(&page, &variable, &choices),
                    Err(error) => note(error.message.clone()),
                }
            };
            let meanwhile = || note("Loading…".to_owned());
            view! { <Suspense fallback=meanwhile>{Suspend::new(draw)}</Suspense> }.into_any()
        }
        None => ().into_any(),
    }
}

fn note(text: String) -> AnyView {
    view! { <div class="pop-box menu"><p class="menu-note">{text}</p></div> }.into_any()
}

/// The chosen values, with a link that clears them.
pub(crate) fn chip(page: &DashboardPage, variable: &Variable) -> Option<AnyView> {
    let selection = selection(page, variable);
    let text = match selection.count() {
        0 => return None,
        few if few <= NAMED => selection
            .choices()
            .map(|choice| choice.label(&page.all_offsets))
            .collect::<Vec<_>>()
            .join(", "),
        many => format!("{many} chosen"),
    };
    // A link from elsewhere may set a value that is not an option here, which empties the panels.
    let unknown = match page.choices.get(&variable.name) {
        Some(ChoicesSlot::Ready(choices)) => {
            let offered: HashSet<&Choice> = choices.iter().collect();
            selection.choices().any(|choice| !offered.contains(&choice))
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

fn several(page: &DashboardPage, variable: &Variable, choices: &[Choice]) -> AnyView {
    let selection = selection(page, variable);
    // Chosen values that the source no longer has stay visible, so that they can be cleared.
    let offered: HashSet<&Choice> = choices.iter().collect();
    let unknown: Vec<Choice> =
        selection.choices().filter(|choice| !offered.contains(choice)).collect();
    let name = variable.name.as_str();
    // Chosen values come first: nobody should scroll to clear one.
    let (chosen, others): (Vec<&Choice>, Vec<&Choice>) =
        choices.iter().chain(&unknown).partition(|choice| selection.contains(choice));
    let options: Vec<AnyView> = chosen
        .into_iter()
        .chain(others)
        .map(|choice| {
            let checked = selection.contains(choice);
            let (name, value) = choice.pair(name);
            view! {
                <label class="option">
                    <input type="checkbox" name=name value=value checked=checked/>
                    <span>{choice.label(&page.all_offsets)}</span>
                </label>
            }
            .into_any()
        })
        .collect();
    view! {
        <form class="pop-box choices" method="get" action=page.path()>
            {hidden_fields(page, &[name])}
            {option_search(&variable.label.to_lowercase())}
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

/// The field that finds an option by typing: `frontend/scripts/option-search.js`.
fn option_search(label: &str) -> AnyView {
    let label = format!("Find a {label}");
    view! {
        <label class="search js-only">
            {icon("search")}
            <input type="search" placeholder=label.clone() aria-label=label autocomplete="off"/>
        </label>
    }
    .into_any()
}

fn one(page: &DashboardPage, variable: &Variable, choices: &[Choice]) -> AnyView {
    let selection = selection(page, variable);
    let name = variable.name.as_str();
    let all = selection.is_all().then_some("true");
    let none = without(page, variable);
    // Not where the addresses are as short as they usually are.
    if none.len() > 1 << 10 && none.len() * choices.len() > MOST_LINKED {
        let why =
            "Too much is chosen on this page to list these choices. Take some of it back first.";
        return view! {
            <div class="pop-box menu">
                <a href=none aria-current=all>"All"</a>
                <p class="menu-note">{why}</p>
            </div>
        }
        .into_any();
    }
    let links: Vec<AnyView> = choices
        .iter()
        .map(|choice| {
            let current = selection.contains(choice).then_some("true");
            let (parameter, value) = choice.pair(name);
            let href = page.link_with(&[(name, None), (&parameter, Some(value))]);
            view! { <a href=href aria-current=current>{choice.label(&page.all_offsets)}</a> }
                .into_any()
        })
        .collect();
    view! {
        <div class="pop-box menu">
            <a href=none aria-current=all>"All"</a>
            {links}
        </div>
    }
    .into_any()
}

fn selection(page: &DashboardPage, variable: &Variable) -> Selection {
    page.view.variables.get(&variable.name).cloned().unwrap_or_default()
}

/// The view with nothing chosen; explicit in the URL where the dashboard has a default.
fn without(page: &DashboardPage, variable: &Variable) -> String {
    let name = variable.name.as_str();
    if variable.kind.default_selection().is_all() {
        return page.link_with(&[(name, None)]);
    }
    let is = format!("{name}{}", parameter::IS);
    page.link_with(&[(name, None), (&is, Some(parameter::ALL.to_owned()))])
}
