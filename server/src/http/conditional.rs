//! Conditional requests: what a response with an entity tag says about storing it, and
//! `304 Not Modified` for clients that have it already.

use super::etag::ETag;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};

/// `cache-control` for what nobody may store.
pub(crate) const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

/// `cache-control` for what has a tag. It depends on the reader, so no shared cache may store it; the
/// reader's own client may, and must revalidate it each time.
const REVALIDATE: HeaderValue = HeaderValue::from_static("private, no-cache");

/// The headers that a response with `tag` and its `304` have in common. `vary` names the request
/// headers that the response depends on.
pub(crate) fn headers(tag: &ETag, vary: &'static str) -> HeaderMap {
    HeaderMap::from_iter([
        (header::ETAG, tag.header()),
        (header::CACHE_CONTROL, REVALIDATE),
        (header::VARY, HeaderValue::from_static(vary)),
    ])
}

/// `304 Not Modified` with `headers`, if the client that sent `request` has the response of `tag`.
pub(crate) fn not_modified(
    tag: &ETag,
    request: &HeaderMap,
    headers: &HeaderMap,
) -> Option<Response> {
    tag.matches(request).then(|| (StatusCode::NOT_MODIFIED, headers.clone()).into_response())
}
