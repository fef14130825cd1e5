//! How Brisk notices changes of each source without webhooks: listeners, watched queries, and the
//! triggers that an admin makes.

use super::cache_figures::facts;
use crate::components::records_table::{Head, records_table};
use crate::service::{InvalidationPage, ListenerRow, NoticedSource, SourceChangesPage, WatchRow};
use brisk_domain::{Timestamp, format};
use leptos::prelude::*;

/// How changes of each source are noticed without a webhook.
pub(super) fn sources(page: &InvalidationPage) -> AnyView {
    let sources: Vec<AnyView> =
        page.sources.iter().map(|source| noticed(source, page.now)).collect();
    view! {
        <section class="operation" aria-labelledby="noticed">
            <h2 id="noticed">"Noticed without a webhook"</h2>
            <p class="recent">"PostgreSQL says itself which tables change, once they have triggers. Elsewhere a query per table is watched: [source.NAME.watch.WATCH] in brisk.toml."</p>
            <ul class="rollups">{sources}</ul>
        </section>
    }
    .into_any()
}

fn noticed(source: &NoticedSource, now: Timestamp) -> AnyView {
    let name = source.name.clone();
    let link = source.listener.as_ref().map(|_| {
        let address = format!("/admin/invalidation/sources/{name}");
        view! { <a class="btn" href=address aria-label=format!("Triggers of {name}")>"Triggers"</a> }
    });
    let told = match (&source.listener, source.told) {
        (None, _) if source.kind == "PostgreSQL" => "the configuration says not to".to_owned(),
        (None, _) => format!("{} tells nobody of changes", source.kind),
        (Some(_), None) => "not known: it does not answer".to_owned(),
        (Some(_), Some((_, 0))) => "no dashboard reads a table of it".to_owned(),
        (Some(_), Some((told, all))) => format!("{told} of {all} tables tell all their changes"),
    };
    let listener = source.listener.as_ref().map(|listener| listener_facts(listener, now));
    let watches: Vec<AnyView> = source.watches.iter().map(|row| watch(row, now)).collect();
    view! {
        <li class="rollup">
            <div class="rollup-head"><h3>{name.clone()}</h3>{link}</div>
            {facts(&[("Kind", source.kind.to_owned()), ("Triggers", told)])}
            {listener}
            {watches}
        </li>
    }
    .into_any()
}

fn listener_facts(listener: &ListenerRow, now: Timestamp) -> AnyView {
    let (is_right, state) = &listener.state;
    let class = match is_right {
        Some(true) => "state fresh",
        Some(false) => "state bad",
        None => "state",
    };
    let latest = match &listener.latest {
        None => "none yet".to_owned(),
        Some((at, tables)) => format!("{}: {}", format::ago(*at, now), tables.join(", ")),
    };
    view! {
        <dl class="facts">
            <div><dt>"Listener"</dt><dd><b class=class>{state.clone()}</b></dd></div>
            <div><dt>"Heard"</dt><dd>{listener.heard}</dd></div>
            <div><dt>"Latest"</dt><dd>{latest}</dd></div>
            <div><dt>"Connections lost"</dt><dd>{listener.lost}</dd></div>
        </dl>
    }
    .into_any()
}

fn watch(row: &WatchRow, now: Timestamp) -> AnyView {
    let ago = |at: Option<Timestamp>, none: &str| {
        at.map_or_else(|| none.to_owned(), |at| format::ago(at, now))
    };
    let state = match &row.failing {
        None if row.checked_at.is_none() => view! { <b class="state">"not run yet"</b> }.into_any(),
        None => view! { <b class="state fresh">"watched"</b> }.into_any(),
        Some((since, why)) => {
            let since = since.map(|since| {
                format!(" for {}", format::round_duration(now.since(since).as_secs_f64()))
            });
            view! { <b class="state bad">"tells nothing"{since}</b><span class="why">{why.clone()}</span> }
                .into_any()
        }
    };
    let tags = row.tags.as_ref().map_or_else(|| "its tables".to_owned(), |tags| tags.join(", "));
    view! {
        <div class="watch">
            <h4>"Watched query "{row.name.clone()}</h4>
            <pre class="code" tabindex="0"><code>{row.sql.clone()}</code></pre>
            <dl class="facts">
                <div><dt>"State"</dt><dd>{state}</dd></div>
                <div><dt>"Runs every"</dt><dd>{row.pace.clone()}</dd></div>
                <div><dt>"Stands for"</dt><dd>{tags}</dd></div>
                <div><dt>"Ran"</dt><dd>{ago(row.checked_at, "not yet")}</dd></div>
                <div><dt>"Result"</dt><dd><code>{row.shown.clone()}</code></dd></div>
                <div><dt>"Changed"</dt><dd>{ago(row.changed_at, "not yet")}</dd></div>
            </dl>
            <p class="recent">"It sees what its result shows, and nothing else: with max(updated_at) and count(*) neither an update that leaves updated_at as it is, nor a delete and an insert that leave both."</p>
        </div>
    }
    .into_any()
}

/// `/admin/invalidation/sources/{name}`
pub fn source_changes(page: &SourceChangesPage) -> AnyView {
    let tables = match &page.tables {
        Err(why) => view! { <p class="banner" role="alert">{why.clone()}</p> }.into_any(),
        Ok(tables) if tables.is_empty() => {
            view! { <p class="recent">"No dashboard reads a table of this source."</p> }.into_any()
        }
        Ok(tables) => {
            let rows: Vec<AnyView> = tables
                .iter()
                .map(|row| {
                    let (is_right, words) = row.told;
                    let class = if is_right { "state fresh" } else { "state bad" };
                    view! { <tr><td><code>{row.name.clone()}</code></td><td>{row.kind}</td><td><b class=class>{words}</b></td></tr> }
                        .into_any()
                })
                .collect();
            view! {
                {records_table(
                    "Tables".to_owned(),
                    "tb warming",
                    &[Head::Text("Table"), Head::Text("Kind"), Head::Text("Changes")],
                    rows,
                )}
            }
            .into_any()
        }
    };
    let unread = (page.unread > 0).then(|| {
        view! { <p class="recent">{format!("Statements that Brisk's parser cannot read: {}. All names in them are taken for tables.", page.unread)}</p> }
    });
    view! {
        <main id="main">
            <div class="page-head"><div>
                <p class="crumb"><a href="/admin/invalidation">"Invalidation"</a></p>
                <h1>"Triggers of "{page.name.clone()}</h1>
                <p>"With them the database says which tables have changed, once each transaction commits; what reads them is out of date within a second."</p>
            </div></div>
            <div class="page admin cache-admin">
                <section class="operation" aria-labelledby="tables">
                    <h2 id="tables">"Tables that dashboards read"</h2>
                    {tables}
                    {unread}
                    {listener_facts(&page.listener, page.now)}
                </section>
                <section class="operation" aria-labelledby="sql">
                    <h2 id="sql">"The SQL that makes them"</h2>
                    <p class="recent">"Brisk installs nothing in a source. Read this, and run it as the owner of the tables, with psql for example. It may be run again, and has to be for new tables and new partitions."</p>
                    <pre class="code" tabindex="0"><code>{page.sql.clone()}</code></pre>
                    <details><summary>"The SQL that removes them"</summary><pre class="code" tabindex="0"><code>{page.removal.clone()}</code></pre></details>
                </section>
                <section class="operation" aria-labelledby="unseen">
                    <h2 id="unseen">"What is seen, and what is not"</h2>
                    <ul class="runs">
                        <li><b>"Seen: "</b>"insert, update, delete, merge, copy and truncate, also by cascades; writes to partitions that have the triggers, directly or through their table; rows of logical replication."</li>
                        <li><b>"Not seen: "</b>"partitions that were added or detached, and tables that were renamed or replaced, since the SQL ran; refreshes of materialized views; what changes on the other side of foreign tables; changes of a table's definition; tables that functions read; restores that bring the triggers last."</li>
                        <li>"For those, the time to live of the panels holds, and a webhook says it at once."</li>
                        <li>"It costs each statement that writes one call of a function. Transactions that tell commit one after the other, which matters from thousands of them a second on."</li>
                    </ul>
                </section>
            </div>
        </main>
    }
    .into_any()
}
