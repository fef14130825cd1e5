//! Schedules of warming, their next due times and their latest runs.

use super::form_parts::{button, problem, text};
use crate::service::{RemoveSchedulePage, RunRow, ScheduleRow, SchedulesPage};
use brisk_domain::{Timestamp, format};
use leptos::prelude::*;

const PAGE: &str = "/admin/schedules";

/// `/admin/schedules`
pub fn schedules(page: &SchedulesPage) -> AnyView {
    let rows: Vec<AnyView> = page.schedules.iter().map(|row| schedule(row, page.now)).collect();
    let none = rows.is_empty().then(|| {
        view! { <p class="recent">"There are none. Without any, what readers look at is loaded when they do."</p> }
    });
    let done =
        page.notice.clone().map(|text| view! { <p class="notice-done" role="status">{text}</p> });
    let [name, warms, expression, zone] = &page.typed;
    let title = if page.is_change { "Change schedule" } else { "New schedule" };
    view! {
        <main id="main">
            <div class="page-head"><div>
                <h1>"Schedules"</h1>
                <p>"What is loaded into the cache before anybody asks. One of all replicas does so at each due time."</p>
            </div></div>
            <div class="page admin people">
                {done}
                <section class="operation" aria-labelledby="all-schedules">
                    <h2 id="all-schedules">"Schedules"</h2>
                    {none}
                    <ul class="rollups">{rows}</ul>
                </section>
                <section class="operation" aria-labelledby="set">
                    <h2 id="set">{title}</h2>
                    {problem(page.problem.as_ref())}
                    <form method="post" action=PAGE>
                        <input type="hidden" name="do" value="set"/>
                        {text("name", "Name", name, Some("An existing name changes that schedule."))}
                        {text("warms", "What to warm", warms, Some("all, source:NAME, dashboard:NAME, panel:DASHBOARD/PANEL, or a tag of your own."))}
                        {text("expression", "When", expression, Some("Minute, hour, day of month, month, day of week: 0 6 * * 1-5 is 06:00 from Monday to Friday."))}
                        {text("zone", "Time zone", zone, Some("Such as Europe/London; UTC where it is empty."))}
                        <div class="actions"><button class="btn primary">"Save"</button></div>
                    </form>
                </section>
            </div>
        </main>
    }
    .into_any()
}

fn schedule(row: &ScheduleRow, now: Timestamp) -> AnyView {
    let (state, class) = match (&row.words, row.is_on) {
        (Err(_), _) => ("never due", "state bad"),
        (Ok(_), true) => ("on", "state fresh"),
        (Ok(_), false) => ("off", "state"),
    };
    let words = row.words.clone().unwrap_or_else(|why| why);
    let (expression, zone) = row.expression.clone();
    let next: Vec<_> = row
        .next
        .iter()
        .filter(|_| row.is_on)
        .map(|(shown, at)| format!("{shown}, {}", until(*at, now)))
        .map(|next| view! { <li>{next}</li> })
        .collect();
    let next = match next.is_empty() {
        true => "–".into_any(),
        false => view! { <ul class="runs">{next}</ul> }.into_any(),
    };
    let (by, at) = &row.changed;
    // A file's has none before it is switched off.
    let changed = (!by.is_empty()).then(|| {
        let changed = format!("{} by {by}", format::ago(*at, now));
        view! { <div><dt>"Changed"</dt><dd>{changed}</dd></div> }
    });
    let from = row.is_of_file.then(|| {
        view! { <div><dt>"From"</dt><dd>"the dashboard's file: change it there, switch it off here"</dd></div> }
    });
    let last = row.runs.first().map_or_else(|| "none yet".to_owned(), |run| result(run, now));
    let (what, label) = if row.is_on { ("off", "Switch off") } else { ("on", "Switch on") };
    let named = brisk_domain::view::query_string(&[("name".to_owned(), row.name.clone())]);
    let (change, remove) = match row.is_of_file {
        true => (None, None),
        false => (
            Some(
                view! { <a class="btn" href=format!("{PAGE}{named}#set") aria-label=format!("Change {}", row.name)>"Change…"</a> },
            ),
            Some(
                view! { <a class="btn" href=format!("{PAGE}/remove{named}") aria-label=format!("Remove {}", row.name)>"Remove…"</a> },
            ),
        ),
    };
    view! {
        <li class="rollup">
            <div class="rollup-head">
                <h3 class="plain">{row.name.clone()}<b class=class>{state}</b></h3>
                <div class="actions">
                    {change}
                    {button(PAGE.to_owned(), what, vec![("name", row.name.clone())], label, row.name.clone())}
                    {remove}
                </div>
            </div>
            <dl class="facts">
                <div><dt>"Warms"</dt><dd><code>{row.warms.clone()}</code></dd></div>
                <div><dt>"When"</dt><dd>{words}<br/><code class="unbroken">{expression}</code>" "{zone}</dd></div>
                <div><dt>"Next"</dt><dd>{next}</dd></div>
                <div><dt>"Last run"</dt><dd>{last}</dd></div>
                {changed}
                {from}
            </dl>
            {runs(row, now)}
        </li>
    }
    .into_any()
}

/// The outcome of a run, in a sentence.
pub(super) fn result(run: &RunRow, now: Timestamp) -> String {
    let (loaded, ready, failed) = run.panels;
    let mut words = match (run.started_at, run.ended_at) {
        (None, _) => format!("due {}, waiting", run.due),
        (Some(at), None) => format!("{}, running since {}", run.due, format::ago(at, now)),
        (Some(started), Some(ended)) => {
            let took = (ended.0 - started.0) as f64 / 1e6;
            format!(
                "{}: {loaded} panels loaded, {ready} already there, {failed} failed, in {}",
                run.due,
                format::duration(took.max(0.0))
            )
        }
    };
    let late = run.started_at.map_or(0, |started| (started.0 - run.due_at.0) / 1_000_000);
    match (run.missed, late > LATE) {
        (0, false) => {}
        (0, true) => {
            words +=
                &format!("; {} late, because no server ran", format::round_duration(late as f64));
        }
        (missed, _) => {
            let times = if missed == 1 { "time" } else { "times" };
            words += &format!("; once for {missed} more due {times} at which no server ran");
        }
    }
    match run.note.as_str() {
        "" => words,
        note => format!("{words}. {note}"),
    }
}

/// Seconds after which a run counts as late.
const LATE: i64 = 120;

/// The time until then, in words.
pub(super) fn until(at: Timestamp, now: Timestamp) -> String {
    let seconds = (at.0 - now.0) as f64 / 1e6;
    format!("in {}", format::round_duration(seconds.max(0.0)))
}

fn runs(row: &ScheduleRow, now: Timestamp) -> Option<AnyView> {
    if row.runs.len() < 2 {
        return None;
    }
    let runs: Vec<_> = row.runs.iter().map(|run| view! { <li>{result(run, now)}</li> }).collect();
    Some(
        view! {
            <details>
                <summary>{format!("The latest {} runs", row.runs.len())}</summary>
                <ul class="runs">{runs}</ul>
            </details>
        }
        .into_any(),
    )
}

/// `/admin/schedules/remove`
pub fn remove(page: &RemoveSchedulePage) -> AnyView {
    view! {
        <main id="main">
            <div class="page-head"><div>
                <p class="crumb"><a href=PAGE>"Schedules"</a></p>
                <h1>"Remove the schedule "<code>{page.name.clone()}</code>"?"</h1>
                <p>{page.about.clone()}" It is removed with what is known of its runs. What is in the cache stays."</p>
            </div></div>
            <div class="page admin people">
                <section class="operation" aria-label="Remove">
                    <form method="post" action=format!("{PAGE}/remove") class="actions">
                        <input type="hidden" name="name" value=page.name.clone()/>
                        <button class="btn primary">"Remove"</button>
                        <a class="btn" href=PAGE>"Cancel"</a>
                    </form>
                </section>
            </div>
        </main>
    }
    .into_any()
}
