//! What went wrong, for programs: RFC 9457.

use crate::sentence::sentence;
use axum::response::{IntoResponse, Response};
use brisk_app::service::PageError;
use brisk_domain::{FailureKind, PanelError};
use http::{HeaderValue, StatusCode, Uri, header};
use serde::Serialize;
use utoipa::ToSchema;

/// What went wrong, and what to do (RFC 9457).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Problem {
    /// What kind of problem it is: where it is described.
    #[serde(rename = "type")]
    #[schema(value_type = String, example = "/api#wrong-parameter")]
    kind: String,
    /// The kind in a few words; the same for all of a kind.
    title: &'static str,
    /// The status of the response. In the answer for a whole dashboard: the status that the panel
    /// alone would have.
    status: u16,
    /// What happened this time, and what to do.
    detail: String,
    /// The path that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    instance: Option<String>,
    /// After how many seconds trying again may help, as the header `Retry-After` says, too.
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after: Option<u32>,
}

/// A kind of problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind {
    /// Its name in addresses.
    pub name: &'static str,
    /// A few words.
    pub title: &'static str,
    /// The status of the response.
    pub status: StatusCode,
    /// What to do.
    pub advice: &'static str,
    /// After how many seconds trying again may help.
    pub retry_after: Option<u32>,
}

/// Every kind, in the order of their statuses.
pub const KINDS: [Kind; 11] = [
    Kind {
        name: "wrong-parameter",
        title: "A parameter is wrong",
        status: StatusCode::BAD_REQUEST,
        advice: "Change the parameter as the detail says.",
        retry_after: None,
    },
    Kind {
        name: "forbidden",
        title: "Not for this account",
        status: StatusCode::FORBIDDEN,
        advice: "Ask an administrator for the attribute that the detail names.",
        retry_after: None,
    },
    Kind {
        name: "not-found",
        title: "There is nothing here",
        status: StatusCode::NOT_FOUND,
        advice: "The list of dashboards and the definition of each say what there is.",
        retry_after: None,
    },
    Kind {
        name: "method-not-allowed",
        title: "This can only be read",
        status: StatusCode::METHOD_NOT_ALLOWED,
        advice: "Use `GET`.",
        retry_after: None,
    },
    Kind {
        name: "definition",
        title: "The dashboard's file is wrong",
        status: StatusCode::INTERNAL_SERVER_ERROR,
        advice: "The author of the dashboard has to change what the detail says.",
        retry_after: None,
    },
    Kind {
        name: "refused",
        title: "The database refused the statement",
        status: StatusCode::BAD_GATEWAY,
        advice: "The author of the dashboard has to change what the detail says.",
        retry_after: None,
    },
    Kind {
        name: "too-large",
        title: "The result is too large",
        status: StatusCode::BAD_GATEWAY,
        advice: "Ask for a shorter range or a wider interval, or have the statement group more.",
        retry_after: None,
    },
    Kind {
        name: "interrupted",
        title: "The statement was not finished",
        status: StatusCode::BAD_GATEWAY,
        advice: "Try again.",
        retry_after: Some(5),
    },
    Kind {
        name: "busy",
        title: "The database is busy",
        status: StatusCode::SERVICE_UNAVAILABLE,
        advice: "Try again when `Retry-After` says.",
        retry_after: Some(5),
    },
    Kind {
        name: "unavailable",
        title: "The database did not answer",
        status: StatusCode::SERVICE_UNAVAILABLE,
        advice: "Try again when `Retry-After` says.",
        retry_after: Some(5),
    },
    Kind {
        name: "timeout",
        title: "The statement took too long",
        status: StatusCode::GATEWAY_TIMEOUT,
        advice: "Ask for a shorter range, or try again when `Retry-After` says.",
        retry_after: Some(30),
    },
];

impl Problem {
    /// A problem of the kind of that name.
    fn of(name: &str, detail: impl Into<String>) -> Self {
        Self::of_kind(KINDS.iter().find(|kind| kind.name == name).unwrap_or(&KINDS[4]), detail)
    }

    /// A problem of `kind`.
    pub(crate) fn of_kind(kind: &Kind, detail: impl Into<String>) -> Self {
        Self {
            kind: format!("/api#{}", kind.name),
            title: kind.title,
            status: kind.status.as_u16(),
            detail: detail.into(),
            instance: None,
            retry_after: kind.retry_after,
        }
    }

    /// The status of the response.
    pub(crate) fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// A parameter that a parser refused with `message`.
    pub fn wrong_parameter(message: &str) -> Self {
        Self::of("wrong-parameter", sentence(message))
    }

    /// Nothing is at this address.
    pub fn not_found() -> Self {
        Self::of("not-found", "This address is not part of the API; /api lists what is.")
    }

    /// The address is there, but not for this method.
    pub fn method_not_allowed() -> Self {
        Self::of("method-not-allowed", "The API only reads. Use GET.")
    }

    /// The answer could not be written down; never a database's fault.
    pub fn unwritten(error: &dyn std::error::Error) -> Self {
        tracing::error!(%error, "an answer of the API could not be written");
        Self::of("interrupted", "The answer could not be written. Try again.")
    }

    /// The same, at the address that was asked for. Very long ones are not repeated.
    #[must_use]
    pub fn at(self, uri: &Uri) -> Self {
        const LONGEST: usize = 500;
        let path = Some(uri.path()).filter(|path| path.len() <= LONGEST);
        Self { instance: path.map(ToOwned::to_owned), ..self }
    }
}

impl From<PageError> for Problem {
    fn from(error: PageError) -> Self {
        match error {
            PageError::NotFound(message) => Self::of("not-found", sentence(&message)),
            PageError::BadRequest(message, _) => Self::wrong_parameter(&message),
        }
    }
}

impl From<PanelError> for Problem {
    fn from(error: PanelError) -> Self {
        let name = match error.kind {
            FailureKind::Definition => "definition",
            FailureKind::Forbidden => "forbidden",
            FailureKind::Refused => "refused",
            FailureKind::TooLarge => "too-large",
            FailureKind::Unavailable => "unavailable",
            FailureKind::Busy => "busy",
            FailureKind::Timeout => "timeout",
            FailureKind::Interrupted => "interrupted",
        };
        Self::of(name, sentence(&error.message))
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = self.status();
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let headers = [
            (header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json")),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        ];
        let retry_after =
            self.retry_after.map(|seconds| [(header::RETRY_AFTER, seconds.to_string())]);
        (status, headers, retry_after, body).into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_failure_has_its_status_and_says_whether_to_try_again() {
        let cases = [
            (FailureKind::Definition, 500, false),
            (FailureKind::Forbidden, 403, false),
            (FailureKind::Refused, 502, false),
            (FailureKind::TooLarge, 502, false),
            (FailureKind::Interrupted, 502, true),
            (FailureKind::Busy, 503, true),
            (FailureKind::Unavailable, 503, true),
            (FailureKind::Timeout, 504, true),
        ];
        for (kind, status, retry) in cases {
            let error = PanelError { message: "so it is".into(), retry, kind };
            let response = Problem::from(error).into_response();
            assert_eq!(response.status().as_u16(), status, "{kind:?}");
            assert_eq!(response.headers().contains_key("retry-after"), retry, "{kind:?}");
            assert_eq!(response.headers()["content-type"], "application/problem+json");
        }
    }

    #[test]
    fn details_are_sentences_and_very_long_addresses_are_not_repeated() {
        let problem = Problem::wrong_parameter("range \"soon\" is not known");
        assert_eq!(problem.detail, "Range \"soon\" is not known.");
        let long: Uri = format!("/{}", "x".repeat(5_000)).parse().unwrap();
        assert_eq!(problem.clone().at(&long).instance, None);
        let short: Uri = "/api/v1/x?y=z".parse().unwrap();
        assert_eq!(problem.at(&short).instance.as_deref(), Some("/api/v1/x"));
    }
}
