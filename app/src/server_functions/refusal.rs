//! Error responses of server functions.

use crate::service::PageError;
use leptos::prelude::*;

/// The status and the message of what cannot be shown.
pub(super) fn refuse(error: PageError) -> ServerFnError {
    let status = match error {
        PageError::NotFound(_) => http::StatusCode::NOT_FOUND,
        PageError::BadRequest(..) => http::StatusCode::BAD_REQUEST,
        PageError::Busy => http::StatusCode::SERVICE_UNAVAILABLE,
        PageError::TooMany { retry_after, .. } => {
            let options = expect_context::<leptos_axum::ResponseOptions>();
            options.insert_header(http::header::RETRY_AFTER, retry_after.into());
            http::StatusCode::TOO_MANY_REQUESTS
        }
    };
    fail(status, error.message())
}

/// What cannot be drawn now.
pub(super) fn busy() -> ServerFnError {
    let message = "Too much is being drawn. Try again in a moment.";
    fail(http::StatusCode::SERVICE_UNAVAILABLE, message.to_owned())
}

/// A message with its status.
pub(super) fn fail(status: http::StatusCode, message: String) -> ServerFnError {
    expect_context::<leptos_axum::ResponseOptions>().set_status(status);
    ServerFnError::new(message)
}
