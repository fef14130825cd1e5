//! [`Answer`]: a response's body. It notes when the request ends, and goes to HTTP/2 clients in pieces:
//! a piece that was handed on is held for a client that takes nothing. The bytes of long answers are
//! counted until they are sent.

use super::activity::InFlight;
use super::per_client::Slot;
use super::streams;
use super::unsent::{LONG, Unsent};
use axum::Error;
use axum::body::{Body, HttpBody};
use brisk_cache::Client;
use bytes::Bytes;
use hyper::body::{Frame, SizeHint};
use std::pin::Pin;
use std::task::{Context, Poll};

/// A response's body; the request is in flight until this is dropped.
pub(super) struct Answer {
    body: Body,
    /// What is left of the last frame.
    rest: Bytes,
    sending: Sending,
}

/// What is known of an answer on its way.
pub(super) struct Sending {
    pub(super) is_multiplexed: bool,
    pub(super) unsent: Unsent,
    pub(super) client: Client,
    pub(super) _in_flight: InFlight,
    pub(super) _slot: Option<Slot>,
}

/// Bytes of a piece: a frame of HTTP/2.
const PIECE: usize = 16 << 10;

impl Answer {
    /// `body` on its way, or nothing if too many long ones wait already.
    pub(super) fn of(
        mut body: Body,
        sending: Sending,
        cx: &mut Context<'_>,
    ) -> Result<Self, Sending> {
        let mut rest = Bytes::new();
        let is_long = body.size_hint().exact().is_some_and(|length| length >= LONG as u64);
        // A body that is whole in memory has a single frame.
        if is_long
            && let Poll::Ready(Some(Ok(frame))) = Pin::new(&mut body).poll_frame(cx)
            && let Ok(data) = frame.into_data()
        {
            match sending.unsent.hold(&sending.client, data) {
                Ok(held) => rest = held,
                Err(_) => return Err(sending),
            }
        }
        Ok(Self { body, rest, sending })
    }

    /// `body`, which is short, on its way.
    pub(super) fn short(body: Body, sending: Sending) -> Self {
        Self { body, rest: Bytes::new(), sending }
    }

    fn piece(&mut self, mut data: Bytes) -> Frame<Bytes> {
        if self.sending.is_multiplexed && data.len() > PIECE {
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
                Ok(data) => {
                    let Sending { unsent, client, .. } = &self.sending;
                    let data = unsent.hold_anyway(client, data);
                    self.piece(data)
                }
                Err(trailers) => trailers,
            }),
        };
        if self.sending.is_multiplexed {
            let bytes = match &frame {
                Poll::Ready(Some(Ok(frame))) => Some(frame.data_ref().map_or(0, Bytes::len)),
                _ => None,
            };
            streams::sending(bytes);
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
