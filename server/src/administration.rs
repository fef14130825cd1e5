//! The pages of those who look after Brisk: the sources with their rollups, and what can be done
//! there. Plain forms, which work without scripts.

use crate::handlers;
use crate::router::AppState;
use crate::{invalidate, rollup_status};
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Redirect, Response};
use brisk_app::service::{Page, PageError, RollupRow, Service as _, SourceReport, SourcesPage};
use brisk_domain::{Dashboard, RollupName, RollupStatus, SourceName};
use brisk_engine::{Engine, PlannedRollup};
use brisk_source::Source;
use brisk_store::{Store, StoreError};
use futures::future::{join_all, select};
use http::StatusCode;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

/// What the pages know besides the engine.
#[derive(Debug, Default)]
pub struct Administration {
    store: Option<Store>,
    rebuilds: Mutex<BTreeMap<RollupName, Rebuild>>,
}

/// A rollup that somebody asked to rebuild.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Rebuild {
    /// It runs.
    Running,
    /// It was built, but this went wrong.
    Built(String),
}

/// How long a form waits for what it asked for, before the page says that it is under way.
const AT_ONCE: Duration = Duration::from_secs(1);

impl Administration {
    /// Where refreshes of rollups are written down in `store`.
    pub fn over(store: Store) -> Self {
        Self { store: Some(store), ..Self::default() }
    }

    fn rebuilds(&self) -> MutexGuard<'_, BTreeMap<RollupName, Rebuild>> {
        self.rebuilds.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    fn row(&self, status: RollupStatus) -> RollupRow {
        let rebuild = self.rebuilds().get(&status.name).cloned();
        let is_running = rebuild == Some(Rebuild::Running);
        let notice = match rebuild {
            Some(Rebuild::Built(notice)) => Some(notice),
            Some(Rebuild::Running) | None => None,
        };
        RollupRow { status, is_running, notice }
    }
}

/// `/admin`: there is one page so far.
pub async fn index() -> Redirect {
    Redirect::temporary("/admin/sources")
}

/// `/admin/sources`
pub async fn sources(State(state): State<AppState>, request: Request) -> Response {
    match sources_page(&state).await {
        Ok(page) => {
            handlers::page(&state, StatusCode::OK, Page::Sources(Arc::new(page)), request).await
        }
        Err(error) => {
            tracing::warn!(%error, "the store cannot be read");
            let sentence = "Brisk's own database cannot be read; the log says why.\n";
            (StatusCode::INTERNAL_SERVER_ERROR, sentence).into_response()
        }
    }
}

async fn sources_page(state: &AppState) -> Result<SourcesPage, StoreError> {
    let (engine, administration) = (state.service.engine(), &state.administration);
    let dashboards = state.service.dashboards();
    let sources = engine.loader().sources().iter();
    let reports = join_all(sources.map(|(name, source)| report(name, source, &dashboards)));
    let statuses = rollup_status::all(engine, administration.store.as_ref());
    let (mut reports, statuses) = tokio::join!(reports, statuses);
    for status in statuses? {
        if let Some(report) = reports.iter_mut().find(|report| report.name == status.source) {
            report.rollups.push(administration.row(status));
        }
    }
    Ok(SourcesPage { now: state.service.now(), sources: reports })
}

/// What a source says of itself. It is asked at once: its own time limit for connecting holds.
async fn report(name: &SourceName, source: &Source, all: &[Arc<Dashboard>]) -> SourceReport {
    let about = source.about().await;
    let limits = source.limits();
    let reads =
        |dashboard: &&Arc<Dashboard>| dashboard.panels.iter().any(|panel| panel.source == *name);
    let link =
        |dashboard: &Arc<Dashboard>| (format!("/d/{}", dashboard.slug), dashboard.title.clone());
    SourceReport {
        name: name.clone(),
        may_write: about.as_ref().ok().and_then(|about| about.may_write.clone()),
        version: about.map(|about| about.version).map_err(|error| error.to_string()),
        connections: source.connections(),
        time: limits.time,
        size: (limits.rows as u64, limits.bytes as u64),
        dashboards: all.iter().filter(reads).map(link).collect(),
        rollups: Vec::new(),
    }
}

/// `POST /admin/rollups/{name}/rebuild`: the rollup is built from all of its source's rows, as if
/// there were none yet. What takes longer goes on when the answer is there.
pub async fn rebuild(
    State(state): State<AppState>,
    path: Result<Path<String>, PathRejection>,
    request: Request,
) -> Response {
    let name = path.ok().and_then(|Path(name)| RollupName::parse(&name).ok());
    let engine = state.service.engine();
    let found = engine.rollups().into_iter().find(|(known, _)| Some(known) == name.as_ref());
    let Some((name, planned)) = found else {
        let error = PageError::NotFound("There is no such rollup.".into());
        return handlers::failure(&state, error, request).await;
    };
    // The page says what is wrong with one that is not planned.
    if let Ok(planned) = planned {
        let is_new = state.administration.rebuilds().insert(name.clone(), Rebuild::Running)
            != Some(Rebuild::Running);
        if is_new {
            let (engine, administration) = (Arc::clone(engine), Arc::clone(&state.administration));
            let task = tokio::spawn(async move {
                let notice = rebuild_now(&engine, &planned).await;
                let mut rebuilds = administration.rebuilds();
                match notice {
                    Some(notice) => rebuilds.insert(planned.name().clone(), Rebuild::Built(notice)),
                    None => rebuilds.remove(planned.name()),
                }
            });
            let clock = state.service.engine().loader().cache().clock();
            select(task, clock.until(clock.now().after(AT_ONCE))).await;
        }
    }
    Redirect::to("/admin/sources").into_response()
}

/// Builds it, and tells its readers. A failure is written down with the run; what is answered is
/// what is known nowhere else.
async fn rebuild_now(engine: &Engine, planned: &PlannedRollup) -> Option<String> {
    engine.rebuild(planned).await.ok()?;
    let recorded = invalidate::record(engine, &[planned.own_tag()]).await;
    recorded.err().map(|error| {
        let why = invalidate::unrecorded(engine, &error);
        format!("It was built, but {why}.")
    })
}
