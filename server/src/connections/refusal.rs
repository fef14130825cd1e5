//! [`Refusal`]: why a request is answered before the routes, and with what.

use crate::http::own_names::Misdirected;
use crate::http::refusal;
use axum::response::Response;
use http::{HeaderValue, StatusCode, header};
use std::time::Duration;

/// Why a request is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refusal {
    /// Its head is not what HTTP/1 allows, or is read differently by different servers.
    Malformed(&'static str),
    /// It asks for an address that is too long.
    TargetTooLong,
    /// Its headers are too long or too many.
    HeadTooLong,
    /// Its body has more bytes than these.
    BodyTooLong(u64),
    /// Its body did not come within this time.
    BodyTooLate(Duration),
    /// It is for another host.
    Misdirected(Misdirected),
    /// No page has such a method.
    Method,
    /// There are too many connections.
    Full,
    /// Its client has too many requests or connections.
    OfClient,
}

impl Refusal {
    /// The answer.
    pub(super) fn response(self) -> Response {
        let (waits, allow) = (matches!(self, Self::Full | Self::OfClient), self == Self::Method);
        let (status, sentence) = self.status_and_sentence();
        let mut response = refusal::response(status, sentence);
        let headers = response.headers_mut();
        if waits {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
        }
        if allow {
            headers.insert(header::ALLOW, HeaderValue::from_static("GET, HEAD, POST"));
        }
        response
    }

    /// Whether the client may still be sending what is not read, or cannot be understood any further.
    pub(super) fn ends_the_connection(&self) -> bool {
        match self {
            Self::Malformed(_)
            | Self::TargetTooLong
            | Self::HeadTooLong
            | Self::BodyTooLong(_)
            | Self::BodyTooLate(_)
            | Self::Method => true,
            // If the connection itself is one too many, it ends in any case.
            Self::Misdirected(_) | Self::Full | Self::OfClient => false,
        }
    }

    fn status_and_sentence(self) -> (StatusCode, String) {
        match self {
            Self::Malformed(why) => (StatusCode::BAD_REQUEST, format!("{why}\n")),
            Self::TargetTooLong => (
                StatusCode::URI_TOO_LONG,
                "The address is longer than 65,534 bytes. Choose fewer values.\n".into(),
            ),
            Self::HeadTooLong => (
                StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
                "The request has more than 100 headers, or more than 144 KiB of them. Delete the \
                 cookies of this site and try again.\n"
                    .into(),
            ),
            Self::BodyTooLong(most) => (
                StatusCode::PAYLOAD_TOO_LARGE,
                format!("The request's body is longer than {most} bytes.\n"),
            ),
            Self::BodyTooLate(limit) => (
                StatusCode::REQUEST_TIMEOUT,
                format!("The request's body did not arrive within {} s.\n", limit.as_secs_f32()),
            ),
            Self::Misdirected(why) => why.status_and_message(),
            Self::Method => (
                StatusCode::METHOD_NOT_ALLOWED,
                "This server is no proxy and shows nobody's requests.\n".into(),
            ),
            Self::Full => (
                StatusCode::SERVICE_UNAVAILABLE,
                "This server has as many connections as it can have. Try again soon.\n".into(),
            ),
            Self::OfClient => (
                StatusCode::TOO_MANY_REQUESTS,
                "Too many connections come from your address. Close some pages, or try again soon.\n"
                    .into(),
            ),
        }
    }
}
