//! From a value to a response: status, headers, and a body unless the client has it already.

use super::problem;
use crate::http::conditional::{self, NO_STORE};
use crate::http::etag::ETag;
use crate::http::problem::Problem;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, HeaderValue, header};
use serde::Serialize;

/// The same address answers with JSON or CSV.
const VARY: &str = "accept";

/// A body with its headers, or why it could not be serialised.
pub type Body = Result<(Vec<(HeaderName, HeaderValue)>, Vec<u8>), Problem>;

/// `304` for a client that has the answer of that tag, otherwise the body that `write` makes.
pub fn tagged(
    request: &HeaderMap,
    etag: Option<ETag>,
    write: impl FnOnce() -> Body,
) -> Result<Response, Problem> {
    let mut headers = match etag {
        None => HeaderMap::from_iter([
            (header::CACHE_CONTROL, NO_STORE),
            (header::VARY, HeaderValue::from_static(VARY)),
        ]),
        Some(etag) => {
            let headers = conditional::headers(&etag, VARY);
            if let Some(response) = conditional::not_modified(&etag, request, &headers) {
                return Ok(response);
            }
            headers
        }
    };
    let (about, body) = write()?;
    headers.extend(about);
    Ok((headers, body).into_response())
}

/// What is identified by its own text: the list, a definition, the description of the API.
pub fn text(request: &HeaderMap, value: &impl Serialize) -> Result<Response, Problem> {
    let (about, body) = json(value)?;
    let etag = ETag::of([&body]);
    tagged(request, Some(etag), || Ok((about, body)))
}

/// A value as JSON.
pub fn json(value: &impl Serialize) -> Body {
    let body = serde_json::to_vec(value).map_err(|error| problem::not_serialised(&error))?;
    Ok((vec![(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], body))
}
