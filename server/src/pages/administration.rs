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
use brisk_app::service::{Page, PageError, SourceReport, SourcesPage};
use brisk_domain::{Dashboard, RollupName, SourceName};
use brisk_source::Source;
use brisk_store::StoreError;
use futures::future::join_all;
use http::StatusCode;
use std::sync::Arc;

/// `/admin`: there is one page so far.
pub async fn index() -> Redirect {
    Redirect::temporary("/admin/sources")
}

/// `/admin/sources`
pub async fn sources(State(state): State<AppState>, request: Request) -> Response {
    let viewer = viewer::of(request.extensions());
    match sources_page(&state, &viewer).await {
        Ok(page) => {
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
    let sources = engine.loader().sources().iter();
    let reports = join_all(sources.map(|(name, source)| report(name, source, &dashboards)));
    let statuses = rollup_status::all(engine, state.store.as_ref());
    let (mut reports, statuses) = tokio::join!(reports, statuses);
    for status in statuses? {
        if let Some(report) = reports.iter_mut().find(|report| report.name == status.source) {
            report.rollups.push(state.rebuilds.row(status));
        }
    }
    Ok(SourcesPage { now: state.service.now(), sources: reports })
}

/// What a source says about itself. It is asked each time, within its own connection timeout.
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
