//! What a server function answers where there is nothing to give.

use crate::service::PageError;
use leptos::prelude::*;

/// The status and the message of what cannot be shown.
pub(super) fn refuse(error: PageError) -> ServerFnError {
    match error {
        PageError::NotFound(message) => fail(http::StatusCode::NOT_FOUND, message),
        PageError::BadRequest(message, _) => fail(http::StatusCode::BAD_REQUEST, message),
    }
}

/// A message with its status.
pub(super) fn fail(status: http::StatusCode, message: String) -> ServerFnError {
    expect_context::<leptos_axum::ResponseOptions>().set_status(status);
    ServerFnError::new(message)
}
