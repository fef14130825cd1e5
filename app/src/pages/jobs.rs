//! Background jobs, for admins: what runs, what came of it, and what to do about it.

use super::form_parts::{button, problem};
use super::schedules::until;
use crate::service::{JobRow, JobRowState, JobsPage};
use brisk_domain::{Timestamp, Unit, ZoneOffsets, format};
use leptos::prelude::*;

const PAGE: &str = "/admin/jobs";

/// `/admin/jobs`
pub fn jobs(page: &JobsPage) -> AnyView {
    let rows: Vec<AnyView> = page.jobs.iter().map(|row| job(row, page)).collect();
    let none = rows.is_empty().then(|| {
        let none = match page.state.is_empty() && page.kind.is_empty() {
            true => "There are none.",
            false => "The filter lets none through.",
        };
        view! { <p class="recent">{none}</p> }
    });
    let done = page.notice.map(|text| view! { <p class="notice-done" role="status">{text}</p> });
    let older = page.older.clone().map(|href| {
        view! { <p class="older"><a class="btn" href=href>"Older"</a></p> }
    });
    view! {
        <main id="main">
            <div class="page-head"><div>
                <h1>"Jobs"</h1>
                <p>"What Brisk does in the background. One of all replicas does each of them; one that fails is tried again."</p>
            </div></div>
            <div class="page admin people">
                {done}
                {problem(page.problem.as_ref())}
                {filter(page)}
                <section class="operation" aria-labelledby="all-jobs">
                    <h2 id="all-jobs">"Jobs"</h2>
                    {none}
                    <ul class="rollups">{rows}</ul>
                </section>
                {older}
            </div>
        </main>
    }
    .into_any()
}

fn filter(page: &JobsPage) -> AnyView {
    let option = |value: String, label: String, chosen: &str| {
        let is_chosen = value == chosen;
        view! { <option value=value selected=is_chosen>{label}</option> }.into_any()
    };
    let states = page.states.iter();
    let states: Vec<AnyView> = states
        .map(|(word, count)| option((*word).to_owned(), format!("{word} ({count})"), &page.state))
        .collect();
    let kinds = page.kinds.iter();
    let kinds: Vec<AnyView> =
        kinds.map(|kind| option(kind.clone(), kind.clone(), &page.kind)).collect();
    view! {
        <form class="operation activity-filter" method="get" action=PAGE aria-label="Filter">
            <label class="field">"State"<select name="state"><option value="">"All"</option>{states}</select></label>
            <label class="field">"Kind"<select name="kind"><option value="">"All"</option>{kinds}</select></label>
            <div class="activity-buttons">
                <button class="btn primary">"Apply"</button>
                <a class="btn quiet" href=PAGE>"Reset"</a>
            </div>
        </form>
    }
    .into_any()
}

fn job(row: &JobRow, page: &JobsPage) -> AnyView {
    let now = page.now;
    let (state, class) = match row.state {
        JobRowState::Waiting => ("waiting", "state stale"),
        JobRowState::Running => ("running", "state stale"),
        JobRowState::Done => ("done", "state fresh"),
        JobRowState::Failed => ("failed", "state bad"),
        JobRowState::Cancelled => ("cancelled", "state"),
    };
    let name = match row.subject.is_empty() {
        true => row.kind.clone(),
        false => format!("{}: {}", row.kind, row.subject),
    };
    let decide = |what: &'static str, words: &'static str| {
        let fields = vec![
            ("id", row.id.to_string()),
            // Where to come back to.
            ("state", page.state.clone()),
            ("kind", page.kind.clone()),
        ];
        button(PAGE.to_owned(), what, fields, words, format!("job {}, {name}", row.id))
    };
    let decision = match row.state {
        JobRowState::Waiting | JobRowState::Running => Some(decide("cancel", "Cancel")),
        JobRowState::Failed | JobRowState::Cancelled => Some(decide("retry", "Retry")),
        JobRowState::Done => None,
    };
    let (by, at) = &row.asked;
    let by = if by.is_empty() { "Brisk itself" } else { by };
    let asked = format!("{} by {by}", when(*at, now));
    let bytes = (row.bytes > 0).then(|| {
        let bytes = format::compact(row.bytes as f64, &Unit::Bytes);
        view! { <div><dt>"Result"</dt><dd>{bytes}</dd></div> }
    });
    let progress = progress(row).map(|words| {
        view! { <div><dt>"Progress"</dt><dd>{words}</dd></div> }
    });
    let outcome = (!row.outcome.is_empty()).then(|| outcome(row));
    view! {
        <li class="rollup" id=format!("job-{}", row.id)>
            <div class="rollup-head">
                <h3 class="plain">{name.clone()}<b class=class>{state}</b></h3>
                <div class="actions">{decision}</div>
            </div>
            <dl class="facts">
                <div><dt>"Number"</dt><dd>{row.id}</dd></div>
                <div><dt>"Asked for"</dt><dd>{asked}</dd></div>
                <div><dt>"Ran"</dt><dd>{ran(row, now)}</dd></div>
                <div><dt>"Attempts"</dt><dd>{attempts(row)}</dd></div>
                {progress}
                {bytes}
            </dl>
            {outcome}
        </li>
    }
    .into_any()
}

/// When the latest attempt ran, and how long; when the next one is due.
fn ran(row: &JobRow, now: Timestamp) -> String {
    let took = |from: Timestamp, to: Timestamp| {
        format::round_duration((to.since(from).as_secs_f64() * 10.0).round() / 10.0)
    };
    let latest = match (row.started_at, row.ended_at) {
        (None, _) => None,
        (Some(started), None) => {
            Some(format!("{}, for {} so far", when(started, now), took(started, now)))
        }
        (Some(started), Some(ended)) => {
            Some(format!("{}, for {}", when(started, now), took(started, ended)))
        }
    };
    let next = (row.state == JobRowState::Waiting).then(|| match row.run_after > now {
        true => format!("due {}", until(row.run_after, now)),
        false => "due now".to_owned(),
    });
    let words: Vec<String> = latest.into_iter().chain(next).collect();
    match words.is_empty() {
        true => "not at all".to_owned(),
        false => words.join("; "),
    }
}

fn attempts(row: &JobRow) -> String {
    let (all, failed, most) = row.attempts;
    match failed {
        0 => all.to_string(),
        _ => format!("{all}; {failed} of at most {most} failed"),
    }
}

fn progress(row: &JobRow) -> Option<String> {
    match row.progress {
        (0, 0) => None,
        (done, 0) => Some(done.to_string()),
        (done, total) => Some(format!("{done} of {total}")),
    }
}

fn outcome(row: &JobRow) -> AnyView {
    // While it is tried again, that is why.
    let has_failed = matches!(row.state, JobRowState::Failed) || row.attempts.1 > 0;
    let class = if has_failed && row.state != JobRowState::Done { "why" } else { "recent" };
    view! { <p class=class>{row.outcome.clone()}</p> }.into_any()
}

/// An instant in UTC, and how long ago it was.
fn when(at: Timestamp, now: Timestamp) -> String {
    let utc = ZoneOffsets { first: 0, changes: Vec::new() };
    format!("{} UTC, {}", utc.local(at).format("%Y-%m-%d %H:%M:%S"), format::ago(at, now))
}
