//! Server-sent events for one open page.

use super::following::{Following, Step};
use crate::auth::rights::FAREWELL;
use crate::http::conditional::NO_STORE;
use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use futures::Stream;
use http::{HeaderValue, header};
use std::convert::Infallible;

/// A comment: what a silent stream sends.
pub(crate) const SILENCE: &[u8] = b":\n\n";

/// The stream of one page.
pub(crate) fn response(following: Following) -> Response {
    of_events(events(following))
}

/// A response of events.
pub(crate) fn of_events(
    events: impl Stream<Item = Result<Bytes, Infallible>> + Send + 'static,
) -> Response {
    let mut response = Response::new(Body::from_stream(events));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(header::CACHE_CONTROL, NO_STORE);
    // nginx buffers responses unless it is told not to.
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    response
}

fn events(following: Following) -> impl Stream<Item = Result<Bytes, Infallible>> {
    futures::stream::unfold((following, false), |(mut following, is_greeted)| async move {
        let bytes = match is_greeted {
            true => event(&mut following).await?,
            // At once, so that the page knows that it is connected; and how soon to reconnect.
            false => Bytes::from_static(b"retry: 2000\n\n"),
        };
        Some((Ok(bytes), (following, true)))
    })
}

async fn event(following: &mut Following) -> Option<Bytes> {
    loop {
        match following.step().await? {
            Step::News(revision, known) => {
                if let Some(event) = revision.event(known.as_deref(), following.now()) {
                    return Some(event);
                }
            }
            Step::Silence => return Some(Bytes::from_static(SILENCE)),
            // The page reloads, and gets what its reader may see now.
            Step::Gone => return Some(Bytes::from_static(FAREWELL.as_bytes())),
        }
    }
}
