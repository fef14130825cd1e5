//! The audit log, for admins: a filter, and a table in pages.

use crate::components::icon::icon;
use crate::components::records_table::{Head, records_table};
use crate::service::{ActivityFilter, ActivityPage, ActivityRecord};
use brisk_domain::ZoneOffsets;
use leptos::prelude::*;

/// The filter above the records.
pub fn activity(page: &ActivityPage) -> AnyView {
    let problem = page.problem.clone().map(|text| {
        view! { <p class="banner" role="alert">{icon("alert")}{text}</p> }
    });
    let content = match page.records.is_empty() {
        true => view! { <p class="none">"No records. Nothing was done, or the filter lets nothing through."</p> }.into_any(),
        false => table(&page.records),
    };
    let older = page.older.clone().map(|href| {
        view! { <p class="older"><a class="btn" href=href>"Older"</a></p> }
    });
    view! {
        <main id="main">
            <div class="page-head">
                <div>
                    <h1>"Activity"</h1>
                    <p>"Who signed in, changed, purged and exported what. Times are in UTC."</p>
                </div>
                <p class="as-of"><a href=page.csv.clone() download="activity.csv">"CSV"</a></p>
            </div>
            <div class="page admin">
                {problem}
                {form(&page.filter, &page.actions)}
                {content}
                {older}
            </div>
        </main>
    }
    .into_any()
}

fn form(filter: &ActivityFilter, actions: &[String]) -> AnyView {
    let option = |action: &String| {
        let is_chosen = *action == filter.action;
        view! { <option value=action.clone() selected=is_chosen>{action.clone()}</option> }
    };
    let options: Vec<_> = actions.iter().map(option).collect();
    let ActivityFilter { actor, subject, from, to, .. } = filter.clone();
    view! {
        <form class="operation activity-filter" method="get" action="/admin/activity" aria-label="Filter">
            <label class="field">"Who"<input type="text" name="actor" value=actor autocomplete="off"/></label>
            <label class="field">"What"<select name="action"><option value="">"Everything"</option>{options}</select></label>
            <label class="field">"Of what"<input type="text" name="subject" value=subject autocomplete="off"/></label>
            <label class="field">"From"<input type="date" name="from" value=from/></label>
            <label class="field">"To"<input type="date" name="to" value=to/></label>
            <div class="activity-buttons">
                <button class="btn primary">"Apply"</button>
                <a class="btn quiet" href="/admin/activity">"Reset"</a>
            </div>
        </form>
    }
    .into_any()
}

fn table(records: &[ActivityRecord]) -> AnyView {
    let rows: Vec<_> = records.iter().map(row).collect();
    view! {
        <section class="operation" aria-label="Records">
            {records_table(
                "Table of the records".to_owned(),
                "tb activity",
                &[Head::Text("When"), Head::Text("Who"), Head::Text("What"), Head::Text("Of what"), Head::Text("Before → after")],
                rows,
            )}
        </section>
    }
    .into_any()
}

fn row(record: &ActivityRecord) -> AnyView {
    let utc = ZoneOffsets { first: 0, changes: Vec::new() };
    let at = utc.local(record.at).format("%Y-%m-%d %H:%M:%S").to_string();
    let address = (!record.address.is_empty()).then(|| {
        let address = record.address.clone();
        view! { <small>{address}</small> }
    });
    view! {
        <tr>
            <td>{at}</td>
            <td>{record.actor.clone()}{address}</td>
            <td>{record.action.clone()}</td>
            <td>{record.subject.clone()}</td>
            <td>{change(record)}</td>
        </tr>
    }
    .into_any()
}

/// What was, and what is now.
fn change(record: &ActivityRecord) -> AnyView {
    let (before, after) = (record.before.as_ref(), record.after.as_ref());
    if before.is_none() && after.is_none() {
        return "–".into_any();
    }
    let value = |value: Option<&String>| value.map_or_else(|| "–".to_owned(), Clone::clone);
    let now = format!(" → {}", value(after));
    view! { <span class="was">{value(before)}</span>{now} }.into_any()
}
