//! Runs of reports in words, and the history of one report with what became of each sending.

use super::schedules::until;
use crate::components::records_table::{Head, records_table};
use crate::service::{ReportPage, ReportRunRow, ReportRunState, SendingRow, SendingRows};
use brisk_domain::{Timestamp, format};
use leptos::prelude::*;

/// The page of all reports.
pub(super) const PAGE: &str = "/admin/reports";

/// A run in a sentence or two.
pub(super) fn run(run: &ReportRunRow, now: Timestamp) -> String {
    let mut words = format!("{}, {}", run.moment, run.cause);
    if run.is_late {
        words += ", late";
    }
    match run.missed {
        0 => {}
        1 => words += ", once for 1 more due time that was missed",
        missed => words += &format!(", once for {missed} more due times that were missed"),
    }
    words += ": ";
    words += &match run.state {
        ReportRunState::Waits => "waiting".to_owned(),
        ReportRunState::Runs(since) => format!("running since {}", format::ago(since, now)),
        ReportRunState::Failed => "failed".to_owned(),
        ReportRunState::NotNeeded => "nothing to send".to_owned(),
        ReportRunState::Done if run.counts.is_empty() => "sent to nobody".to_owned(),
        ReportRunState::Done => String::new(),
    };
    if !run.counts.is_empty() {
        let counts = run.counts.iter().map(|(count, state)| format!("{count} {state}"));
        let counts = counts.collect::<Vec<_>>().join(", ");
        let is_first = run.state == ReportRunState::Done;
        words += &if is_first { counts } else { format!("; {counts}") };
    }
    match run.note.as_str() {
        "" => words,
        note => format!("{words}. {note}"),
    }
}

/// Who was left out of a run, and why.
pub(super) fn left_out(run: &ReportRunRow) -> Option<AnyView> {
    if run.left_out.is_empty() {
        return None;
    }
    let lines: Vec<_> = run.left_out.iter().map(|line| view! { <li>{line.clone()}</li> }).collect();
    Some(
        view! {
            <details>
                <summary>{format!("{} left out", run.left_out.len())}</summary>
                <ul class="runs">{lines}</ul>
            </details>
        }
        .into_any(),
    )
}

/// `/admin/reports/{name}`
pub fn report(page: &ReportPage) -> AnyView {
    let title = page.title.clone().unwrap_or_else(|| page.name.clone());
    let none = page.runs.is_empty().then(|| view! { <p class="recent">"No runs yet."</p> });
    let runs: Vec<AnyView> = page
        .runs
        .iter()
        .map(|(one, sendings)| {
            view! {
                <li class="rollup">
                    <p>{run(one, page.now)}</p>
                    {left_out(one)}
                    {table(one, sendings, page.now)}
                </li>
            }
            .into_any()
        })
        .collect();
    view! {
        <main id="main">
            <div class="page-head"><div>
                <p class="crumb"><a href=PAGE>"Reports"</a></p>
                <h1>{title}</h1>
                <p>"What became of its latest runs, newest first."</p>
            </div></div>
            <div class="page admin people">
                <section class="operation" aria-labelledby="runs">
                    <h2 id="runs">"Runs"</h2>
                    {none}
                    <ul class="rollups">{runs}</ul>
                </section>
            </div>
        </main>
    }
    .into_any()
}

fn table(run: &ReportRunRow, sendings: &SendingRows, now: Timestamp) -> Option<AnyView> {
    if sendings.shown.is_empty() {
        return None;
    }
    let heads = [
        Head::Text("Recipient"),
        Head::Text("State"),
        Head::Number("Attempts"),
        Head::Text("When"),
        Head::Text("Answer"),
    ];
    let rows = sendings.shown.iter().map(|row| sending(row, now)).collect();
    let others = (sendings.others > 0).then(|| {
        let words = format!("… and {} more.", sendings.others);
        view! { <p class="recent">{words}</p> }
    });
    let label = format!("Sendings of {}", run.moment);
    Some(view! { {records_table(label, "tb", &heads, rows)}{others} }.into_any())
}

fn sending(row: &SendingRow, now: Timestamp) -> AnyView {
    let mut when = format::ago(row.at, now);
    if let Some(retry) = row.retry_at {
        when += &format!("; again {}", until(retry, now));
    }
    view! {
        <tr class=row.is_bad.then_some("bad")>
            <td>{row.recipient.clone()}</td>
            <td>{row.state}</td>
            <td class="n">{row.attempts}</td>
            <td>{when}</td>
            <td>{row.words.clone()}</td>
        </tr>
    }
    .into_any()
}
