//! Schedules of warming, in short, on the page about the cache: the next due time, and the latest run.

use super::schedules::{result, until};
use crate::components::records_table::{Head, records_table};
use crate::service::{RunRow, ScheduleRow};
use brisk_domain::Timestamp;
use leptos::prelude::*;

/// The section of the page.
pub(super) fn warming(rows: &[ScheduleRow], now: Timestamp) -> AnyView {
    let content = match rows.is_empty() {
        true => view! {
            <p class="recent">"No schedule warms anything: what readers look at is loaded when they do."</p>
        }
        .into_any(),
        false => {
            let rows: Vec<AnyView> = rows.iter().map(|row| schedule(row, now)).collect();
            let heads = [Head::Text("Schedule"), Head::Text("Next run"), Head::Text("Last run")];
            records_table("Table of the schedules".to_owned(), "tb warming", &heads, rows)
        }
    };
    view! {
        <section class="operation" aria-labelledby="warming">
            <div class="rollup-head">
                <h2 id="warming">"Warming by schedule"</h2>
                <a class="btn" href="/admin/schedules">"Schedules…"</a>
            </div>
            {content}
        </section>
    }
    .into_any()
}

fn schedule(row: &ScheduleRow, now: Timestamp) -> AnyView {
    let next = match (&row.words, row.is_on, row.next.first()) {
        (Err(_), ..) | (Ok(_), true, None) => ("never due".to_owned(), String::new()),
        (Ok(_), false, _) => ("switched off".to_owned(), String::new()),
        (Ok(_), true, Some((shown, at))) => (until(*at, now), shown.clone()),
    };
    let last = match row.runs.first() {
        None => "none yet".into_any(),
        Some(run) => {
            let (word, class) = verdict(run);
            view! { <b class=class>{word}</b><small>{result(run, now)}</small> }.into_any()
        }
    };
    view! {
        <tr>
            <td>{row.name.clone()}<small><code>{row.warms.clone()}</code></small></td>
            <td>{next.0}<small>{next.1}</small></td>
            <td>{last}</td>
        </tr>
    }
    .into_any()
}

/// Whether a run went well, in a word.
fn verdict(run: &RunRow) -> (&'static str, &'static str) {
    let (.., failed) = run.panels;
    match (run.started_at, run.ended_at, failed) {
        (_, Some(_), 0) => ("went well", "state fresh"),
        (_, Some(_), _) => ("partly failed", "state bad"),
        (Some(_), None, _) => ("running", "state stale"),
        (None, None, _) => ("waiting", "state stale"),
    }
}
