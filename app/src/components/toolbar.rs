//! Range, interval, variables, refresh: links and forms, so that all of it works without scripts.

use super::icon::{chevron, icon};
use super::{range_picker, variable_picker};
use crate::service::DashboardPage;
use brisk_domain::{Interval, IntervalChoice, Pace, parameter};
use leptos::prelude::*;
use std::sync::Arc;

/// The controls of a view.
pub(crate) fn toolbar(page: &Arc<DashboardPage>) -> AnyView {
    let variables = &page.dashboard.variables;
    let pickers: Vec<AnyView> =
        variables.iter().map(|variable| variable_picker::picker(page, variable)).collect();
    let chips: Vec<AnyView> =
        variables.iter().filter_map(|variable| variable_picker::chip(page, variable)).collect();
    let unzoom = page.link_before_zoom().map(|href| {
        view! { <a class="btn" href=href>{icon("zoom")}"Reset zoom"</a> }
    });
    let changed = !page.view.to_pairs(&page.dashboard).is_empty();
    let reset = changed.then(|| {
        view! { <a class="btn quiet" href=page.link_to_first()>"Reset"</a> }
    });
    let query = brisk_domain::view::query_string(&page.pairs());
    view! {
        <section class="toolbar" aria-label="Range and filters">
            <div class="controls">
                {range_picker::range_picker(page)}
                {unzoom}
                {interval(page)}
                {pickers}
            </div>
            <div class="chips">{chips}{reset}</div>
            <div class="push">
                {pace(page)}
                {downloads(page)}
                <form method="post" action=format!("/d/{}/refresh{query}", page.dashboard.slug)>
                    <input type="hidden" name=parameter::BACK value=page.link_here()/>
                    <button class="btn" title="Load everything again">{icon("refresh")}"Refresh"</button>
                </form>
            </div>
        </section>
    }
    .into_any()
}

/// How the page follows its data. Hidden without scripts, which it depends on.
fn pace(page: &DashboardPage) -> AnyView {
    let link = |pace: Pace, words: &'static str| {
        let href = page.link_with(&[(parameter::REFRESH, pace.word())]);
        let current = (pace == page.pace).then_some("true");
        view! { <a href=href aria-current=current>{words}</a> }.into_any()
    };
    let paces = Pace::CHOICES.into_iter().filter(|(seconds, _)| *seconds >= page.least_pace);
    let links: Vec<AnyView> =
        paces.map(|(seconds, words)| link(Pace::Every(seconds), words)).collect();
    let label = match page.pace {
        Pace::Live => "Live".to_owned(),
        Pace::ByHand => "Manual".to_owned(),
        Pace::Every(seconds) => Pace::CHOICES
            .iter()
            .find(|(choice, _)| *choice == seconds)
            .map_or_else(|| format!("Every {seconds} s"), |(_, words)| (*words).to_owned()),
    };
    view! {
        <details class="pop end js-only" name="pop">
            <summary class="btn" aria-label=format!("Follows its data: {label}")>
                <i class="live-sign" data-state="starting"></i><span data-words=label.clone()>{label.clone()}</span>{chevron()}
            </summary>
            <div class="pop-box menu">
                {link(Pace::Live, "Live, as data changes")}
                {links}
                {link(Pace::ByHand, "Manual")}
            </div>
        </details>
    }
    .into_any()
}

/// The view as a file.
fn downloads(page: &DashboardPage) -> AnyView {
    let query = page.view.query_string(&page.dashboard);
    let link = |(ending, words): (&str, &'static str)| {
        let href = format!("/api/v1/dashboards/{}.{ending}{query}", page.dashboard.slug);
        view! { <a href=href download>{words}</a> }.into_any()
    };
    let links: Vec<AnyView> =
        [("pdf", "PDF"), ("xlsx", "Workbook (XLSX)"), ("html", "One HTML file")].map(link).into();
    view! {
        <details class="pop end" name="pop">
            <summary class="btn" aria-label="Download this view" title="Download this view">
                {icon("download")}
            </summary>
            <div class="pop-box menu">{links}</div>
        </details>
    }
    .into_any()
}

fn interval(page: &DashboardPage) -> AnyView {
    let choices = Interval::ALL.into_iter().filter(|i| !i.is_too_fine_for(page.bounds));
    let links: Vec<AnyView> = choices
        .map(|choice| {
            let current = (page.view.interval == IntervalChoice::Fixed(choice)).then_some("true");
            let href = page.link_with(&[(parameter::INTERVAL, Some(choice.word().to_owned()))]);
            view! { <a href=href aria-current=current>"By "{choice.word()}</a> }.into_any()
        })
        .collect();
    let automatic = (page.view.interval == IntervalChoice::Auto).then_some("true");
    let label = format!("By {}", page.interval.word());
    view! {
        <details class="pop" name="pop">
            <summary class="btn" aria-label=format!("Interval: {label}")>
                {icon("interval")}{label.clone()}{chevron()}
            </summary>
            <div class="pop-box menu">
                <a href=page.link_with(&[(parameter::INTERVAL, Some("auto".into()))]) aria-current=automatic>"Automatic"</a>
                {links}
            </div>
        </details>
    }
    .into_any()
}
