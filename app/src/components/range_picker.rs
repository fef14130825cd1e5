//! Presets as links, custom dates as a form with the browser's own calendar.

use super::icon;
use super::toolbar::hidden_fields;
use crate::service::DashboardPage;
use brisk_domain::TimeRange;
use brisk_domain::time_range::PRESETS;
use leptos::prelude::*;

/// The range picker.
pub(crate) fn range_picker(page: &DashboardPage) -> AnyView {
    let presets: Vec<AnyView> = PRESETS
        .iter()
        .map(|(label, range)| preset(page, label, range))
        .collect();
    let (from, to) = page.bounds.url_ends(&page.offsets);
    let date = |text: String| text.split('T').next().unwrap_or_default().to_owned();
    view! {
        <details class="pop" name="pop">
            <summary class="button">
                {icon::calendar()}<span>{page.view.range.label()}</span>{icon::chevron()}
            </summary>
            <div class="pop-body ranges">
                <ul class="menu">{presets}</ul>
                <form method="get" action=format!("/d/{}", page.dashboard.slug)>
                    {hidden_fields(page, "range")}
                    <label>"From"<input type="date" name="from" required value=date(from)/></label>
                    <label>"To, included"<input type="date" name="to" required value=date(to)/></label>
                    <button class="button primary">"Show"</button>
                </form>
            </div>
        </details>
    }
    .into_any()
}

fn preset(page: &DashboardPage, label: &'static str, range: &TimeRange) -> AnyView {
    let word = range.word().unwrap_or_default();
    let current = (*range == page.view.range).then_some("true");
    view! { <li><a href=page.link_to_range(&word) aria-current=current>{label}</a></li> }.into_any()
}
