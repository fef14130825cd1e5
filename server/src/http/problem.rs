//! Errors for programs, as in RFC 9457: `application/problem+json`. What can go wrong is listed where it
//! happens: in `api::problem` and `hooks::problem`.

use super::conditional::NO_STORE;
use axum::response::{IntoResponse, Response};
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

impl Problem {
    /// A problem of `kind`; `detail` is a sentence.
    pub(crate) fn new(kind: &Kind, detail: impl Into<String>) -> Self {
        Self {
            kind: format!("/api#{}", kind.name),
            title: kind.title,
            status: kind.status.as_u16(),
            detail: detail.into(),
            instance: None,
            retry_after: kind.retry_after,
        }
    }

    /// The same, where trying again may help after so many seconds.
    #[must_use]
    pub(crate) fn after(self, seconds: u32) -> Self {
        Self { retry_after: Some(seconds), ..self }
    }

    /// What happened, in a sentence.
    pub(crate) fn detail(&self) -> &str {
        &self.detail
    }

    /// The status of the response.
    pub(crate) fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// The same, at the address of the request. Very long ones are not repeated.
    #[must_use]
    pub fn at(self, uri: &Uri) -> Self {
        const LONGEST: usize = 500;
        let path = Some(uri.path()).filter(|path| path.len() <= LONGEST);
        Self { instance: path.map(ToOwned::to_owned), ..self }
    }
}

/// In GraphQL, problems are errors of fields.
impl From<Problem> for brisk_graphql::Problem {
    fn from(problem: Problem) -> Self {
        let Problem { kind, title, status, detail, instance: _, retry_after } = problem;
        Self { kind, title: title.to_owned(), status, detail, retry_after }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = self.status();
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let headers = [
            (header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json")),
            (header::CACHE_CONTROL, NO_STORE),
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
    fn very_long_addresses_are_not_repeated() {
        let kind = Kind {
            name: "x",
            title: "X",
            status: StatusCode::NOT_FOUND,
            advice: "",
            retry_after: None,
        };
        let problem = Problem::new(&kind, "X.");
        let long: Uri = format!("/{}", "x".repeat(5_000)).parse().unwrap();
        assert_eq!(problem.clone().at(&long).instance, None);
        let short: Uri = "/api/v1/x?y=z".parse().unwrap();
        assert_eq!(problem.at(&short).instance.as_deref(), Some("/api/v1/x"));
    }
}
