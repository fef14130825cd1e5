//! Server-sent events for one open page.

use super::hub::{Hub, Subscription};
use super::reader::Reader;
use super::revision::Revision;
use crate::auth::rights::FAREWELL;
use crate::http::conditional::NO_STORE;
use crate::open_pages::OpenPage;
use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use futures::Stream;
use http::{HeaderValue, header};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

/// How often a silent stream sends a comment: proxies close what is silent for a minute.
const HEARTBEAT: Duration = Duration::from_secs(20);

/// The stream of one page, which has seen the event `last` before.
pub fn response(
    hub: Hub,
    subscription: Subscription,
    reader: Reader,
    last: Option<String>,
    open: Option<OpenPage>,
) -> Response {
    let events = events(hub, subscription, reader, last, open);
    let mut response = Response::new(Body::from_stream(events));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(header::CACHE_CONTROL, NO_STORE);
    // nginx buffers responses unless it is told not to.
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    response
}

struct Following {
    hub: Hub,
    subscription: Subscription,
    reader: Reader,
    /// The revision that the page knows.
    known: Option<Arc<Revision>>,
    last: Option<String>,
    is_greeted: bool,
    is_over: bool,
    /// Counts among the open pages of its reader's account.
    _open: Option<OpenPage>,
}

fn events(
    hub: Hub,
    subscription: Subscription,
    reader: Reader,
    last: Option<String>,
    open: Option<OpenPage>,
) -> impl Stream<Item = Result<Bytes, Infallible>> {
    let following = Following {
        hub,
        subscription,
        reader,
        known: None,
        last,
        is_greeted: false,
        is_over: false,
        _open: open,
    };
    futures::stream::unfold(following, |mut following| async move {
        let bytes = following.next().await?;
        Some((Ok(bytes), following))
    })
}

impl Following {
    async fn next(&mut self) -> Option<Bytes> {
        if !self.is_greeted {
            self.is_greeted = true;
            // At once, so that the page knows that it is connected; and how soon to reconnect.
            return Some(Bytes::from_static(b"retry: 2000\n\n"));
        }
        loop {
            if self.is_over || *self.subscription.closing.borrow() {
                return None;
            }
            if let Some(event) = self.event() {
                return Some(event);
            }
            tokio::select! {
                changed = self.subscription.revisions.changed() => {
                    // The channel has ended, and its last revision was sent.
                    changed.ok()?;
                }
                _ = self.subscription.closing.changed() => return None,
                () = self.reader.gone() => return Some(self.farewell()),
                () = tokio::time::sleep(HEARTBEAT) => {
                    if !self.reader.may_go_on().await {
                        return Some(self.farewell());
                    }
                    return Some(Bytes::from_static(b":\n\n"));
                }
            }
        }
    }

    /// The last event: the page reloads, and gets what its reader may see now.
    fn farewell(&mut self) -> Bytes {
        self.is_over = true;
        Bytes::from_static(FAREWELL.as_bytes())
    }

    /// The event with what is new to the page.
    fn event(&mut self) -> Option<Bytes> {
        let revision = Arc::clone(&self.subscription.revisions.borrow_and_update());
        if self.known.as_ref().is_some_and(|known| Arc::ptr_eq(known, &revision)) {
            return None;
        }
        if !revision.is_published() {
            return None;
        }
        let is_seen = self.last.take().is_some_and(|last| last == revision.id());
        let event = match is_seen {
            true => None,
            false => revision.event(self.known.as_deref(), self.hub.now()),
        };
        self.known = Some(revision);
        event
    }
}
