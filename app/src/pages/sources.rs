//! The sources and their rollups, for those who look after them.

use crate::components::icon::icon;
use crate::components::records_table::{Head, records_table};
use crate::service::{RollupRow, SlowRow, SourceReport, SourcesPage};
use brisk_domain::{
    LastRefresh, RollupName, RollupRun, RollupState, RollupStatus, Timestamp, Unit, ZoneOffsets,
    format,
};
use leptos::prelude::*;

/// Cards of the sources, each with a table of its rollups.
pub fn sources(page: &SourcesPage) -> AnyView {
    let cards: Vec<AnyView> = page.sources.iter().map(|source| card(source, page.now)).collect();
    let none = page.sources.is_empty().then(|| {
        view! {
            <div class="sheet">
                <h2>"No sources yet"</h2>
                <p>"A source is a database that panels read. Add one here, declare it in brisk.toml, or start with "<code>"--source NAME=URL"</code>"."</p>
            </div>
        }
    });
    let now = utc(page.now);
    let done =
        page.notice.clone().map(|text| view! { <p class="notice-done" role="status">{text}</p> });
    let unread: Vec<AnyView> = page.unread.iter().map(|(name, why)| unread(name, why)).collect();
    let add = page
        .may_add
        .then(|| view! { <a class="btn" href="/admin/sources/edit">"Add a source…"</a> });
    view! {
        <main id="main" data-again=page.is_busy().then_some("")>
            <div class="page-head">
                <div>
                    <h1>"Sources"</h1>
                    <p>"The databases that panels read, and the rollups that Brisk maintains in them."</p>
                </div>
                <div class="actions">
                    <p class="as-of"><span>"asked at "{now}</span></p>
                    {add}
                </div>
            </div>
            <div class="page admin">{done}{none}{cards}{unread}</div>
        </main>
    }
    .into_any()
}

fn card(source: &SourceReport, now: Timestamp) -> AnyView {
    let (state, class) = match source.version {
        Ok(_) => ("Connected", "state fresh"),
        Err(_) => ("Not usable", "state bad"),
    };
    let name = source.name.to_string();
    let title = format!("source-{name}");
    let warnings = source.version.as_ref().err().map(|why| banner(why.clone())).into_iter().chain(
        source.may_write.as_ref().map(|what| {
            banner(format!(
                "The role of this source {what}. Brisk only reads: give it a read-only role."
            ))
        }),
    );
    let warnings: Vec<AnyView> = warnings.collect();
    let origin = origin(source, now);
    let (most, now_open) = source.connections;
    let (rows, bytes) = source.size;
    let facts = [
        ("Server", source.version.clone().unwrap_or_else(|_| "–".into())),
        ("Connections", format!("{now_open} open, {most} at most")),
        ("Time limit", format::round_duration(source.time.as_secs_f64())),
        ("Rows, at most", count(rows)),
        ("Size, at most", format::compact(bytes as f64, &Unit::Bytes)),
    ];
    let facts: Vec<_> = facts
        .into_iter()
        .map(|(name, fact)| view! { <div><dt>{name}</dt><dd>{fact}</dd></div> })
        .collect();
    let dashboards = source.dashboards.iter().cloned();
    let dashboards: Vec<_> =
        dashboards.map(|(href, title)| view! { <a href=href>{title}</a> }).collect();
    let read_by = (!dashboards.is_empty())
        .then(|| view! { <div class="read-by"><dt>"Read by"</dt><dd>{dashboards}</dd></div> });
    view! {
        <section class="operation" aria-labelledby=title.clone()>
            <div class="rollup-head">
                <h2 id=title.clone()>{name.clone()}<b class=class>{state}</b></h2>
                {changes(source)}
            </div>
            <p class="recent">{origin}</p>
            {warnings}
            <dl class="facts">{facts}{read_by}</dl>
            {rollups(&source.rollups, now)}
            {slow(&name, &source.slow)}
        </section>
    }
    .into_any()
}

/// Where a source comes from.
fn origin(source: &SourceReport, now: Timestamp) -> String {
    match &source.added {
        None => "Declared in the configuration, which alone can change it.".to_owned(),
        Some(added) => {
            let ago = format::ago(added.changed_at, now);
            format!("{}. Added here; changed {ago} by {}.", added.shown, added.changed_by)
        }
    }
}

/// Actions on a source that was added here.
fn changes(source: &SourceReport) -> Option<AnyView> {
    source.added.as_ref()?;
    Some(change_links(&source.name.to_string()))
}

fn change_links(name: &str) -> AnyView {
    let named = brisk_domain::view::query_string(&[("name".to_owned(), name.to_owned())]);
    view! {
        <div class="actions">
            <a class="btn" href=format!("/admin/sources/edit{named}") aria-label=format!("Change {name}")>"Change…"</a>
            <a class="btn" href=format!("/admin/sources/remove{named}") aria-label=format!("Remove {name}")>"Remove…"</a>
        </div>
    }
    .into_any()
}

/// A source that was added here and is not read.
fn unread(name: &str, why: &str) -> AnyView {
    let title = format!("source-{name}");
    let (text, why) = (name.to_owned(), why.to_owned());
    view! {
        <section class="operation" aria-labelledby=title.clone()>
            <div class="rollup-head">
                <h2 id=title.clone()>{text}<b class="state bad">"Not read"</b></h2>
                {change_links(name)}
            </div>
            {banner(why)}
        </section>
    }
    .into_any()
}

/// The slowest statements, in a table that opens.
fn slow(source: &str, rows: &[SlowRow]) -> Option<AnyView> {
    if rows.is_empty() {
        return None;
    }
    let rows: Vec<_> = rows
        .iter()
        .map(|row| {
            let (dashboard, panel) = row.label.split_once('/').unwrap_or((&row.label, ""));
            let href = format!("/admin/cache/{dashboard}#{panel}");
            let time = |time: std::time::Duration| format::duration(time.as_secs_f64());
            view! {
                <tr>
                    <td><details><summary><code>{row.fingerprint.clone()}</code></summary><pre class="code" tabindex="0"><code>{row.sql.clone()}</code></pre></details></td>
                    <td><a href=href>{row.label.clone()}</a></td>
                    <td class="n">{count(row.runs)}</td>
                    <td class="n">{time(row.total)}</td>
                    <td class="n">{time(row.longest)}</td>
                </tr>
            }
        })
        .collect();
    Some(
        view! {
            <details>
                <summary>"Slowest statements"</summary>
                <p class="recent">"By the time that all their runs took in this process, without values."</p>
                {records_table(
                    format!("Slowest statements of {source}"),
                    "tb",
                    &[Head::Text("Statement"), Head::Text("Run last by"), Head::Number("Runs"), Head::Number("Total time"), Head::Number("Longest")],
                    rows,
                )}
            </details>
        }
        .into_any(),
    )
}

fn banner(text: String) -> AnyView {
    view! { <p class="banner">{icon("alert")}{text}</p> }.into_any()
}

fn rollups(rows: &[RollupRow], now: Timestamp) -> Option<AnyView> {
    if rows.is_empty() {
        return None;
    }
    let rows: Vec<AnyView> = rows.iter().map(|row| rollup(row, now)).collect();
    Some(view! { <h3>"Rollups"</h3><ul class="rollups">{rows}</ul> }.into_any())
}

fn rollup(row: &RollupRow, now: Timestamp) -> AnyView {
    let RollupStatus { name, grain, refresh, state, last, runs, .. } = &row.status;
    let (word, class) = match (row.is_running, state) {
        (true, _) => ("rebuilding", "state"),
        (false, RollupState::UpToDate) => (state.word(), "state fresh"),
        (false, RollupState::NotBuilt) => (state.word(), "state"),
        (false, RollupState::Changed | RollupState::Unknown(_)) => (state.word(), "state stale"),
        (false, RollupState::Failed { .. } | RollupState::Broken(_)) => (state.word(), "state bad"),
    };
    let whys: Vec<_> =
        state.why().map(str::to_owned).into_iter().chain(row.notice.clone()).collect();
    let whys: Vec<_> = whys.into_iter().map(|why| view! { <p class="why">{why}</p> }).collect();
    let of_last =
        |show: &dyn Fn(&LastRefresh) -> String| last.as_ref().map_or_else(|| "–".to_owned(), show);
    let schedule = match refresh {
        Some(every) => format!(
            "every {}, and when its tables change",
            format::round_duration(every.as_secs_f64())
        ),
        None => "when its tables change".into(),
    };
    let facts = [
        ("Last run", of_last(&|last| format::ago(last.at, now))),
        ("Rows", of_last(&|last| count(last.rows))),
        ("Took", of_last(&|last| format::duration(last.seconds))),
        ("Grain", grain.word().to_owned()),
        ("Refreshed", schedule),
    ];
    let facts: Vec<_> = facts
        .into_iter()
        .map(|(name, fact)| view! { <div><dt>{name}</dt><dd>{fact}</dd></div> })
        .collect();
    let can_build = !matches!(state, RollupState::Broken(_));
    let form = can_build.then(|| {
        view! {
            <form method="post" action=format!("/admin/rollups/{name}/rebuild")>
                <button class="btn" disabled=row.is_running aria-describedby=format!("{name}-name")>"Rebuild"</button>
            </form>
        }
    });
    let text = name.to_string();
    view! {
        <li class="rollup" id=text.clone()>
            <div class="rollup-head">
                <h4 id=format!("{text}-name")><code>{text.clone()}</code><b class=class>{word}</b></h4>
                {form}
            </div>
            {whys}
            <dl class="facts">{facts}</dl>
            {history(name, runs, now)}
        </li>
    }
    .into_any()
}

/// The latest refreshes, in a table that opens.
fn history(name: &RollupName, runs: &[RollupRun], now: Timestamp) -> Option<AnyView> {
    if runs.is_empty() {
        return None;
    }
    let rows: Vec<_> = runs
        .iter()
        .map(|run| {
            let (written, total, what) = match &run.outcome {
                Ok(report) => {
                    let from = report.from.map_or_else(
                        || "all of it".to_owned(),
                        |from| format!("from {} on", utc(from)),
                    );
                    (count(report.written), count(report.rows), from)
                }
                Err(why) => ("–".into(), "–".into(), why.clone()),
            };
            let class = run.outcome.is_err().then_some("bad");
            view! {
                <tr class=class>
                    <td title=utc(run.started_at)>{format::ago(run.started_at, now)}</td>
                    <td>{what}</td>
                    <td class="n">{written}</td>
                    <td class="n">{total}</td>
                    <td class="n">{format::duration(run.seconds)}</td>
                </tr>
            }
        })
        .collect();
    let words = match runs.len() {
        1 => "The latest run".to_owned(),
        many => format!("The latest {many} runs"),
    };
    Some(
        view! {
            <details>
                <summary>{words}</summary>
                {records_table(
                    format!("Runs of {name}"),
                    "tb",
                    &[Head::Text("Started"), Head::Text("Rows replaced"), Head::Number("Written"), Head::Number("Rows"), Head::Number("Took")],
                    rows,
                )}
            </details>
        }
        .into_any(),
    )
}

fn count(number: u64) -> String {
    format::grouped(&number.to_string())
}

/// An instant in UTC, because the reader's zone is unknown.
fn utc(at: Timestamp) -> String {
    let utc = ZoneOffsets { first: 0, changes: Vec::new() };
    format!("{} UTC", utc.local(at).format("%Y-%m-%d %H:%M"))
}
