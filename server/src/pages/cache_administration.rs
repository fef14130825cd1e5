//! The pages about the cache: what it holds and how it serves, and forms that purge and warm.

use super::response;
use crate::administration::audit;
use crate::cache_history::{self, Sample};
use crate::http::local_path::is_local_path;
use crate::http::security::MAX_FORM;
use crate::invalidation;
use crate::jobs::warming;
use crate::state::AppState;
use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Redirect, Response};
use brisk_app::service::{
    CacheFigures, CachePage, CacheTiers, CachedDashboard, CachedDashboardPage, CachedPanel,
    CachedSource, ErrorPage, Page, PageError, PolicyInForce, PurgePage,
};
use brisk_cache::{Figures, Statistics, Trigger};
use brisk_domain::sentence::sentence;
use brisk_domain::view::parse_query;
use brisk_domain::{
    Access, Column, Dashboard, Frame, Panel, PanelEntries, Slug, SourceName, Tag, Timestamp,
    Values, ViewState,
};
use brisk_engine::{Engine, Origins};
use http::StatusCode;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

/// Panels in each of the lists of the page.
const LISTED: usize = 10;
/// Panels that are asked for their tags before a purge; with more, none is listed.
const MAX_ASKED: usize = 500;

/// `/admin/cache`
pub async fn index(State(state): State<AppState>, request: Request) -> Response {
    let notice = notice(&request);
    let page = Page::Cache(Arc::new(overview(&state, notice)));
    response::page(&state, StatusCode::OK, page, request).await
}

/// `/admin/cache/{slug}`
pub async fn dashboard(
    State(state): State<AppState>,
    path: Result<Path<String>, PathRejection>,
    request: Request,
) -> Response {
    let slug = path.ok().and_then(|Path(slug)| Slug::parse(&slug).ok());
    let Some(dashboard) = slug.and_then(|slug| state.service.engine().catalog().dashboard(&slug))
    else {
        return response::failure(&state, no_dashboard(), request).await;
    };
    let notice = notice(&request);
    let engine = state.service.engine();
    let statistics = by_label(&engine.loader().cache().statistics());
    let mut panels = Vec::new();
    for panel in &dashboard.panels {
        let entries = entries_of(engine, &dashboard, panel).await;
        panels.push(CachedPanel {
            entries: Some(entries),
            ..cached_panel(engine, &dashboard, panel, &statistics)
        });
    }
    let page = CachedDashboardPage {
        now: state.service.now(),
        slug: dashboard.slug.to_string(),
        title: dashboard.title.clone(),
        panels,
        notice,
    };
    response::page(&state, StatusCode::OK, Page::CachedDashboard(Arc::new(page)), request).await
}

/// `/admin/cache/purge?tag=…`: what it would touch.
pub async fn ask(State(state): State<AppState>, request: Request) -> Response {
    let parameters = parse_query(request.uri().query().unwrap_or_default());
    let tag = match tag_in(&parameters) {
        Ok(tag) => tag,
        Err(why) => return wrong_tag(&state, why, request).await,
    };
    let engine = state.service.engine();
    let has_source = |name: &SourceName| engine.loader().sources().contains_key(name);
    let suspicion = invalidation::suspicion(&tag, has_source, engine.catalog()).map(sentence);
    let page = PurgePage {
        panels: touched(engine, &tag).await,
        suspicion,
        back: page_of(&tag, engine),
        tag,
    };
    response::page(&state, StatusCode::OK, Page::Purge(Arc::new(page)), request).await
}

/// `POST /admin/cache/purge`: everything that depends on the tag is out of date, in every process.
pub async fn purge(State(state): State<AppState>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let fields = fields(body).await;
    let tag = match tag_in(&fields) {
        Ok(tag) => tag,
        Err(why) => {
            return wrong_tag(&state, why, Request::from_parts(head, Body::empty())).await;
        }
    };
    let engine = state.service.engine();
    if let Err(error) = invalidation::record(engine, std::slice::from_ref(&tag)).await {
        let error = invalidation::not_recorded(engine, &error);
        tracing::warn!(error = format!("{error:#}"), %tag, "a purge is not recorded");
        let sentence = "The purge is not recorded, because the shared cache cannot be reached. Try again; \
                        until then, readers may be shown older values.\n";
        return (StatusCode::SERVICE_UNAVAILABLE, sentence).into_response();
    }
    tracing::info!(%tag, "purged");
    audit::record(&state, &head, "purged", tag.to_string()).await;
    let back = fields.iter().find(|(name, _)| name == "back").map(|(_, value)| value.as_str());
    let back = back.filter(|back| is_local_path(back) && back.starts_with("/admin/cache"));
    let back = back.unwrap_or("/admin/cache").split(['?', '#']).next().unwrap_or("/admin/cache");
    Redirect::to(&format!("{back}?done=purged")).into_response()
}

/// `POST /admin/cache/warm`: loads the views of a dashboard that readers are likely to open.
pub async fn warm(State(state): State<AppState>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let fields = fields(body).await;
    let slug = fields.iter().find(|(name, _)| name == "dashboard");
    let slug = slug.and_then(|(_, slug)| Slug::parse(slug).ok());
    let engine = Arc::clone(state.service.engine());
    let Some(dashboard) = slug.and_then(|slug| engine.catalog().dashboard(&slug)) else {
        let request = Request::from_parts(head, Body::empty());
        return response::failure(&state, no_dashboard(), request).await;
    };
    let back = format!("/admin/cache/{}?done=warmed", dashboard.slug);
    let subject = format!("dashboard:{}", dashboard.slug);
    audit::record(&state, &head, "warmed", subject).await;
    // It goes on after the response where it takes long: statements queue behind those of readers.
    let warming = tokio::spawn(async move { warming::warm(&engine, &dashboard).await });
    let _ = tokio::time::timeout(super::rebuilds::WAIT, warming).await;
    Redirect::to(&back).into_response()
}

/// What the redirect after a form says was done.
fn notice(request: &Request) -> Option<String> {
    let parameters = parse_query(request.uri().query().unwrap_or_default());
    let (_, done) = parameters.iter().find(|(name, _)| name == "done")?;
    match done.as_str() {
        "purged" => Some("Purged, in every process. What readers look at loads again.".to_owned()),
        "policy" => Some("The policy is set, on all replicas within a second.".to_owned()),
        "warmed" => Some(
            "The views that readers are likely to open are loaded, or being loaded.".to_owned(),
        ),
        _ => None,
    }
}

async fn fields(body: Body) -> Vec<(String, String)> {
    // One that is too long counts as empty.
    let body = axum::body::to_bytes(body, MAX_FORM).await.unwrap_or_default();
    parse_query(&String::from_utf8_lossy(&body))
}

/// A page that says what is wrong with the tag.
async fn wrong_tag(state: &AppState, why: String, request: Request) -> Response {
    let error = ErrorPage {
        status: StatusCode::BAD_REQUEST.as_u16(),
        title: "This is no tag".to_owned(),
        message: why,
        link: ("/admin/cache".to_owned(), "Back to the cache".to_owned()),
    };
    response::page(state, StatusCode::BAD_REQUEST, Page::Error(error), request).await
}

fn tag_in(fields: &[(String, String)]) -> Result<Tag, String> {
    let text = fields.iter().find(|(name, _)| name == "tag").map(|(_, text)| text.trim());
    let text = text.unwrap_or_default();
    Tag::parse(text).map_err(|error| sentence(&error.to_string()))
}

fn no_dashboard() -> PageError {
    PageError::NotFound("There is no such dashboard.".to_owned())
}

/// The page about what the tag names.
fn page_of(tag: &Tag, engine: &Engine) -> String {
    let slug = match tag {
        Tag::Dashboard(slug) | Tag::Panel { dashboard: slug, .. } => Slug::parse(slug).ok(),
        Tag::All | Tag::Table { .. } | Tag::Source(_) | Tag::Rollup { .. } | Tag::Custom(_) => None,
    };
    let known = slug.filter(|slug| engine.catalog().dashboard(slug).is_some());
    known.map_or_else(|| "/admin/cache".to_owned(), |slug| format!("/admin/cache/{slug}"))
}

/// The panels that depend on `tag` in the view that opens first: dashboard's title, panel's title.
async fn touched(engine: &Engine, tag: &Tag) -> Option<Vec<(String, String)>> {
    touched_by(engine, &engine.resolved(tag).iter().map(Tag::to_string).collect()).await
}

/// The panels that depend on one of the tags `meant`, which name all spellings.
pub(super) async fn touched_by(
    engine: &Engine,
    meant: &BTreeSet<String>,
) -> Option<Vec<(String, String)>> {
    let dashboards = &engine.catalog().contents().dashboards;
    let dashboards: Vec<Arc<Dashboard>> = dashboards.values().cloned().collect();
    let count: usize = dashboards.iter().map(|dashboard| dashboard.panels.len()).sum();
    if count > MAX_ASKED {
        return None;
    }
    let is_all = meant.contains(brisk_domain::tag::ALL);
    let mut touched = Vec::new();
    for dashboard in &dashboards {
        for panel in &dashboard.panels {
            let Ok(entries) = entries_of(engine, dashboard, panel).await else { continue };
            let mut tags = entries.entries.iter().flat_map(|entry| &entry.tags);
            if is_all || tags.any(|tag| meant.contains(tag)) {
                touched
                    .push((dashboard.title.clone(), panel.title_at(dashboard_interval(dashboard))));
            }
        }
    }
    Some(touched)
}

fn dashboard_interval(dashboard: &Dashboard) -> brisk_domain::Interval {
    match ViewState::default_of(dashboard).interval {
        brisk_domain::IntervalChoice::Fixed(interval) => interval,
        brisk_domain::IntervalChoice::Auto => brisk_domain::Interval::Day,
    }
}

/// What the cache holds for a panel in the view that opens first.
async fn entries_of(
    engine: &Engine,
    dashboard: &Dashboard,
    panel: &Panel,
) -> Result<PanelEntries, String> {
    let view = ViewState::default_of(dashboard);
    match engine.inspect(dashboard, panel, &view, &Access::anonymous()).await {
        Ok(Ok(entries)) => Ok(entries),
        Ok(Err(error)) => Err(error.message),
        Err(too_fine) => Err(sentence(&too_fine.to_string())),
    }
}

fn overview(state: &AppState, notice: Option<String>) -> CachePage {
    let engine = state.service.engine();
    let (cache, now) = (engine.loader().cache(), state.service.now());
    let statistics = cache.statistics();
    let readers = statistics.of_readers();
    state.cache_history.add(Sample { at: now, readers });
    let samples = state.cache_history.samples();
    let since = samples.first().map_or(now, |first| first.at);
    let day =
        samples.first().map_or(readers, |first| cache_history::between(&first.readers, &readers));
    let labels = by_label(&statistics);
    let dashboards: Vec<Arc<Dashboard>> =
        engine.catalog().contents().dashboards.values().cloned().collect();
    let panels = || {
        dashboards.iter().flat_map(|dashboard| {
            let labels = &labels;
            dashboard.panels.iter().map(move |panel| cached_panel(engine, dashboard, panel, labels))
        })
    };
    let mut costliest: Vec<CachedPanel> =
        panels().filter(|panel| !panel.figures.load_time.is_zero()).collect();
    costliest.sort_by_key(|panel| std::cmp::Reverse(panel.figures.load_time));
    costliest.truncate(LISTED);
    let mut never_hit: Vec<CachedPanel> =
        panels().filter(|panel| panel.figures.hits == 0 && panel.figures.lookups() > 0).collect();
    never_hit.sort_by_key(|panel| std::cmp::Reverse(panel.figures.lookups()));
    never_hit.truncate(LISTED);
    CachePage {
        now,
        since,
        day: of(&day),
        lately: lately(&samples),
        history: history(&samples),
        tiers: tiers(engine, &statistics),
        sources: sources(engine, &dashboards, &labels),
        costliest,
        never_hit,
        notice,
    }
}

fn tiers(engine: &Engine, statistics: &Statistics) -> CacheTiers {
    let cache = engine.loader().cache();
    let (health, tiers) = (cache.health(), statistics.tiers);
    CacheTiers {
        memory: (cache.bytes(), cache.max_bytes()),
        shared: health.shared.then(|| health.trouble.clone().or(health.write_trouble.clone())),
        round_trips: tiers.round_trips,
        read: (tiers.shared_hits, tiers.shared_bytes),
        written: (tiers.stored, tiers.stored_bytes),
        not_written: tiers.not_stored,
    }
}

fn sources(
    engine: &Engine,
    dashboards: &[Arc<Dashboard>],
    labels: &BTreeMap<String, Figures>,
) -> Vec<CachedSource> {
    let names = engine.loader().sources().keys();
    let of_source = |name: &SourceName| {
        let reads = |dashboard: &&Arc<Dashboard>| {
            dashboard.panels.iter().any(|panel| panel.source == *name)
        };
        let listed = |dashboard: &Arc<Dashboard>| CachedDashboard {
            slug: dashboard.slug.to_string(),
            title: dashboard.title.clone(),
            policy: policy(engine, dashboard, None, name),
            figures: of(&dashboard_figures(dashboard, name, labels)),
        };
        CachedSource {
            name: name.clone(),
            policy: engine_policy(engine, name),
            dashboards: dashboards.iter().filter(reads).map(listed).collect(),
        }
    };
    names.map(of_source).collect()
}

fn dashboard_figures(
    dashboard: &Dashboard,
    source: &SourceName,
    labels: &BTreeMap<String, Figures>,
) -> Figures {
    let panels = dashboard.panels.iter().filter(|panel| panel.source == *source);
    let figures =
        panels.filter_map(|panel| labels.get(&format!("{}/{}", dashboard.slug, panel.id)));
    figures.fold(Figures::default(), |sum, figures| sum.plus(figures))
}

fn cached_panel(
    engine: &Engine,
    dashboard: &Dashboard,
    panel: &Panel,
    labels: &BTreeMap<String, Figures>,
) -> CachedPanel {
    let label = format!("{}/{}", dashboard.slug, panel.id);
    let times = engine.loader().cache().load_times(&label);
    CachedPanel {
        dashboard: dashboard.slug.to_string(),
        id: panel.id.to_string(),
        title: panel.title_at(dashboard_interval(dashboard)),
        policy: policy(engine, dashboard, Some(panel), &panel.source),
        figures: labels.get(&label).map(of).unwrap_or_default(),
        load_times: times.map(|times| (times.median, times.p95)),
        entries: None,
    }
}

fn policy(
    engine: &Engine,
    dashboard: &Dashboard,
    panel: Option<&Panel>,
    source: &SourceName,
) -> PolicyInForce {
    let policies = engine.policies();
    in_force(policies.of(dashboard, panel, source), policies.origins(dashboard, panel, source))
}

fn engine_policy(engine: &Engine, source: &SourceName) -> PolicyInForce {
    let policies = engine.policies();
    in_force(policies.of_source(source), policies.origins_of_source(source))
}

fn in_force(policy: brisk_cache::Policy, origins: Origins) -> PolicyInForce {
    let mode = match (policy.off, policy.strict) {
        (true, _) => brisk_domain::CacheMode::Off,
        (false, true) => brisk_domain::CacheMode::Strict,
        (false, false) => brisk_domain::CacheMode::Normal,
    };
    PolicyInForce {
        ttl: (policy.ttl.as_secs(), origins.ttl),
        stale: (policy.stale.as_secs(), origins.stale),
        mode: (mode, origins.mode),
        early: (policy.early, origins.early),
    }
}

/// Readers' figures by label, without warming.
fn by_label(statistics: &Statistics) -> BTreeMap<String, Figures> {
    let mut labels: BTreeMap<String, Figures> = BTreeMap::new();
    for ((label, trigger), figures) in &statistics.of {
        if *trigger != Trigger::Warm {
            let sum = labels.entry(label.to_string()).or_default();
            *sum = sum.plus(figures);
        }
    }
    labels
}

fn of(figures: &Figures) -> CacheFigures {
    CacheFigures {
        hits: figures.hits,
        stale: figures.stale + figures.unverified,
        misses: figures.misses,
        loads: figures.loads,
        errors: figures.errors,
        load_time: figures.load_time,
        saved_time: figures.saved_time,
    }
}

/// What was counted since the sample before the latest, and for how long that is.
fn lately(samples: &[Sample]) -> (CacheFigures, Duration) {
    let [.., before, latest] = samples else { return (CacheFigures::default(), Duration::ZERO) };
    let micros = u64::try_from(latest.at.0 - before.at.0).unwrap_or_default();
    let counted = cache_history::between(&before.readers, &latest.readers);
    (of(&counted), Duration::from_micros(micros))
}

/// What was counted between each two samples, at the end of that time.
fn history(samples: &[Sample]) -> Frame {
    let steps: Vec<(Timestamp, CacheFigures)> = samples
        .windows(2)
        .map(|pair| (pair[1].at, of(&cache_history::between(&pair[0].readers, &pair[1].readers))))
        .collect();
    let numbers = |name: &str, figure: fn(&CacheFigures) -> u64| Column {
        name: name.to_owned(),
        values: Values::Int(
            steps.iter().map(|(_, figures)| i64::try_from(figure(figures)).ok()).collect(),
        ),
    };
    let columns = vec![
        Column {
            name: "until".to_owned(),
            values: Values::Time(steps.iter().map(|(at, _)| Some(*at)).collect()),
        },
        numbers("fresh", |figures| figures.hits),
        numbers("stale", |figures| figures.stale),
        numbers("missed", |figures| figures.misses),
    ];
    Frame::new(columns).unwrap_or_default()
}
