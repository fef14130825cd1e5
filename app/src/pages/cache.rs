//! The cache, for those who look after it: how well it serves, where its entries are, and the policies in
//! force by source and dashboard.

use super::cache_figures::{
    explained, facts, notice, policy_link, policy_words, purge_link, rate, time, warm_link,
};
use super::warming::warming;
use crate::components::icon::icon;
use crate::components::records_table::{Head, records_table};
use crate::service::{
    CacheFigures, CachePage, CacheTiers, CachedDashboard, CachedPanel, CachedSource,
};
use brisk_chart::{Input, Spec};
use brisk_domain::panel_kind::Area;
use brisk_domain::{Bounds, Interval, PanelKind, Tag, Unit, ZoneOffsets, format};
use leptos::prelude::*;

/// `/admin/cache`
pub fn cache(page: &CachePage) -> AnyView {
    let sources = page.sources.iter().filter(|one| page.is_whole || !one.dashboards.is_empty());
    let sources: Vec<AnyView> = sources.map(|one| source(one, page.is_whole)).collect();
    view! {
        <main id="main">
            <div class="page-head">
                <div>
                    <h1>"Cache"</h1>
                    <p>"What readers were served without asking a database, and for how long it may be shown."</p>
                </div>
                {whole_actions(page)}
            </div>
            <div class="page admin cache-admin">
                {notice(page.notice.as_deref())}
                {page.is_whole.then(|| service(page))}
                {page.is_whole.then(|| tiers(&page.tiers))}
                {page.schedules.as_ref().map(|rows| warming(rows, page.now))}
                {sources}
                {costliest(&page.costliest)}
                {never_hit(&page.never_hit)}
                {page.is_whole.then(by_tag)}
            </div>
        </main>
    }
    .into_any()
}

/// Actions on the whole cache.
fn whole_actions(page: &CachePage) -> Option<AnyView> {
    page.is_whole.then(|| {
        view! {
            <div class="actions">
                <a class="btn" href=policy_link("global")>"Policy…"</a>
                <a class="btn" href=warm_link(&Tag::All)>"Warm everything…"</a>
                <a class="btn" href=purge_link(&Tag::All)>"Purge everything…"</a>
            </div>
        }
        .into_any()
    })
}

fn service(page: &CachePage) -> AnyView {
    let day = &page.day;
    let (lately, minutes) = &page.lately;
    let hours = (page.now.0 - page.since.0) as f64 / 1e6;
    let span = format::round_duration(hours.max(1.0));
    let tiles = [
        (
            "Hit rate",
            rate(day.hits, day.lookups()),
            "Lookups answered with a current value, of all lookups of readers.",
        ),
        (
            "Stale",
            rate(day.stale, day.lookups()),
            "Answered at once with a value past its TTL, marked, while it was reloaded.",
        ),
        ("Missed", rate(day.misses, day.lookups()), "Had to wait for the database."),
        (
            "Lookups",
            format::grouped(&day.lookups().to_string()),
            "One for each statement of each panel that somebody looked at.",
        ),
        (
            "Statements run",
            format::grouped(&day.loads.to_string()),
            "By readers; readers who wait for the same value share one.",
        ),
        (
            "Database time saved",
            time(day.saved_time),
            "What the answers from the cache would have taken: the time that each one's load took.",
        ),
    ];
    let tiles = explained(&tiles);
    let window = format::round_duration(minutes.as_secs_f64().max(1.0));
    let recent = match lately.lookups() {
        _ if minutes.is_zero() => String::new(),
        0 => format!("Nobody looked in the latest {window}. "),
        // The same figures again.
        lookups if lookups == day.lookups() => String::new(),
        lookups => format!(
            "In the latest {window}, {} of {} lookups hit. ",
            rate(lately.hits, lookups),
            format::grouped(&lookups.to_string()),
        ),
    };
    view! {
        <section class="operation" aria-labelledby="served">
            <h2 id="served">{format!("Served, last {span}")}</h2>
            {tiles}
            <p class="recent">{recent}"The figures are of this process, since it started or for 24 hours."</p>
            {chart(page)}
        </section>
    }
    .into_any()
}

/// The lookups over time, drawn as a panel would be.
fn chart(page: &CachePage) -> Option<AnyView> {
    if page.history.rows() < 2 {
        return None;
    }
    let spec = Spec {
        kind: PanelKind::Area(Area { stacked: true, empty: None }),
        title: "Lookups of readers".to_owned(),
        unit: Unit::None,
        columns: Vec::new(),
        compare: None,
    };
    let zone = ZoneOffsets { first: 0, changes: Vec::new() };
    let drawing = brisk_chart::draw(&Input {
        spec: &spec,
        frame: &page.history,
        additivity: &[],
        weekdays: &[],
        previous: None,
        sparkline: None,
        sparkline_additivity: &[],
        coverage: None,
        previous_coverage: None,
        sparkline_coverage: None,
        bounds: Bounds { from: page.since, to: page.now },
        earlier: None,
        interval: Interval::Minute,
        zone: &zone,
        width: 1_000.0,
        height: 200.0,
        hidden: &[],
        links: None,
    });
    let legend: Vec<_> = drawing
        .legend
        .iter()
        .map(|item| {
            let class = format!("swatch s{}", item.color);
            view! { <li><i class=class aria-hidden="true"></i>{item.name.clone()}</li> }
        })
        .collect();
    Some(
        view! {
            <figure class="cache-chart">
                <ul class="cache-legend">{legend}</ul>
                <div class="panel-body"><div class="drawing" inner_html=drawing.body></div></div>
                <figcaption>"Lookups by what they found, each since the point before it, UTC"</figcaption>
            </figure>
        }
        .into_any(),
    )
}

fn tiers(tiers: &CacheTiers) -> AnyView {
    let bytes = |number: u64| format::compact(number as f64, &Unit::Bytes);
    let (used, most) = tiers.memory;
    let count = |number: u64| format::grouped(&number.to_string());
    let mut tiles = vec![(
        "Memory",
        format!("{} of {}", bytes(used), bytes(most)),
        "Frames in this process's memory; those used least make room for others.",
    )];
    let (state, class, why) = match &tiers.shared {
        None => ("memory only", "state", None),
        Some(None) => ("Redis connected", "state fresh", None),
        Some(Some((since, why))) => {
            let since = format::round_duration(since.as_secs_f64().max(1.0));
            let why = format!(
                "Redis cannot be used, for {since}: {why}. Values come from memory, marked."
            );
            ("Redis away", "state bad", Some(why))
        }
    };
    if tiers.shared.is_some() {
        tiles.extend([
            (
                "Read from Redis",
                format!("{} ({})", count(tiers.read.0), bytes(tiers.read.1)),
                "Entries that another process, or this one before, had stored.",
            ),
            (
                "Written to Redis",
                format!("{} ({})", count(tiers.written.0), bytes(tiers.written.1)),
                "Entries that this process stored for all.",
            ),
            ("Not written", count(tiers.not_written), "Redis was away, or full."),
            (
                "Round trips",
                count(tiers.round_trips),
                "Waits for Redis; a hot page takes two at most.",
            ),
        ]);
    }
    let banner = why.map(|why| view! { <p class="banner">{icon("alert")}{why}</p> });
    view! {
        <section class="operation" aria-labelledby="tiers">
            <h2 id="tiers">"Where entries are"<b class=class>{state}</b></h2>
            {banner}
            {explained(&tiles)}
        </section>
    }
    .into_any()
}

fn source(source: &CachedSource, is_whole: bool) -> AnyView {
    let name = source.name.to_string();
    let title = format!("cache-{name}");
    let actions = is_whole.then(|| {
        let tag = Tag::Source(source.name.to_string());
        view! {
            <div class="actions">
                <a class="btn" href=policy_link(&tag.to_string())>"Policy…"</a>
                <a class="btn" href=warm_link(&tag)>"Warm…"</a>
                <a class="btn" href=purge_link(&tag)>"Purge…"</a>
            </div>
        }
    });
    let rows: Vec<AnyView> = source.dashboards.iter().map(dashboard).collect();
    let table = match rows.is_empty() {
        true => view! { <p class="recent">"No dashboard reads it."</p> }.into_any(),
        false => view! {
            {records_table(
                format!("Dashboards over {name}"),
                "tb",
                &[Head::Text("Dashboard"), Head::Number("Lookups"), Head::Number("Hit rate"), Head::Number("Statements"), Head::Number("Took"), Head::Number("Saved"), Head::Text("Policy")],
                rows,
            )}
        }
        .into_any(),
    };
    view! {
        <section class="operation" aria-labelledby=title.clone()>
            <div class="rollup-head">
                <h2 id=title.clone()>"Source "{name}</h2>
                {actions}
            </div>
            {facts(&[("Policy", policy_words(&source.policy))])}
            {table}
        </section>
    }
    .into_any()
}

fn dashboard(dashboard: &CachedDashboard) -> AnyView {
    let CacheFigures { hits, loads, load_time, saved_time, .. } = dashboard.figures;
    view! {
        <tr>
            <td><a href=format!("/admin/cache/{}", dashboard.slug)>{dashboard.title.clone()}</a></td>
            <td class="n">{format::grouped(&dashboard.figures.lookups().to_string())}</td>
            <td class="n">{rate(hits, dashboard.figures.lookups())}</td>
            <td class="n">{format::grouped(&loads.to_string())}</td>
            <td class="n">{time(load_time)}</td>
            <td class="n">{time(saved_time)}</td>
            <td>{policy_words(&dashboard.policy)}</td>
        </tr>
    }
    .into_any()
}

fn panel_link(panel: &CachedPanel) -> AnyView {
    let href = format!("/admin/cache/{}#{}", panel.dashboard, panel.id);
    view! { <a href=href>{panel.title.clone()}</a> }.into_any()
}

fn costliest(panels: &[CachedPanel]) -> Option<AnyView> {
    if panels.is_empty() {
        return None;
    }
    let rows: Vec<_> = panels
        .iter()
        .map(|panel| {
            let (median, p95) = panel.load_times.map_or_else(
                || ("–".to_owned(), "–".to_owned()),
                |(median, p95)| (time(median), time(p95)),
            );
            view! {
                <tr>
                    <td>{panel_link(panel)}</td>
                    <td class="n">{time(panel.total_time())}</td>
                    <td class="n">{statements(&panel.figures)}</td>
                    <td class="n">{statements(&panel.warming)}</td>
                    <td class="n">{median}</td>
                    <td class="n">{p95}</td>
                    <td class="n">{rate(panel.figures.hits, panel.figures.lookups())}</td>
                </tr>
            }
        })
        .collect();
    Some(
        view! {
            <section class="operation" aria-labelledby="costliest">
                <h2 id="costliest">"Costliest panels"</h2>
                <p class="recent">"By the time that their statements took altogether, since this process started: a longer TTL, a rollup or an index pays here first. For readers are also those that ran while a reader was shown an older value."</p>
                {records_table(
                    "Table of the costliest panels".to_owned(),
                    "tb",
                    &[Head::Text("Panel"), Head::Number("Total time"), Head::Number("For readers"), Head::Number("To warm"), Head::Number("Median"), Head::Number("95th percentile"), Head::Number("Hit rate")],
                    rows,
                )}
            </section>
        }
        .into_any(),
    )
}

/// How many statements ran, and the time that they took: "12 in 3.4 s".
fn statements(figures: &CacheFigures) -> String {
    match figures.loads {
        0 => "–".to_owned(),
        loads => format!("{} in {}", format::grouped(&loads.to_string()), time(figures.load_time)),
    }
}

fn never_hit(panels: &[CachedPanel]) -> Option<AnyView> {
    if panels.is_empty() {
        return None;
    }
    let rows: Vec<_> = panels
        .iter()
        .map(|panel| {
            view! {
                <tr>
                    <td>{panel_link(panel)}</td>
                    <td class="n">{format::grouped(&panel.figures.lookups().to_string())}</td>
                    <td>{panel.why_never_hit()}</td>
                </tr>
            }
        })
        .collect();
    Some(
        view! {
            <section class="operation" aria-labelledby="never-hit">
                <h2 id="never-hit">"Never hit"</h2>
                <p class="recent">"Panels that readers looked at, and that the cache never had."</p>
                {records_table(
                    "Table of panels that were never hit".to_owned(),
                    "tb explains",
                    &[Head::Text("Panel"), Head::Number("Lookups"), Head::Text("Why")],
                    rows,
                )}
            </section>
        }
        .into_any(),
    )
}

fn by_tag() -> AnyView {
    view! {
        <section class="operation" aria-labelledby="by-tag">
            <h2 id="by-tag">"Purge or warm by tag"</h2>
            <form method="get" action="/admin/cache/purge" class="tag-form">
                <label class="field">"Tag"<input type="text" name="tag" required maxlength="200" placeholder="table:shop.orders" autocomplete="off" spellcheck="false"/></label>
                <button class="btn">"Purge…"</button>
                <button class="btn" formaction="/admin/cache/warm">"Warm…"</button>
            </form>
            <p class="recent"><code>"table:SOURCE.TABLE"</code>", "<code>"source:SOURCE"</code>", "<code>"dashboard:NAME"</code>", "<code>"panel:DASHBOARD/PANEL"</code>" or a tag of your own. Before anything happens you see what it touches."</p>
        </section>
    }
    .into_any()
}
