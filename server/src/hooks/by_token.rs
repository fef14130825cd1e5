//! `POST /api/v1/invalidations`: what a webhook's delivery does, without a signature, for a token of scope
//! `invalidate`, or for an editor who has signed in. The body is the same.

use super::answer::{self, Answer};
use super::{body, problem};
use crate::auth::viewer::Viewer;
use crate::http::conditional::NO_STORE;
use crate::http::problem::Problem;
use crate::state::AppState;
use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Extension, OriginalUri, State};
use axum::response::{IntoResponse, Response};
use brisk_domain::Tag;
use http::{StatusCode, header};

/// Invalidates the tags that the body names.
pub(crate) async fn invalidate(
    State(state): State<AppState>,
    Extension(viewer): Extension<Viewer>,
    OriginalUri(uri): OriginalUri,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    match recorded(&state, &viewer, body.ok().as_deref()).await {
        Ok(answer) => {
            (StatusCode::OK, [(header::CACHE_CONTROL, NO_STORE)], Json(answer)).into_response()
        }
        Err(problem) => problem.at(&uri).into_response(),
    }
}

async fn recorded(
    state: &AppState,
    viewer: &Viewer,
    body: Option<&[u8]>,
) -> Result<Answer, Problem> {
    let body = body.ok_or_else(|| problem::too_long(body::MAX_BODY))?;
    let engine = state.service.engine();
    let tags = body::tags(body, |tag| answer::is_own(engine, tag));
    let tags = tags.map_err(|message| problem::bad_delivery(&message))?;
    let is_own = |tag: &Tag| viewer.tends(tag, |slug| engine.catalog().dashboard(slug));
    let may =
        |tag: &&Tag| is_own(tag) && viewer.scopes().is_none_or(|scopes| scopes.invalidate(tag));
    let refused: Vec<String> = tags.iter().filter(|tag| !may(tag)).map(Tag::to_string).collect();
    if !refused.is_empty() {
        return Err(problem::not_allowed(&refused));
    }
    let invalidated = engine.invalidate(&tags).await;
    let invalidated = invalidated.map_err(|error| problem::not_recorded(&error))?;
    Ok(Answer::of(engine, &tags, &invalidated))
}
