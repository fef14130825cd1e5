//! [`Problem`]: what went wrong, in the words of the JSON API; as an error of GraphQL, it carries them as
//! `extensions`.

use async_graphql::{ComplexObject, Error, ErrorExtensions, SimpleObject};
use serde::Deserialize;

/// The address of the page that describes each kind, up to its name.
const DESCRIBED: &str = "/api#";

/// What went wrong, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, SimpleObject)]
#[graphql(complex)]
pub struct Problem {
    /// What kind of problem it is: where it is described.
    #[serde(rename = "type")]
    #[graphql(name = "type")]
    pub kind: String,
    /// The kind in a few words; the same for all of a kind.
    pub title: String,
    /// The status that the JSON API answers with.
    pub status: u16,
    /// What happened this time, and what to do.
    pub detail: String,
    /// After how many seconds trying again may help.
    #[serde(default)]
    pub retry_after: Option<u32>,
}

/// A kind of problem that only requests in GraphQL have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind {
    /// Its name.
    pub name: &'static str,
    /// A few words.
    pub title: &'static str,
    /// The status of the response.
    pub status: u16,
    /// What to do.
    pub advice: &'static str,
}

/// Every kind, in the order of their statuses.
pub const KINDS: [Kind; 4] = [INVALID, TOO_COSTLY, TOO_LARGE, NOT_JSON];

pub(crate) const INVALID: Kind = Kind {
    name: "invalid-query",
    title: "The query is not valid",
    status: 400,
    advice: "Change the query as the message says; `/api/graphql/playground` shows the schema.",
};

/// A request asks for more than its limits allow.
pub const TOO_COSTLY: Kind = Kind {
    name: "too-costly",
    title: "The query asks for too much",
    status: 400,
    advice: "Ask for less in one query, or in several; the message names the limit.",
};

pub(crate) const TOO_LARGE: Kind = Kind {
    name: "answer-too-large",
    title: "The answer would be too large",
    status: 400,
    advice: "Select fewer columns, or page through their `values` with `first` and `skip`.",
};

/// The body of a request is something else.
pub const NOT_JSON: Kind = Kind {
    name: "not-json",
    title: "The body is not JSON",
    status: 415,
    advice: "Send the query as JSON, with `Content-Type: application/json`.",
};

/// Kinds that the JSON API has, too.
const WRONG_PARAMETER: Kind =
    Kind { name: "wrong-parameter", title: "A parameter is wrong", status: 400, advice: "" };
const NOT_FOUND: Kind = Kind { name: "not-found", title: "Not found", status: 404, advice: "" };
const METHOD: Kind =
    Kind { name: "method-not-allowed", title: "Method not allowed", status: 405, advice: "" };

impl Problem {
    /// A problem of `kind`; `detail` is a sentence.
    pub fn new(kind: &Kind, detail: impl Into<String>) -> Self {
        Self {
            kind: format!("{DESCRIBED}{}", kind.name),
            title: kind.title.to_owned(),
            status: kind.status,
            detail: detail.into(),
            retry_after: None,
        }
    }

    pub(crate) fn wrong_parameter(detail: impl Into<String>) -> Self {
        Self::new(&WRONG_PARAMETER, detail)
    }

    pub(crate) fn not_found(detail: impl Into<String>) -> Self {
        Self::new(&NOT_FOUND, detail)
    }

    pub(crate) fn only_post(detail: impl Into<String>) -> Self {
        Self::new(&METHOD, detail)
    }

    /// The name of its kind.
    pub fn name(&self) -> &str {
        self.kind.strip_prefix(DESCRIBED).unwrap_or(&self.kind)
    }
}

#[ComplexObject]
impl Problem {
    /// The name of its kind, as errors have it in `extensions.code`.
    async fn code(&self) -> &str {
        self.name()
    }
}

/// What a field answers with: its value; or null, and an error beside it. (The executor leaves out a field whose
/// resolver fails.)
pub(crate) type Maybe<T> = Option<Result<T, Problem>>;

impl From<Problem> for Error {
    fn from(problem: Problem) -> Self {
        Self::new(problem.detail.clone()).extend_with(|_, extensions| {
            extensions.set("code", problem.name());
            extensions.set("type", problem.kind.as_str());
            extensions.set("title", problem.title.as_str());
            extensions.set("status", problem.status);
            if let Some(seconds) = problem.retry_after {
                extensions.set("retryAfter", seconds);
            }
        })
    }
}

/// The first characters of what a request says, for a sentence that repeats it.
pub(crate) fn short(text: &str) -> String {
    const SHOWN: usize = 64;
    text.chars().take(SHOWN).collect()
}
