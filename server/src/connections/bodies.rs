//! Requests with a body: how long it may be and how long it may take.

use super::refusal::Refusal;
use crate::hooks::dbt;
use crate::http::security::MAX_FORM;
use axum::Router;
use axum::body::{Body, HttpBody};
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderMap, Request, header};
use hyper::body::{Frame, Incoming, SizeHint};
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tower::Service as _;

/// The bytes that a body for `path` may have.
pub(super) fn longest(path: &str) -> u64 {
    // Most webhooks read less: this is for those that accept dbt's files.
    let most = if path.starts_with("/hooks/") { dbt::MAX_BODY } else { MAX_FORM };
    most as u64
}

/// The body's length, if the head has it.
pub(super) fn said_length(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// Answers a request whose body is still to come. If that takes longer than `time`, or has more than
/// `most` bytes, the request is refused.
pub(super) async fn answered(
    mut routes: Router,
    request: Request<Incoming>,
    most: u64,
    time: Duration,
) -> Result<Response, Refusal> {
    let received =
        Arc::new(Received { is_complete: AtomicBool::new(false), left: AtomicU64::new(most) });
    let body =
        |body| Body::new(Counted { body, received: Arc::clone(&received), is_too_long: false });
    let mut answer = pin!(routes.call(request.map(body)));
    let answered = poll_fn(|cx| {
        let answer = answer.as_mut().poll(cx);
        match received.left.load(Ordering::Relaxed) {
            TOO_LONG => Poll::Ready(None),
            _ => answer.map(Some),
        }
    });
    let mut answered = pin!(answered);
    let answer = match tokio::time::timeout(time, &mut answered).await {
        Ok(answer) => answer,
        Err(_) if received.is_complete.load(Ordering::Relaxed) => answered.await,
        Err(_) => return Err(Refusal::BodyTooLate(time)),
    };
    match answer {
        Some(Ok(response)) => Ok(response),
        Some(Err(never)) => match never {},
        None => Err(Refusal::BodyTooLong(most)),
    }
}

/// What has come of a body.
struct Received {
    /// Whether it is all there, or is no longer read.
    is_complete: AtomicBool,
    /// How many more bytes it may have, or [`TOO_LONG`].
    left: AtomicU64,
}

const TOO_LONG: u64 = u64::MAX;

/// A request's body whose bytes are counted.
struct Counted {
    body: Incoming,
    received: Arc<Received>,
    is_too_long: bool,
}

impl HttpBody for Counted {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        if self.is_too_long {
            return Poll::Pending;
        }
        let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
        if frame.is_none() || self.body.is_end_stream() {
            self.received.is_complete.store(true, Ordering::Relaxed);
        }
        let data = frame.as_ref().and_then(|frame| frame.as_ref().ok()?.data_ref());
        let left = self.received.left.load(Ordering::Relaxed);
        let left = left.checked_sub(data.map_or(0, Bytes::len) as u64);
        self.received.left.store(left.unwrap_or(TOO_LONG), Ordering::Relaxed);
        if left.is_none() {
            // Its reader gets no more; `answered` refuses the request.
            self.is_too_long = true;
            return Poll::Pending;
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.received.is_complete.store(true, Ordering::Relaxed);
    }
}
