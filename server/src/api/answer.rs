//! Makes responses of what there is to say: status, headers, and a body unless the client has it.

use super::problem::Problem;
use crate::etag::ETag;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use serde::Serialize;

/// Answers depend on who asks, so that no shared cache may keep them. With a tag they may be kept
/// by who asked, to be asked about each time: without something kept, `304` would mean nothing.
const TAGGED: HeaderValue = HeaderValue::from_static("private, no-cache");
const UNTAGGED: HeaderValue = HeaderValue::from_static("no-store");

/// A body with its headers, or what kept it from being written.
pub type Body = Result<(Vec<(HeaderName, HeaderValue)>, Vec<u8>), Problem>;

/// `304` for who has the answer of that tag, else the body that `write` makes.
pub fn tagged(
    headers: &HeaderMap,
    etag: Option<ETag>,
    write: impl FnOnce() -> Body,
) -> Result<Response, Problem> {
    let Some(etag) = etag else {
        let (about, body) = write()?;
        return Ok(response(
            StatusCode::OK,
            [(header::CACHE_CONTROL, UNTAGGED)],
            about,
            body.into(),
        ));
    };
    let keep = [(header::CACHE_CONTROL, TAGGED), (header::ETAG, etag.header())];
    if etag.is_known(headers) {
        let nothing = axum::body::Body::empty();
        return Ok(response(StatusCode::NOT_MODIFIED, keep, Vec::new(), nothing));
    }
    let (about, body) = write()?;
    Ok(response(StatusCode::OK, keep, about, body.into()))
}

/// What follows from its own text alone: the list, a definition, the description of the API.
pub fn text(headers: &HeaderMap, value: &impl Serialize) -> Result<Response, Problem> {
    let (about, body) = json(value)?;
    let etag = ETag::of([&body]);
    tagged(headers, Some(etag), || Ok((about, body)))
}

/// A value as JSON.
pub fn json(value: &impl Serialize) -> Body {
    let body = serde_json::to_vec(value).map_err(|error| Problem::unwritten(&error))?;
    Ok((vec![(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], body))
}

fn response(
    status: StatusCode,
    keep: impl IntoIterator<Item = (HeaderName, HeaderValue)>,
    about: Vec<(HeaderName, HeaderValue)>,
    body: axum::body::Body,
) -> Response {
    // The same address answers with JSON or CSV.
    let vary = (header::VARY, HeaderValue::from_static("accept"));
    let headers: HeaderMap = keep.into_iter().chain([vary]).chain(about).collect();
    (status, headers, body).into_response()
}
