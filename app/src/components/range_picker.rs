//! Presets as links, custom dates as a form with a calendar.

use super::hidden_fields::hidden_fields;
use super::icon::{chevron, icon};
use crate::islands::{Calendar, CalendarDays};
use crate::service::DashboardPage;
use brisk_domain::time_range::PRESETS;
use brisk_domain::{TimeRange, Timestamp, date_words, parameter};
use leptos::prelude::*;

/// The range picker.
pub(crate) fn range_picker(page: &DashboardPage) -> AnyView {
    let presets: Vec<AnyView> =
        PRESETS.iter().map(|(label, range)| preset(page, label, range)).collect();
    let first = page.offsets.local(page.bounds.from).date();
    // The last day that is at least partly in the range.
    let last = page.offsets.local(Timestamp(page.bounds.to.0 - 1)).date();
    let today = page.offsets.local(page.now).date();
    let date = date_words::iso;
    let days = CalendarDays { first, last, today };
    provide_context(days);
    let label = page.view.range.label();
    view! {
        <details class="pop" name="pop">
            <summary class="btn" aria-label=format!("Range: {label}")>
                {icon("calendar")}{label.clone()}{chevron()}
            </summary>
            <div class="pop-box range">
                <nav class="menu" aria-label="Ranges">{presets}</nav>
                <form class="custom" method="get" action=page.path() data-days=days.to_text()>
                    {hidden_fields(page, &[parameter::RANGE, parameter::FROM, parameter::TO, parameter::INTERVAL, parameter::ZOOM])}
                    <Calendar/>
                    <label class="field">"From"<input type="date" name=parameter::FROM value=date(first) required/></label>
                    <label class="field">"To"<input type="date" name=parameter::TO value=date(last) required/></label>
                    <button class="btn primary">"Apply"</button>
                </form>
            </div>
        </details>
    }
    .into_any()
}

fn preset(page: &DashboardPage, label: &'static str, range: &TimeRange) -> AnyView {
    let word = range.word().unwrap_or_default();
    let current = (*range == page.view.range).then_some("true");
    // Another range gets the interval that suits it.
    let nothing = [parameter::FROM, parameter::TO, parameter::INTERVAL, parameter::ZOOM]
        .map(|name| (name, None));
    let changes = [&[(parameter::RANGE, Some(word))], nothing.as_slice()].concat();
    view! { <a href=page.link_with(&changes) aria-current=current>{label}</a> }.into_any()
}
