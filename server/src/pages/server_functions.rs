//! `/fn/{*name}`: server functions, which islands and scripts call. They only read.

use crate::http::client;
use crate::http::conditional::{self, NO_STORE};
use crate::http::etag::ETag;
use crate::service::ClientService;
use crate::state::AppState;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use brisk_app::service::SharedService;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use leptos::prelude::provide_context;
use std::sync::Arc;

const VARY: &str = "accept, cookie";

/// `/fn/{*name}`
pub async fn answer(State(state): State<AppState>, request: Request) -> Response {
    let client = client::of(request.extensions());
    let service = ClientService { service: Arc::clone(&state.service), client };
    let service: SharedService = Arc::new(service);
    let headers = request.headers().clone();
    let answer = leptos_axum::handle_server_fns_with_context(
        move || provide_context(Arc::clone(&service)),
        request,
    );
    revalidated(answer.await.into_response(), &headers).await
}

/// Tags an answer that is fine, so that a browser that has it is not sent it again.
async fn revalidated(answer: Response, request: &HeaderMap) -> Response {
    let (mut head, body) = answer.into_parts();
    // Answers of server functions are whole in memory already.
    let Ok(bytes) = axum::body::to_bytes(body, usize::MAX).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
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
