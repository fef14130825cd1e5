//! Reports: what is sent to whom, when it is due, and what became of the latest runs.

use super::form_parts::{button, text};
use super::report_runs::{PAGE, left_out, run};
use super::schedules::until;
use crate::components::icon::icon;
use crate::service::{
    RemoveReportPage, ReportAbout, ReportPause, ReportRow, ReportsPage, TypedReport,
};
use brisk_domain::{Timestamp, format};
use leptos::prelude::*;

/// `/admin/reports`
pub fn reports(page: &ReportsPage) -> AnyView {
    let rows: Vec<AnyView> = page.reports.iter().map(|row| report(row, page.now)).collect();
    let none = rows.is_empty().then(|| {
        view! { <p class="recent">"There are none yet. Add one below, or as a file in the folder reports."</p> }
    });
    let done = page.notice.map(|text| view! { <p class="notice-done" role="status">{text}</p> });
    view! {
        <main id="main">
            <div class="page-head"><div>
                <h1>"Reports"</h1>
                <p>"Views of dashboards that are sent when they are due. Each recipient receives what their own rights allow."</p>
            </div></div>
            <div class="page admin people">
                {done}
                <section class="operation" aria-labelledby="all-reports">
                    <h2 id="all-reports">"Reports"</h2>
                    {none}
                    <ul class="rollups">{rows}</ul>
                </section>
                {form(&page.typed, &page.problems)}
            </div>
        </main>
    }
    .into_any()
}

fn report(row: &ReportRow, now: Timestamp) -> AnyView {
    let (state, class) = match (&row.about, row.pause) {
        (Err(_), _) => ("never due", "state bad"),
        (Ok(_), ReportPause::No) => ("on", "state fresh"),
        (Ok(_), ReportPause::InApp) => ("paused", "state"),
        (Ok(_), ReportPause::ByDefinition) => ("paused in its definition", "state"),
    };
    let name = row.name.clone();
    let title = match &row.about {
        Ok(about) => about.title.clone(),
        Err(_) => name.clone(),
    };
    let field = || vec![("name", name.clone())];
    let send = row
        .about
        .is_ok()
        .then(|| button(PAGE.to_owned(), "send", field(), "Send now", name.clone()));
    let (what, label) = match row.pause {
        ReportPause::InApp => ("resume", "Resume"),
        ReportPause::No | ReportPause::ByDefinition => ("pause", "Pause"),
    };
    let named = brisk_domain::view::query_string(&[("name".to_owned(), name.clone())]);
    let changes = row.changed.is_some().then(|| {
        view! {
            <a class="btn" href=format!("{PAGE}{named}#set") aria-label=format!("Change {name}")>"Change…"</a>
            <a class="btn" href=format!("{PAGE}/{name}/remove") aria-label=format!("Remove {name}")>"Remove…"</a>
        }
    });
    let from = match &row.changed {
        Some((by, at)) => {
            let changed = format!("{} by {by}", format::ago(*at, now));
            view! { <div><dt>"Changed"</dt><dd>{changed}</dd></div> }.into_any()
        }
        None => {
            let words = format!("the file reports/{name}.toml: change it there, pause it here");
            view! { <div><dt>"From"</dt><dd>{words}</dd></div> }.into_any()
        }
    };
    let about = match &row.about {
        Ok(about) => facts(about, row.pause, now),
        Err(problems) => sentences(problems),
    };
    view! {
        <li class="rollup">
            <div class="rollup-head">
                <h3 class="plain"><a href=format!("{PAGE}/{name}")>{title}</a><b class=class>{state}</b></h3>
                <div class="actions">
                    {send}
                    {button(PAGE.to_owned(), what, field(), label, name.clone())}
                    {changes}
                </div>
            </div>
            <dl class="facts">
                <div><dt>"Name"</dt><dd><code>{name.clone()}</code></dd></div>
                {about}
                {from}
            </dl>
            {runs(row, now)}
        </li>
    }
    .into_any()
}

fn facts(about: &ReportAbout, pause: ReportPause, now: Timestamp) -> AnyView {
    let (address, view) = about.view.clone();
    let next = match (&about.next, pause) {
        (Some((shown, at)), ReportPause::No) => format!("{shown}, {}", until(*at, now)),
        (None, ReportPause::No) => "once its data have landed".to_owned(),
        (_, ReportPause::InApp | ReportPause::ByDefinition) => "–".to_owned(),
    };
    view! {
        <div><dt>"Dashboard"</dt><dd><a href=address>{view}</a></dd></div>
        <div><dt>"Sent as"</dt><dd>{about.form}</dd></div>
        <div><dt>"Recipients"</dt><dd>{list(&about.recipients)}</dd></div>
        <div><dt>"When"</dt><dd>{list(&about.when)}</dd></div>
        <div><dt>"Next"</dt><dd>{next}</dd></div>
    }
    .into_any()
}

fn sentences(problems: &[String]) -> AnyView {
    view! { <div><dt>"Wrong"</dt><dd>{list(problems)}</dd></div> }.into_any()
}

fn list(lines: &[String]) -> AnyView {
    let lines: Vec<_> = lines.iter().map(|line| view! { <li>{line.clone()}</li> }).collect();
    view! { <ul class="runs">{lines}</ul> }.into_any()
}

fn runs(row: &ReportRow, now: Timestamp) -> AnyView {
    if row.runs.is_empty() {
        return view! { <p class="recent">"No runs yet."</p> }.into_any();
    }
    let runs: Vec<_> =
        row.runs.iter().map(|one| view! { <li>{run(one, now)}{left_out(one)}</li> }).collect();
    view! { <h4>"Latest runs"</h4><ul class="runs">{runs}</ul> }.into_any()
}

fn form(typed: &TypedReport, problems: &[String]) -> AnyView {
    let problems: Vec<_> = problems.iter().map(|why| view! { <li>{why.clone()}</li> }).collect();
    let problems = (!problems.is_empty()).then(|| {
        view! { <div class="banner" role="alert">{icon("alert")}<ul class="runs">{problems}</ul></div> }
    });
    let title = if typed.changes.is_some() { "Change report" } else { "New report" };
    let name = match typed.changes {
        Some(at) => {
            let name = typed.name.clone();
            view! {
                <p>"The report "<code>{name.clone()}</code>" as it is sent from then on."</p>
                <input type="hidden" name="name" value=name/>
                <input type="hidden" name="changes" value=at.0/>
            }
            .into_any()
        }
        None => text(
            "name",
            "Name",
            &typed.name,
            Some(
                "Lower-case letters, digits and hyphens, such as weekly-sales. It cannot be changed later.",
            ),
        ),
    };
    let definition = typed.definition.clone();
    view! {
        <section class="operation" aria-labelledby="set">
            <h2 id="set">{title}</h2>
            {problems}
            <form class="report-form" method="post" action=PAGE>
                <input type="hidden" name="do" value="set"/>
                {name}
                <div class="field">
                    <label for="definition">"Definition"</label>
                    <textarea id="definition" name="definition" rows="22" spellcheck="false" aria-describedby="definition-about">{definition}</textarea>
                    <small id="definition-about">"In TOML, as a file has it: see docs/reports.md."</small>
                </div>
                <div class="actions"><button class="btn primary">"Save"</button></div>
            </form>
        </section>
    }
    .into_any()
}

/// `/admin/reports/{name}/remove`
pub fn remove(page: &RemoveReportPage) -> AnyView {
    let action = format!("{PAGE}/{}/remove", page.name);
    view! {
        <main id="main">
            <div class="page-head"><div>
                <p class="crumb"><a href=PAGE>"Reports"</a></p>
                <h1>"Remove the report "<code>{page.name.clone()}</code>"?"</h1>
                <p>"Its definition is gone for good, and nothing more of it is sent. Its history stays, and whoever has unsubscribed stays so, should it be made again."</p>
            </div></div>
            <div class="page admin people">
                <section class="operation" aria-label="Remove">
                    <form method="post" action=action class="actions">
                        <button class="btn primary">"Remove"</button>
                        <a class="btn" href=PAGE>"Cancel"</a>
                    </form>
                </section>
            </div>
        </main>
    }
    .into_any()
}
