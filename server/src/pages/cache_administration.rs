//! The pages about the cache: what it holds and how it serves, for the dashboards that one looks after.

use super::{response, schedules};
use crate::auth::viewer::{self, Viewer};
use crate::cache_history::{self, Sample};
use crate::state::AppState;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::response::Response;
use brisk_app::service::{
    CacheFigures, CachePage, CacheTiers, CachedDashboard, CachedDashboardPage, CachedPanel,
    CachedSource, Page, PageError, PolicyInForce,
};
use brisk_cache::{Figures, Statistics, Trigger};
use brisk_domain::sentence::sentence;
use brisk_domain::view::parse_query;
use brisk_domain::{
    Access, Column, Dashboard, Frame, Panel, PanelEntries, Slug, SourceName, Timestamp, Values,
    ViewState,
};
use brisk_engine::{Engine, Origins};
use http::StatusCode;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// Panels in each of the lists of the page.
const LISTED: usize = 10;

/// `/admin/cache`
pub async fn index(State(state): State<AppState>, request: Request) -> Response {
    let notice = notice(&request);
    let viewer = viewer::of(request.extensions());
    let schedules = match viewer.administers() {
        true => schedules::summary(&state, state.service.now()).await,
        false => None,
    };
    let page = CachePage { schedules, ..overview(&state, &viewer, notice) };
    response::page(&state, StatusCode::OK, Page::Cache(Arc::new(page)), request).await
}

/// `/admin/cache/{slug}`
pub async fn dashboard(
    State(state): State<AppState>,
    path: Result<Path<String>, PathRejection>,
    request: Request,
) -> Response {
    let slug = path.ok().and_then(|Path(slug)| Slug::parse(&slug).ok());
    let viewer = viewer::of(request.extensions());
    let known = slug.and_then(|slug| state.service.engine().catalog().dashboard(&slug));
    let Some(dashboard) = known.filter(|dashboard| viewer.looks_behind(dashboard)) else {
        return response::failure(&state, no_dashboard(), request).await;
    };
    let notice = notice(&request);
    let engine = state.service.engine();
    let statistics = engine.loader().cache().statistics();
    let (labels, warming) = (by_label(&statistics, is_readers), by_label(&statistics, is_warming));
    let mut panels = Vec::new();
    for panel in &dashboard.panels {
        let entries = entries_of(engine, &dashboard, panel).await;
        panels.push(CachedPanel {
            entries: Some(entries),
            ..cached_panel(engine, &dashboard, panel, (&labels, &warming))
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

/// What was done, as the redirect after a form says it.
fn notice(request: &Request) -> Option<String> {
    let parameters = parse_query(request.uri().query().unwrap_or_default());
    let (_, done) = parameters.iter().find(|(name, _)| name == "done")?;
    match done.as_str() {
        "purged" => Some("Purged, in every process. What readers look at loads again.".to_owned()),
        "policy" => Some("The policy is set, on all replicas within a second.".to_owned()),
        "warmed" => Some(
            "The views that readers are likely to open are loaded, or being loaded, except what is not cached."
                .to_owned(),
        ),
        "unchanged" => Some("Nothing was changed.".to_owned()),
        _ => None,
    }
}

fn no_dashboard() -> PageError {
    PageError::NotFound("There is no such dashboard.".to_owned())
}

pub(super) fn dashboard_interval(dashboard: &Dashboard) -> brisk_domain::Interval {
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

fn overview(state: &AppState, viewer: &Viewer, notice: Option<String>) -> CachePage {
    let engine = state.service.engine();
    let (cache, now) = (engine.loader().cache(), state.service.now());
    let statistics = cache.statistics();
    let readers = statistics.of_readers();
    state.cache_history.add(Sample { at: now, readers });
    let samples = state.cache_history.samples();
    let since = samples.first().map_or(now, |first| first.at);
    let day =
        samples.first().map_or(readers, |first| cache_history::between(&first.readers, &readers));
    let (labels, warming) = (by_label(&statistics, is_readers), by_label(&statistics, is_warming));
    let contents = engine.catalog().contents();
    let own = contents.dashboards.values().filter(|dashboard| viewer.looks_behind(dashboard));
    let dashboards: Vec<Arc<Dashboard>> = own.cloned().collect();
    let panels = || {
        dashboards.iter().flat_map(|dashboard| {
            let counted = (&labels, &warming);
            let panels = dashboard.panels.iter();
            panels.map(move |panel| cached_panel(engine, dashboard, panel, counted))
        })
    };
    let mut costliest: Vec<CachedPanel> =
        panels().filter(|panel| !panel.total_time().is_zero()).collect();
    costliest.sort_by_key(|panel| std::cmp::Reverse(panel.total_time()));
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
        schedules: None,
        is_whole: viewer.administers(),
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
    let all = engine.loader().sources();
    let names = all.keys();
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
    (labels, warming): (&BTreeMap<String, Figures>, &BTreeMap<String, Figures>),
) -> CachedPanel {
    let label = format!("{}/{}", dashboard.slug, panel.id);
    let times = engine.loader().cache().load_times(&label);
    CachedPanel {
        dashboard: dashboard.slug.to_string(),
        id: panel.id.to_string(),
        title: panel.title_at(dashboard_interval(dashboard)),
        policy: policy(engine, dashboard, Some(panel), &panel.source),
        figures: labels.get(&label).map(of).unwrap_or_default(),
        warming: warming.get(&label).map(of).unwrap_or_default(),
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

fn is_readers(trigger: Trigger) -> bool {
    !is_warming(trigger)
}

fn is_warming(trigger: Trigger) -> bool {
    trigger == Trigger::Warm
}

/// The figures of these triggers, by label.
fn by_label(statistics: &Statistics, counts: fn(Trigger) -> bool) -> BTreeMap<String, Figures> {
    let mut labels: BTreeMap<String, Figures> = BTreeMap::new();
    for ((label, trigger), figures) in &statistics.of {
        if counts(*trigger) {
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
