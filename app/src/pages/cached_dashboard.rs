//! The panels of one dashboard in the cache, and the page that asks before a purge.

use super::cache_figures::{
    facts, notice, policy_link, policy_words, purge_link, rate, time, warm_link,
};
use crate::components::cache_details;
use crate::service::{CachedDashboardPage, CachedPanel, PurgePage, least_current};
use brisk_domain::{Tag, Timestamp, format};
use leptos::prelude::*;

/// `/admin/cache/{slug}`
pub fn cached_dashboard(page: &CachedDashboardPage) -> AnyView {
    let panels: Vec<AnyView> = page.panels.iter().map(|panel| card(panel, page.now)).collect();
    let tag = Tag::Dashboard(page.slug.clone());
    view! {
        <main id="main">
            <div class="page-head">
                <div>
                    <p class="crumb"><a href="/admin/cache">"Cache"</a></p>
                    <h1>{page.title.clone()}</h1>
                    <p>"What the cache holds for the view that opens first, and how its panels were served since this process started."</p>
                </div>
                <div class="actions">
                    <form method="post" action="/admin/cache/warm">
                        <input type="hidden" name="dashboard" value=page.slug.clone()/>
                        <button class="btn">"Warm"</button>
                    </form>
                    <a class="btn" href=policy_link(&tag.to_string())>"Policy…"</a>
                    <a class="btn" href=purge_link(&tag)>"Purge…"</a>
                    <a class="btn" href=format!("/d/{}", page.slug)>"Open"</a>
                </div>
            </div>
            <div class="page admin cache-admin">
                {notice(page.notice.as_deref())}
                {panels}
            </div>
        </main>
    }
    .into_any()
}

fn card(panel: &CachedPanel, now: Timestamp) -> AnyView {
    let state = match &panel.entries {
        Some(Ok(entries)) => least_current(entries),
        Some(Err(_)) | None => None,
    };
    let state = state.map(cache_details::state_mark);
    let stored = match &panel.entries {
        Some(Ok(entries)) => entries.entries.iter().find_map(|entry| entry.stored),
        Some(Err(_)) | None => None,
    };
    let lookups = panel.figures.lookups();
    let mut known = vec![
        ("Policy", policy_words(&panel.policy)),
        ("Lookups", format::grouped(&lookups.to_string())),
        ("Hit rate", rate(panel.figures.hits, lookups)),
        ("Statements run", format::grouped(&panel.figures.loads.to_string())),
    ];
    if panel.warming.loads > 0 {
        known.push(("Run to warm it", format::grouped(&panel.warming.loads.to_string())));
    }
    if let Some((median, p95)) = panel.load_times {
        known.push((
            "Load time",
            format!("{} median, {} at the 95th percentile", time(median), time(p95)),
        ));
    }
    if let Some(stored) = stored {
        known.push(("Age", format::ago(stored.loaded_at, now)));
    }
    let details = panel.entries.as_ref().map(|entries| match entries {
        Ok(entries) => {
            let entries = cache_details::entries(entries);
            view! { <details><summary>"Entries and tags"</summary>{entries}</details> }.into_any()
        }
        Err(why) => view! { <p class="why">{why.clone()}</p> }.into_any(),
    });
    let tag = Tag::Panel { dashboard: panel.dashboard.clone(), panel: panel.id.clone() };
    let title = format!("{}-t", panel.id);
    view! {
        <section class="operation" id=panel.id.clone() aria-labelledby=title.clone()>
            <div class="rollup-head">
                <h2 id=title.clone()>{panel.title.clone()}{state}</h2>
                <div class="actions">
                    <a class="btn" href=policy_link(&tag.to_string())>"Policy…"</a>
                    <a class="btn" href=warm_link(&tag)>"Warm…"</a>
                    <a class="btn" href=purge_link(&tag)>"Purge…"</a>
                </div>
            </div>
            {facts(&known)}
            {details}
        </section>
    }
    .into_any()
}

/// `/admin/cache/purge`
pub fn purge(page: &PurgePage) -> AnyView {
    let tag = page.tag.to_string();
    let touched = match page.panels.as_deref() {
        None => view! { <p>"It touches more panels than can be listed here."</p> }.into_any(),
        Some([]) => {
            view! { <p>"No panel here depends on it in the view that opens first."</p> }.into_any()
        }
        Some(panels) => {
            let words = match (panels.len(), page.warms) {
                (1, false) => "One panel loads again when somebody looks at it:".to_owned(),
                (many, false) => {
                    format!("{many} panels load again when somebody looks at them:")
                }
                (1, true) => "One panel is loaded, where it is not there or stale:".to_owned(),
                (many, true) => {
                    format!("{many} panels are loaded, where they are not there or stale:")
                }
            };
            let items: Vec<_> = panels
                .iter()
                .map(|(dashboard, panel)| view! { <li>{panel.clone()}<small>{dashboard.clone()}</small></li> })
                .collect();
            view! { <p>{words}</p><ul class="touched" tabindex="0" aria-label="Panels">{items}</ul> }.into_any()
        }
    };
    let (verb, action) = match page.warms {
        true => ("Warm", "/admin/cache/warm"),
        false => ("Purge", "/admin/cache/purge"),
    };
    let about = match page.warms {
        true => {
            "The view that opens first and those that readers asked for most. Statements wait behind \
             those of readers."
        }
        false => {
            "In every process, at once. Until the new values are there, readers see the earlier ones, \
             marked, unless a policy says \"strict\". The database runs the statements again."
        }
    };
    let suspicion = page.suspicion.clone().map(|why| view! { <p class="why">{why}</p> });
    view! {
        <main id="main">
            <div class="page-head"><div>
                <p class="crumb"><a href="/admin/cache">"Cache"</a></p>
                <h1>{verb}" "<code>{tag.clone()}</code>"?"</h1>
                <p>{about}</p>
            </div></div>
            <div class="page admin cache-admin">
                <section class="operation" aria-label="What it touches">
                    {suspicion}
                    {touched}
                    <form method="post" action=action class="actions">
                        <input type="hidden" name="tag" value=tag/>
                        <input type="hidden" name="back" value=page.back.clone()/>
                        <button class="btn primary">{verb}</button>
                        <a class="btn" href=page.back.clone()>"Cancel"</a>
                    </form>
                </section>
            </div>
        </main>
    }
    .into_any()
}
