//! What can go wrong with a request of the API: its kinds of [`Problem`].

use crate::http::problem::{Kind, Problem};
use brisk_app::service::{Exceeded, PageError};
use brisk_domain::sentence::sentence;
use brisk_domain::{FailureKind, PanelError};
use http::StatusCode;

/// Every kind, in the order of their statuses.
pub const KINDS: [Kind; 17] = [
    WRONG_PARAMETER,
    FORBIDDEN,
    NOT_FOUND,
    METHOD_NOT_ALLOWED,
    TOO_MANY_VIEWS,
    TOO_MANY_REQUESTS,
    TOO_MANY_REFRESHES,
    TOO_MANY_STREAMS,
    DEFINITION,
    NOT_WRITTEN,
    REFUSED,
    TOO_LARGE,
    INTERRUPTED,
    BUSY,
    OVERLOADED,
    UNAVAILABLE,
    TIMEOUT,
];

const WRONG_PARAMETER: Kind = Kind {
    name: "wrong-parameter",
    title: "A parameter is wrong",
    status: StatusCode::BAD_REQUEST,
    advice: "Change the parameter as the detail says.",
    retry_after: None,
};

const FORBIDDEN: Kind = Kind {
    name: "forbidden",
    title: "Not for this account",
    status: StatusCode::FORBIDDEN,
    advice: "Ask an administrator for the attribute that the detail names.",
    retry_after: None,
};

const NOT_FOUND: Kind = Kind {
    name: "not-found",
    title: "Not found",
    status: StatusCode::NOT_FOUND,
    advice: "The list of dashboards and the definition of each say what there is.",
    retry_after: None,
};

const METHOD_NOT_ALLOWED: Kind = Kind {
    name: "method-not-allowed",
    title: "Method not allowed",
    status: StatusCode::METHOD_NOT_ALLOWED,
    advice: "Use one of the methods in `Allow`.",
    retry_after: None,
};

const TOO_MANY_VIEWS: Kind = Kind {
    name: "too-many-views",
    title: "Too many views",
    status: StatusCode::TOO_MANY_REQUESTS,
    advice: "Wait as long as `Retry-After` says, and ask for fewer different views at a time.",
    retry_after: Some(5),
};

const TOO_MANY_REQUESTS: Kind = Kind {
    name: "too-many-requests",
    title: "Too many requests",
    status: StatusCode::TOO_MANY_REQUESTS,
    advice: "Wait as long as `Retry-After` says, and send fewer requests a second; all tokens of an \
             account count together.",
    retry_after: Some(5),
};

const TOO_MANY_REFRESHES: Kind = Kind {
    name: "too-many-refreshes",
    title: "Too many views loaded again",
    status: StatusCode::TOO_MANY_REQUESTS,
    advice: "Wait as long as `Retry-After` says.",
    retry_after: Some(5),
};

const TOO_MANY_STREAMS: Kind = Kind {
    name: "too-many-streams",
    title: "Too many open pages",
    status: StatusCode::TOO_MANY_REQUESTS,
    advice: "Close pages or streams of the account that nobody looks at.",
    retry_after: Some(60),
};

const DEFINITION: Kind = Kind {
    name: "definition",
    title: "The dashboard's file is wrong",
    status: StatusCode::INTERNAL_SERVER_ERROR,
    advice: "The author of the dashboard has to change what the detail says.",
    retry_after: None,
};

const NOT_WRITTEN: Kind = Kind {
    name: "not-written",
    title: "The answer could not be written",
    status: StatusCode::INTERNAL_SERVER_ERROR,
    advice: "Try again; if it stays so, tell whoever runs the server: its log says why.",
    retry_after: Some(5),
};

const REFUSED: Kind = Kind {
    name: "refused",
    title: "The database refused the statement",
    status: StatusCode::BAD_GATEWAY,
    advice: "The author of the dashboard has to change what the detail says.",
    retry_after: None,
};

const TOO_LARGE: Kind = Kind {
    name: "too-large",
    title: "The result is too large",
    status: StatusCode::BAD_GATEWAY,
    advice: "Ask for a shorter range or a wider interval, or have the statement group more.",
    retry_after: None,
};

const INTERRUPTED: Kind = Kind {
    name: "interrupted",
    title: "The statement was not finished",
    status: StatusCode::BAD_GATEWAY,
    advice: "Try again.",
    retry_after: Some(5),
};

const BUSY: Kind = Kind {
    name: "busy",
    title: "The database is busy",
    status: StatusCode::SERVICE_UNAVAILABLE,
    advice: "Try again when `Retry-After` says.",
    retry_after: Some(5),
};

const OVERLOADED: Kind = Kind {
    name: "overloaded",
    title: "The server is busy",
    status: StatusCode::SERVICE_UNAVAILABLE,
    advice: "Try again when `Retry-After` says.",
    retry_after: Some(2),
};

const UNAVAILABLE: Kind = Kind {
    name: "unavailable",
    title: "The database did not answer",
    status: StatusCode::SERVICE_UNAVAILABLE,
    advice: "Try again when `Retry-After` says.",
    retry_after: Some(5),
};

const TIMEOUT: Kind = Kind {
    name: "timeout",
    title: "The statement took too long",
    status: StatusCode::GATEWAY_TIMEOUT,
    advice: "Ask for a shorter range, or try again when `Retry-After` says.",
    retry_after: Some(30),
};

/// A parameter that a parser rejected with `message`.
pub(crate) fn wrong_parameter(message: &str) -> Problem {
    Problem::new(&WRONG_PARAMETER, sentence(message))
}

/// There is nothing of that name, or nothing for who asks; `detail` is a sentence.
pub(crate) fn no_such(detail: &str) -> Problem {
    Problem::new(&NOT_FOUND, detail)
}

/// Too many pages are open, whoever they belong to.
pub(crate) fn too_many_pages() -> Problem {
    Problem::new(&OVERLOADED, "Too many pages are open at the moment. Try again in a minute.")
        .after(60)
}

/// Nothing is at this address.
pub(super) fn not_found() -> Problem {
    Problem::new(
        &NOT_FOUND,
        "There is nothing at this address, or nothing for you; /api lists what the API has.",
    )
}

/// The address is there, but not for this method.
pub(super) fn method_not_allowed(reads: bool) -> Problem {
    let detail = match reads {
        true => "This address is only read. Use GET.",
        false => "This address takes what has changed. Use POST.",
    };
    Problem::new(&METHOD_NOT_ALLOWED, detail)
}

/// The response could not be serialised; never a database's fault.
pub(crate) fn not_serialised(error: &dyn std::error::Error) -> Problem {
    tracing::error!(%error, "an answer of the API could not be written");
    Problem::new(&NOT_WRITTEN, "The answer could not be written. Try again.")
}

impl From<PageError> for Problem {
    fn from(error: PageError) -> Self {
        match &error {
            PageError::NotFound(message) => Self::new(&NOT_FOUND, sentence(message)),
            PageError::BadRequest(message, _) => wrong_parameter(message),
            PageError::Busy => Self::new(&OVERLOADED, error.message()),
            PageError::TooMany { what, retry_after } => {
                let kind = match what {
                    Exceeded::Views | Exceeded::AccountViews => &TOO_MANY_VIEWS,
                    Exceeded::Requests => &TOO_MANY_REQUESTS,
                    Exceeded::Refreshes => &TOO_MANY_REFRESHES,
                    Exceeded::Streams => &TOO_MANY_STREAMS,
                };
                Self::new(kind, error.message()).after(*retry_after)
            }
        }
    }
}

impl From<PanelError> for Problem {
    fn from(error: PanelError) -> Self {
        let kind = match error.kind {
            FailureKind::Definition => &DEFINITION,
            FailureKind::Forbidden => &FORBIDDEN,
            FailureKind::Value => &WRONG_PARAMETER,
            FailureKind::Refused => &REFUSED,
            FailureKind::TooLarge => &TOO_LARGE,
            FailureKind::Unavailable => &UNAVAILABLE,
            FailureKind::Busy => &BUSY,
            FailureKind::Timeout => &TIMEOUT,
            FailureKind::Interrupted => &INTERRUPTED,
        };
        Self::new(kind, sentence(&error.message))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::response::IntoResponse;

    #[test]
    fn every_failure_has_its_status_and_says_whether_to_try_again() {
        let cases = [
            (FailureKind::Definition, 500, false),
            (FailureKind::Forbidden, 403, false),
            (FailureKind::Value, 400, false),
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
    fn a_limit_is_named_by_the_kind_of_its_problem() {
        let limits = [
            (Exceeded::Views, "too-many-views"),
            (Exceeded::AccountViews, "too-many-views"),
            (Exceeded::Requests, "too-many-requests"),
            (Exceeded::Refreshes, "too-many-refreshes"),
            (Exceeded::Streams, "too-many-streams"),
        ];
        for (what, kind) in limits {
            let problem = Problem::from(PageError::TooMany { what, retry_after: 7 });
            let problem = serde_json::to_value(problem).unwrap();
            assert_eq!(problem["type"], format!("/api#{kind}"));
            assert_eq!((&problem["status"], &problem["retry_after"]), (&429.into(), &7.into()));
        }
    }

    #[test]
    fn what_is_not_the_databases_fault_does_not_say_so() {
        let error = serde_json::from_str::<u8>("x").unwrap_err();
        for problem in [Problem::from(PageError::Busy), not_serialised(&error)] {
            let said = serde_json::to_string(&problem).unwrap();
            assert!(!said.contains("database") && !said.contains("statement"), "{said}");
        }
    }

    #[test]
    fn kinds_are_listed_once_in_the_order_of_their_statuses() {
        let statuses: Vec<u16> = KINDS.iter().map(|kind| kind.status.as_u16()).collect();
        assert!(statuses.is_sorted(), "{statuses:?}");
        let others = crate::hooks::problem::KINDS.iter().chain(&crate::auth::problem::KINDS);
        let others = others.chain(&crate::image_links::problem::KINDS);
        let mut names: Vec<&str> = KINDS.iter().chain(others).map(|kind| kind.name).collect();
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all);
    }

    #[test]
    fn details_are_sentences() {
        let problem = serde_json::to_value(wrong_parameter("range \"soon\" is not known")).unwrap();
        assert_eq!(problem["detail"], "Range \"soon\" is not known.");
    }
}
