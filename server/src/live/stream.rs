//! Server-sent events for one open page.

use super::hub::{Hub, Page};
use super::said::Said;
use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use futures::Stream;
use http::{HeaderValue, header};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

/// How often a silent stream says that it is alive: proxies end what is silent for a minute.
const HEARTBEAT: Duration = Duration::from_secs(20);

/// The stream of `page`, for somebody who has seen the event `last` before.
pub fn response(hub: Hub, page: Page, last: Option<String>) -> Response {
    let mut response = Response::new(Body::from_stream(events(hub, page, last)));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // nginx holds back what it is sent, unless it is told not to.
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    response
}

struct Following {
    hub: Hub,
    page: Page,
    /// What the page knows.
    known: Option<Arc<Said>>,
    last: Option<String>,
    is_greeted: bool,
}

fn events(
    hub: Hub,
    page: Page,
    last: Option<String>,
) -> impl Stream<Item = Result<Bytes, Infallible>> {
    let following = Following { hub, page, known: None, last, is_greeted: false };
    futures::stream::unfold(following, |mut following| async move {
        let bytes = following.next().await?;
        Some((Ok(bytes), following))
    })
}

impl Following {
    async fn next(&mut self) -> Option<Bytes> {
        if !self.is_greeted {
            self.is_greeted = true;
            // At once, so that the page knows that somebody is there; and how soon to come back.
            return Some(Bytes::from_static(b"retry: 2000\n\n"));
        }
        loop {
            if *self.page.closing.borrow() {
                return None;
            }
            if let Some(news) = self.news() {
                return Some(news);
            }
            tokio::select! {
                changed = self.page.said.changed() => {
                    // What is followed has ended, and all of it was said.
                    changed.ok()?;
                }
                _ = self.page.closing.changed() => return None,
                () = tokio::time::sleep(HEARTBEAT) => return Some(Bytes::from_static(b":\n\n")),
            }
        }
    }

    /// What is new to the page.
    fn news(&mut self) -> Option<Bytes> {
        let said = Arc::clone(&self.page.said.borrow_and_update());
        if self.known.as_ref().is_some_and(|known| Arc::ptr_eq(known, &said)) {
            return None;
        }
        if !said.is_something() {
            // Nothing was looked at yet.
            return None;
        }
        let is_seen = self.last.take().is_some_and(|last| last == said.id());
        let event = match is_seen {
            true => None,
            false => said.event(self.known.as_deref(), self.hub.now()),
        };
        self.known = Some(said);
        event
    }
}
