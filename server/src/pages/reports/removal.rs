//! `/admin/reports/{name}/remove`: whether a report of the app is removed.

use super::common::{PAGE, actor, not_kept, nowhere};
use crate::pages::response;
use crate::state::AppState;
use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Redirect, Response};
use brisk_app::service::{Page, RemoveReportPage};
use brisk_domain::ReportName;
use http::StatusCode;
use std::sync::Arc;

/// `/admin/reports/{name}/remove`
pub async fn ask(
    State(state): State<AppState>,
    path: Result<Path<String>, PathRejection>,
    request: Request,
) -> Response {
    let Some(store) = &state.store else { return response::unavailable() };
    let records = match store.reports().await {
        Ok(records) => records,
        Err(error) => return not_kept(&error),
    };
    let name = name(path).filter(|name| records.iter().any(|record| record.name == *name));
    let Some(name) = name else { return response::failure(&state, nowhere(), request).await };
    let page = Page::RemoveReport(Arc::new(RemoveReportPage { name: name.to_string() }));
    response::page(&state, StatusCode::OK, page, request).await
}

/// `POST /admin/reports/{name}/remove`
pub async fn remove(
    State(state): State<AppState>,
    path: Result<Path<String>, PathRejection>,
    request: Request,
) -> Response {
    let Some(store) = &state.store else { return response::unavailable() };
    let Some(name) = name(path) else { return response::failure(&state, nowhere(), request).await };
    let (head, _) = request.into_parts();
    match store.remove_report(&name, &actor(&head), state.service.now()).await {
        Ok(true) => Redirect::to(&format!("{PAGE}?done=removed")).into_response(),
        Ok(false) => {
            let request = Request::from_parts(head, Body::empty());
            response::failure(&state, nowhere(), request).await
        }
        Err(error) => not_kept(&error),
    }
}

fn name(path: Result<Path<String>, PathRejection>) -> Option<ReportName> {
    path.ok().and_then(|Path(name)| ReportName::parse(&name).ok())
}
