//! [`Answer`]: a response's body. It says when the request ends, and goes to clients of HTTP/2 in
//! pieces: what of it is handed on is kept for a client that takes nothing.

use super::activity::InFlight;
use super::streams;
use axum::Error;
use axum::body::{Body, HttpBody};
use bytes::Bytes;
use hyper::body::{Frame, SizeHint};
use std::pin::Pin;
use std::task::{Context, Poll};

/// A response's body; the request is in flight until this is dropped.
pub(super) struct Answer {
    body: Body,
    /// What is left of the last frame.
    rest: Bytes,
    is_multiplexed: bool,
    _in_flight: InFlight,
}

/// Bytes of a piece: a frame of HTTP/2.
const PIECE: usize = 16 << 10;

impl Answer {
    pub(super) fn new(body: Body, is_multiplexed: bool, in_flight: InFlight) -> Self {
        Self { body, rest: Bytes::new(), is_multiplexed, _in_flight: in_flight }
    }

    fn piece(&mut self, mut data: Bytes) -> Frame<Bytes> {
        if self.is_multiplexed && data.len() > PIECE {
            let piece = data.split_to(PIECE);
            self.rest = data;
            return Frame::data(piece);
        }
        Frame::data(data)
    }
}

impl HttpBody for Answer {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let frame = match std::mem::take(&mut self.rest) {
            rest if !rest.is_empty() => Poll::Ready(Some(Ok(self.piece(rest)))),
            _ => Pin::new(&mut self.body).poll_frame(cx).map_ok(|frame| match frame.into_data() {
                Ok(data) => self.piece(data),
                Err(trailers) => trailers,
            }),
        };
        if self.is_multiplexed {
            streams::sending(matches!(frame, Poll::Ready(Some(Ok(_)))));
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let (rest, of_body) = (self.rest.len() as u64, self.body.size_hint());
        let mut hint = SizeHint::new();
        hint.set_lower(of_body.lower() + rest);
        if let Some(upper) = of_body.upper() {
            hint.set_upper(upper + rest);
        }
        hint
    }
}
