//! `POST /api/v1/invalidations`: does what a webhook's delivery does, without a signature, for a token
//! of scope `invalidate`, or for an editor who has signed in. The body is the same.

use super::answer::{self, Answer};
pub(crate) use super::body::TEST;
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
use brisk_domain::{Delivery, Door, Tag};
use http::{StatusCode, header};

/// Say that data have changed
///
/// Everything that depends on the tags is out of date once the answer is `200`, on all servers: what a
/// webhook's delivery does, without a signature, for a token of scope `invalidate`. The body is JSON with
/// `tags`, or `source` with or without `tables`, in `data` or at the top. With the type `brisk.test`, nothing
/// is invalidated, and the answer says what would be.
#[utoipa::path(post, path = "/api/v1/invalidations", operation_id = "invalidate", tag = "invalidation",
    request_body(content = Object, content_type = "application/json",
        example = json!({"data": {"tags": ["table:shop.public.orders"]}})),
    responses(
        (status = 200, description = "What is out of date now.", body = Answer),
        (status = "default", description = "A problem.", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn invalidate(
    State(state): State<AppState>,
    Extension(viewer): Extension<Viewer>,
    OriginalUri(uri): OriginalUri,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    match written_down(&state, &viewer, body.ok().as_deref()).await {
        Ok(answer) => {
            (StatusCode::OK, [(header::CACHE_CONTROL, NO_STORE)], Json(answer)).into_response()
        }
        Err(problem) => problem.at(&uri).into_response(),
    }
}

/// Does what `body` asks for, and notes it in the log of deliveries.
pub(crate) async fn written_down(
    state: &AppState,
    viewer: &Viewer,
    body: Option<&[u8]>,
) -> Result<Answer, Problem> {
    let sender = viewer.actor(String::new()).name;
    let mut delivery = Delivery::new(Door::Api(sender), state.service.now());
    let answer = recorded(state, viewer, body, &mut delivery).await;
    if let Some(hooks) = &state.hooks {
        hooks.write_down(delivery, answer.as_ref());
    }
    answer
}

async fn recorded(
    state: &AppState,
    viewer: &Viewer,
    body: Option<&[u8]>,
    delivery: &mut Delivery,
) -> Result<Answer, Problem> {
    let body = body.ok_or_else(|| problem::too_long(body::MAX_BODY))?;
    let engine = state.service.engine();
    let asked = body::read(body, None, |tag| answer::is_own(engine, tag));
    let asked = asked.map_err(|message| problem::bad_delivery(&message))?;
    delivery.name(&asked.tags);
    let is_own = |tag: &Tag| viewer.tends(tag, |slug| engine.catalog().dashboard(slug));
    let may =
        |tag: &&Tag| is_own(tag) && viewer.scopes().is_none_or(|scopes| scopes.invalidate(tag));
    let refused: Vec<String> =
        asked.tags.iter().filter(|tag| !may(tag)).map(Tag::to_string).collect();
    if !refused.is_empty() {
        return Err(problem::not_allowed(problem::Sender::Account, &refused));
    }
    Answer::to(engine, &asked).await.map_err(|error| problem::not_recorded(&error))
}
