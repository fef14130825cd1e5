//! From a value to a response: status, headers, and the body unless the client has it already.

use super::problem;
use crate::http::conditional::{self, NO_STORE};
use crate::http::etag::ETag;
use crate::http::problem::Problem;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, header};
use serde::Serialize;

/// What a handler returns: a response, or a problem.
pub(super) type Answer = Result<Response, Problem>;

/// The same address answers with JSON or CSV, compressed or not.
const VARY: &str = "accept, accept-encoding";

/// The headers of an answer with that tag, and `304` for a client that has it.
pub(super) fn headers(request: &HeaderMap, etag: Option<&ETag>) -> (HeaderMap, Option<Response>) {
    let Some(etag) = etag else {
        let vary = (header::VARY, HeaderValue::from_static(VARY));
        return (HeaderMap::from_iter([(header::CACHE_CONTROL, NO_STORE), vary]), None);
    };
    let headers = conditional::headers(etag, VARY);
    let not_modified = conditional::not_modified(etag, request, &headers);
    (headers, not_modified)
}

/// An answer that is identified by its own text: the list, a definition, the API's description.
pub fn text(request: &HeaderMap, value: &impl Serialize) -> Result<Response, Problem> {
    let body = json(value)?;
    let (mut headers, not_modified) = headers(request, Some(&ETag::of([&body])));
    headers.insert(header::CONTENT_TYPE, JSON);
    Ok(not_modified.unwrap_or_else(|| (headers, body).into_response()))
}

/// The media type of JSON.
pub(super) const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// A value as JSON.
pub(super) fn json(value: &impl Serialize) -> Result<Vec<u8>, Problem> {
    serde_json::to_vec(value).map_err(|error| problem::not_serialised(&error))
}
