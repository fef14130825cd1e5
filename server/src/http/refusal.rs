//! The answer to a request that does not reach its handler: one sentence.

use super::conditional::NO_STORE;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use std::borrow::Cow;

/// A response that is a sentence.
pub(crate) fn response(status: StatusCode, sentence: impl Into<Cow<'static, str>>) -> Response {
    let headers = [
        (header::CACHE_CONTROL, NO_STORE),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ];
    (status, headers, sentence.into()).into_response()
}
