//! The pages of administrators: the sources with their rollups, and what can be done there. Plain
//! forms, which work without scripts.

use super::response;
use crate::administration::audit;
use crate::auth::viewer::{self, Viewer};
use crate::rollup_status;
use crate::state::AppState;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Redirect, Response};
use brisk_app::service::{AddedSource, Page, PageError, SlowRow, SourceReport, SourcesPage};
use brisk_domain::sentence::sentence;
use brisk_domain::view::parse_query;
use brisk_domain::{Dashboard, RollupName, SourceName};
use brisk_engine::SlowStatement;
use brisk_source::Source;
use brisk_store::{AppSource, StoreError};
use futures::future::join_all;
use http::StatusCode;
use std::sync::Arc;

/// Statements that are listed of each source.
const SLOW: usize = 10;

/// `/admin`: there is one page so far.
pub async fn index() -> Redirect {
    Redirect::temporary("/admin/sources")
}

/// `/admin/sources`
pub async fn sources(State(state): State<AppState>, request: Request) -> Response {
    let viewer = viewer::of(request.extensions());
    let parameters = parse_query(request.uri().query().unwrap_or_default());
    let done = parameters.iter().find(|(name, _)| name == "done").map(|(_, done)| done.as_str());
    let notice = match done {
        Some("saved") => Some("The source is saved, and read by all replicas within a second."),
        Some("removed") => Some("The source is removed."),
        _ => None,
    };
    match sources_page(&state, &viewer).await {
        Ok(page) => {
            let page = SourcesPage { notice: notice.map(str::to_owned), ..page };
            response::page(&state, StatusCode::OK, Page::Sources(Arc::new(page)), request).await
        }
        Err(error) => {
            tracing::warn!(%error, "the store cannot be read");
            let sentence = "Brisk's own database cannot be read; the log says why.\n";
            (StatusCode::INTERNAL_SERVER_ERROR, sentence).into_response()
        }
    }
}

async fn sources_page(state: &AppState, viewer: &Viewer) -> Result<SourcesPage, StoreError> {
    let engine = state.service.engine();
    let dashboards = state.service.dashboards(viewer);
    let sources = engine.loader().sources();
    let reports = sources.iter().map(|(name, source)| report(state, name, source, &dashboards));
    let reports = join_all(reports);
    let statuses = rollup_status::all(engine, state.store.as_ref());
    let (mut reports, statuses) = tokio::join!(reports, statuses);
    for status in statuses? {
        if let Some(report) = reports.iter_mut().find(|report| report.name == status.source) {
            report.rollups.push(state.rebuilds.row(status));
        }
    }
    let added = state.app_sources.as_ref();
    let unread = added.map(|added| added.problems()).unwrap_or_default();
    Ok(SourcesPage {
        now: state.service.now(),
        sources: reports,
        unread: unread.into_iter().map(|(name, why)| (name.to_string(), why)).collect(),
        may_add: added.is_some_and(|added| added.places().are_open()) && state.store.is_some(),
        notice: None,
    })
}

/// What a source reports about itself. It is queried each time, within its own connection timeout.
async fn report(
    state: &AppState,
    name: &SourceName,
    source: &Source,
    all: &[Arc<Dashboard>],
) -> SourceReport {
    let about = source.about().await;
    let limits = source.limits();
    let reads =
        |dashboard: &&Arc<Dashboard>| dashboard.panels.iter().any(|panel| panel.source == *name);
    let link =
        |dashboard: &Arc<Dashboard>| (format!("/d/{}", dashboard.slug), dashboard.title.clone());
    SourceReport {
        name: name.clone(),
        may_write: about.as_ref().ok().and_then(|about| about.may_write.clone()),
        version: about.map(|about| about.version).map_err(|error| sentence(&error.to_string())),
        connections: source.connections(),
        time: limits.time,
        size: (limits.rows as u64, limits.bytes as u64),
        dashboards: all.iter().filter(reads).map(link).collect(),
        rollups: Vec::new(),
        added: state.app_sources.as_ref().and_then(|added| added.open(name)).map(added),
        slow: slow(state, name),
    }
}

fn added(source: AppSource) -> AddedSource {
    let AppSource { shown, changed_by, changed_at, .. } = source;
    AddedSource { shown, changed_by, changed_at }
}

/// The slowest statements of a source.
fn slow(state: &AppState, name: &SourceName) -> Vec<SlowRow> {
    let slow = state.service.engine().loader().slow_statements().of(name, SLOW);
    let row = |one: SlowStatement| SlowRow {
        fingerprint: one.fingerprint,
        sql: one.sql,
        label: one.label.to_string(),
        runs: one.runs,
        total: one.total,
        longest: one.longest,
    };
    slow.into_iter().map(row).collect()
}

/// `POST /admin/rollups/{name}/rebuild`: rebuilds the rollup from all of its source's rows. What
/// takes longer than [`super::rebuilds::WAIT`] goes on after the response.
pub async fn rebuild(
    State(state): State<AppState>,
    path: Result<Path<String>, PathRejection>,
    request: Request,
) -> Response {
    let name = path.ok().and_then(|Path(name)| RollupName::parse(&name).ok());
    let engine = state.service.engine();
    let found = engine.rollups().into_iter().find(|(known, _)| Some(known) == name.as_ref());
    let Some((_, planned)) = found else {
        let error = PageError::NotFound("There is no such rollup.".into());
        return response::failure(&state, error, request).await;
    };
    // The page says what is wrong with one that cannot be planned.
    if let Ok(planned) = planned {
        let (head, _) = request.into_parts();
        let subject = format!("rollup {}", planned.name());
        audit::record(&state, &head, "rollup rebuilt", subject).await;
        state.rebuilds.start(engine, planned).await;
    }
    Redirect::to("/admin/sources").into_response()
}
