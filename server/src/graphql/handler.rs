//! `/api/graphql`: a request as it arrives, and its answer.

use super::events;
use super::viewed::Viewed;
use crate::auth::problem::sign_in;
use crate::auth::viewer;
use crate::http::client;
use crate::http::conditional::{self, NO_STORE};
use crate::http::etag::ETag;
use crate::http::problem::Problem;
use crate::state::AppState;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::response::{IntoResponse, Response};
use brisk_app::service::PageError;
use brisk_domain::view::parse_query;
use brisk_graphql::problem::{NOT_JSON, TOO_COSTLY};
use brisk_graphql::{Answer, Request, Sent};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use std::sync::Arc;

/// What GET answers depend on.
const VARY: &str = "accept, accept-encoding";
const JSON: HeaderValue = HeaderValue::from_static("application/json");
const GRAPHQL: &str = "application/graphql-response+json";
const EVENTS: &str = "text/event-stream";

/// `GET /api/graphql`: queries, and subscriptions for clients that cannot send a body with them.
pub(super) async fn get(State(state): State<AppState>, head: Parts) -> Response {
    let pairs = parse_query(head.uri.query().unwrap_or_default());
    answered(&state, head, Request::from_pairs(&pairs), true).await
}

/// `POST /api/graphql`
pub(super) async fn post(
    State(state): State<AppState>,
    head: Parts,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let request = match body {
        _ if !is_json(&head.headers) => Err(brisk_graphql::Problem::new(
            &NOT_JSON,
            "Send the query as JSON, with `Content-Type: application/json`.",
        )),
        Err(_) => {
            let detail = "The body is too long, or did not arrive.";
            Err(brisk_graphql::Problem::new(&TOO_COSTLY, detail))
        }
        Ok(body) => Request::from_json(&body),
    };
    answered(&state, head, request, false).await
}

/// Forms of other sites cannot send it; they are refused before, too.
fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let kind = kind.and_then(|kind| kind.split(';').next()).unwrap_or_default();
    kind.trim().eq_ignore_ascii_case("application/json")
}

fn accepts(headers: &HeaderMap, kind: &str) -> bool {
    let lines = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let mut kinds = lines.flat_map(|line| line.split(',')).filter_map(|one| one.split(';').next());
    kinds.any(|one| one.trim().eq_ignore_ascii_case(kind))
}

async fn answered(
    state: &AppState,
    head: Parts,
    request: Result<Request, brisk_graphql::Problem>,
    is_read: bool,
) -> Response {
    let (viewer, client) = (viewer::of(&head.extensions), client::of(&head.extensions));
    let is_stream = accepts(&head.headers, EVENTS);
    let sees_schema = match viewer.is_nobody() {
        true => Err(sign_in().into()),
        false => Ok(()),
    };
    // Strangers are answered, but keep nothing here.
    let sent = Sent { is_read, is_stream, sees_schema, is_kept: !viewer.is_nobody() };
    let prepared = request.map_err(|problem| Box::new(Answer::refused(problem)));
    let prepared = prepared.and_then(|request| state.graphql.prepare(request, &sent));
    let prepared = match prepared {
        Ok(prepared) => prepared,
        Err(refused) => return response(&head.headers, &refused, refused.json(), is_read),
    };
    let headers = head.headers.clone();
    let backend = Arc::new(Viewed::new(state.clone(), head));
    if is_stream {
        return events::response(state.graphql.follow(prepared, backend));
    }
    let answer = state.graphql.execute(prepared, backend).await;
    let drawing = state.service.drawing().of(client);
    let written = drawing.run(move || (answer.json(), answer)).await;
    match written {
        Some((body, answer)) => response(&headers, &answer, body, is_read),
        None => Problem::from(PageError::Busy).into_response(),
    }
}

fn response(request: &HeaderMap, answer: &Answer, body: Vec<u8>, is_read: bool) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    let kind = match accepts(request, GRAPHQL) {
        true => HeaderValue::from_static(GRAPHQL),
        false => JSON,
    };
    let mut headers = HeaderMap::new();
    if is_read && answer.is_whole() {
        let etag = ETag::of([body.as_slice(), kind.as_bytes()]);
        headers = conditional::headers(&etag, VARY);
        if let Some(not_modified) = conditional::not_modified(&etag, request, &headers) {
            return not_modified;
        }
    } else {
        headers.insert(header::CACHE_CONTROL, NO_STORE);
        headers.insert(header::VARY, HeaderValue::from_static(VARY));
    }
    headers.insert(header::CONTENT_TYPE, kind);
    if let Some(seconds) = answer.retry_after {
        headers.insert(header::RETRY_AFTER, seconds.into());
    }
    if status == StatusCode::METHOD_NOT_ALLOWED {
        headers.insert(header::ALLOW, HeaderValue::from_static("POST"));
    }
    (status, headers, body).into_response()
}
