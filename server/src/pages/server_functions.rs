//! `/fn/{*name}`: server functions, which islands and scripts call. They only read.

use crate::auth::viewer;
use crate::connections::unsent::{self, Full};
use crate::http::client;
use crate::http::conditional::{self, NO_STORE};
use crate::http::etag::ETag;
use crate::http::refusal;
use crate::service::ClientService;
use crate::state::AppState;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use brisk_app::service::SharedService;
use brisk_cache::Client;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use leptos::prelude::provide_context;
use std::sync::Arc;

const VARY: &str = "accept, cookie";

/// `/fn/{*name}`
pub async fn answer(State(state): State<AppState>, mut request: Request) -> Response {
    // A client that accepts pages would be redirected to where it came from, with the failure in the
    // URL.
    request.headers_mut().remove(header::ACCEPT);
    let client = client::of(request.extensions());
    let viewer = viewer::of(request.extensions());
    let service =
        ClientService { service: Arc::clone(&state.service), client: client.clone(), viewer };
    let service: SharedService = Arc::new(service);
    let headers = request.headers().clone();
    let answer = leptos_axum::handle_server_fns_with_context(
        move || provide_context(Arc::clone(&service)),
        request,
    );
    let answer = revalidated(answer.await.into_response(), &headers).await;
    held(answer, &state, &client).await
}

/// The same answer, counted until its client has taken it: compression on its way holds all of it until
/// then.
async fn held(answer: Response, state: &AppState, client: &Client) -> Response {
    let (head, body) = answer.into_parts();
    let Ok(bytes) = axum::body::to_bytes(body, usize::MAX).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    match state.connections.unsent().hold(client, bytes) {
        Ok(bytes) => Response::from_parts(head, Body::from(bytes)),
        Err(Full) => unsent::refused(),
    }
}

/// How Leptos' answers begin to calls that no page makes, in words for developers: for arguments that it
/// cannot read, and for functions that do not exist.
const WRONG: [&[u8]; 2] = [b"Args|", b"MissingArg|"];
const UNKNOWN: &[u8] = b"Could not find a server function";
const WRONG_ARGUMENTS: &str =
    "The arguments in this address are missing or wrong. Reload the page.\n";

/// Tags a successful answer, so that a browser that has it is not sent it again.
async fn revalidated(answer: Response, request: &HeaderMap) -> Response {
    let (mut head, body) = answer.into_parts();
    // Answers of server functions are whole in memory already.
    let Ok(bytes) = axum::body::to_bytes(body, usize::MAX).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    if head.status == StatusCode::INTERNAL_SERVER_ERROR
        && WRONG.iter().any(|w| bytes.starts_with(w))
    {
        return refusal::response(StatusCode::BAD_REQUEST, WRONG_ARGUMENTS);
    }
    if head.status == StatusCode::BAD_REQUEST && bytes.starts_with(UNKNOWN) {
        return refusal::response(StatusCode::NOT_FOUND, "There is nothing at this address.\n");
    }
    if head.status == StatusCode::OK {
        let tag = ETag::of([&bytes]);
        let headers = conditional::headers(&tag, VARY);
        if let Some(response) = conditional::not_modified(&tag, request, &headers) {
            return response;
        }
        head.headers.extend(headers);
    } else {
        head.headers.insert(header::CACHE_CONTROL, NO_STORE);
        head.headers.insert(header::VARY, HeaderValue::from_static(VARY));
    }
    Response::from_parts(head, Body::from(bytes))
}
