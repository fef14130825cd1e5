//! Answers to viewers who are not known, or have not proven enough: a sentence; for programs that use
//! the API, a [`Problem`] of one of these kinds.

use crate::http::problem::{Kind, Problem};
use crate::http::refusal;
use axum::response::{IntoResponse, Response};
use http::{StatusCode, Uri};

/// Every kind, in the order of their statuses.
pub const KINDS: [Kind; 4] = [SIGN_IN, BAD_TOKEN, SECOND_FACTOR, NOT_KNOWN];

/// Somebody who has not signed in has asked for what is not public.
pub(super) const SIGN_IN: Kind = Kind {
    name: "sign-in",
    title: "Signing in is required",
    status: StatusCode::UNAUTHORIZED,
    advice: "Send a token: `Authorization: Bearer brisk_…`. Tokens are made on `/profile`.",
    retry_after: None,
};

/// A token that is not valid, or no longer.
pub(super) const BAD_TOKEN: Kind = Kind {
    name: "bad-token",
    title: "The token is not valid",
    status: StatusCode::UNAUTHORIZED,
    advice: "Make another token on `/profile`.",
    retry_after: None,
};

/// The account needs a second factor, and has none.
pub(super) const SECOND_FACTOR: Kind = Kind {
    name: "second-factor",
    title: "The account lacks a second factor",
    status: StatusCode::FORBIDDEN,
    advice: "Open Brisk as the token's owner, and set one up.",
    retry_after: None,
};

/// Who asks cannot be determined.
pub(super) const NOT_KNOWN: Kind = Kind {
    name: "not-known",
    title: "Who asks cannot be told",
    status: StatusCode::SERVICE_UNAVAILABLE,
    advice: "Try again when `Retry-After` says.",
    retry_after: Some(2),
};

/// What somebody who has not signed in is asked to do.
pub(crate) const ASKED: &str = "Sign in, or send a token: Authorization: Bearer brisk_…";

/// The problem of somebody who has not signed in.
pub(crate) fn sign_in() -> Problem {
    Problem::new(&SIGN_IN, ASKED)
}

/// The answer at that address; `sentence` says what happened.
pub(super) fn answer(uri: &Uri, kind: &Kind, sentence: &str) -> Response {
    // The address decides the form of the answer, and nothing else.
    match uri.path().starts_with("/api/v1/") || uri.path() == "/api/graphql" {
        true => Problem::new(kind, sentence).at(uri).into_response(),
        false => {
            let later = kind.retry_after.map(|seconds| [("retry-after", seconds.to_string())]);
            (later, refusal::response(kind.status, format!("{sentence}\n"))).into_response()
        }
    }
}
