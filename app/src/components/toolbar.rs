//! Range, interval, variables, refresh: links and GET forms, so that all of it works without
//! scripts.

use super::{icon, range_picker, variable_picker};
use crate::islands::AutoSubmit;
use crate::service::DashboardPage;
use brisk_domain::{Interval, IntervalChoice};
use leptos::prelude::*;

/// The controls of a view.
pub(crate) fn toolbar(page: &DashboardPage) -> AnyView {
    let variables: Vec<AnyView> = page
        .dashboard
        .variables
        .iter()
        .map(|variable| variable_picker::variable_picker(page, variable))
        .collect();
    let changed = !page.view.to_pairs(&page.dashboard).is_empty();
    let reset = changed.then(|| {
        view! { <a class="quiet" href=format!("/d/{}", page.dashboard.slug)>"Reset"</a> }
    });
    let here = page.link_to(None);
    view! {
        <div class="bar" role="toolbar" aria-label="View">
            {range_picker::range_picker(page)}
            {interval(page)}
            {variables}
            {reset}
            <span class="push"></span>
            <span class="range">{page.bounds.label(&page.offsets)}</span>
            <form method="post" action=format!("/d/{}/refresh", page.dashboard.slug)>
                <input type="hidden" name="back" value=here/>
                <button class="button">{icon::refresh()}<span>"Refresh"</span></button>
            </form>
        </div>
    }
    .into_any()
}

fn interval(page: &DashboardPage) -> AnyView {
    let current = page.view.interval;
    let auto = format!("Auto ({})", page.interval.word());
    let options: Vec<AnyView> = [(IntervalChoice::Auto, "auto", auto)]
        .into_iter()
        .chain(
            Interval::ALL
                .into_iter()
                .filter(|i| !i.is_too_fine_for(page.bounds))
                .map(|i| {
                    let mut letters = i.word().chars();
                    let word = letters
                        .next()
                        .map(|c| c.to_uppercase().chain(letters).collect::<String>());
                    (IntervalChoice::Fixed(i), i.word(), word.unwrap_or_default())
                }),
        )
        .map(|(choice, value, label)| {
            view! { <option value=value selected={choice == current}>{label}</option> }.into_any()
        })
        .collect();
    view! {
        <form class="interval" method="get" action=format!("/d/{}", page.dashboard.slug)>
            {hidden_fields(page, "interval")}
            <AutoSubmit>
                <label><span class="visually-hidden">"Interval"</span>
                    <select name="interval">{options}</select>
                </label>
            </AutoSubmit>
            <noscript><button class="button">"Apply"</button></noscript>
        </form>
    }
    .into_any()
}

/// The rest of the view, so that a form changes only its own part.
pub(crate) fn hidden_fields(page: &DashboardPage, own: &str) -> Vec<AnyView> {
    let of_range = |name: &str| ["range", "from", "to"].contains(&name);
    page.view
        .to_pairs(&page.dashboard)
        .into_iter()
        .filter(|(name, _)| name != own && !(own == "range" && of_range(name)))
        .map(|(name, value)| view! { <input type="hidden" name=name value=value/> }.into_any())
        .collect()
}
