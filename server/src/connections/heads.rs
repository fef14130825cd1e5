//! [`Heads`]: hands the bytes of an HTTP/1 connection on, head by head, and only heads that all servers
//! read alike. What one server takes for a body, another could take for the next request: then whoever
//! sends the one through a proxy has the other answered to somebody else (request smuggling).
//!
//! A refused head never reaches hyper, which would answer without a word, or go on: in its place stands
//! a request that `requests` answers with the reason, in its turn, and that is the last one. After a
//! body in chunks nothing is read either: only hyper knows where it ends.
//!
//! HTTP/2 has lengths for everything, and is passed on as it is.

use super::head::{self, Framing};
use super::refusal::Refusal;
use bytes::{Buf, BytesMut};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::io::ReadBuf;

/// What was read from a connection and not yet handed on.
pub(super) struct Heads {
    /// What was read.
    held: BytesMut,
    /// How many of its bytes may be handed on.
    ready: usize,
    next: Next,
    /// Empty lines before the next head.
    empty_lines: usize,
    exchange: Arc<Exchange>,
}

/// What comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// The head of a request, whose end is not among the first so many bytes.
    Head(usize),
    /// So many bytes of a body, and then a head.
    Body(u64),
    /// Anything.
    Rest,
    /// Nothing that is read any more.
    Nothing,
}

/// What the readers of a connection's bytes and of its requests tell each other.
#[derive(Debug, Default)]
pub(super) struct Exchange {
    /// Why the next request is refused.
    refusal: Mutex<Option<Refusal>>,
    /// Whether the client is still sending what is not wanted.
    is_unread: AtomicBool,
}

/// Bytes that are read at a time: all of a usual head.
const READ: usize = 4 << 10;
/// How HTTP/2 begins.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\n";
/// Empty lines that may stand before a request.
const MOST_EMPTY_LINES: usize = 8;
const EMPTY: &str = "The request begins with too many empty lines.";
/// Takes the place of a refused request.
const IN_PLACE: &[u8] = b"GET / HTTP/1.1\r\nconnection: close\r\n\r\n";

impl Exchange {
    /// Why the request that has just come is refused, if it is.
    pub(super) fn refusal(&self) -> Option<Refusal> {
        self.refusal.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Notes that a request is answered before all of it was read.
    pub(super) fn leave_unread(&self) {
        self.is_unread.store(true, Ordering::Relaxed);
    }

    /// Whether that was so.
    pub(super) fn is_unread(&self) -> bool {
        self.is_unread.load(Ordering::Relaxed)
    }

    fn refuse(&self, refusal: Refusal) {
        *self.refusal.lock().unwrap_or_else(PoisonError::into_inner) = Some(refusal);
        self.leave_unread();
    }
}

impl Heads {
    pub(super) fn new(exchange: Arc<Exchange>) -> Self {
        Self { held: BytesMut::new(), ready: 0, next: Next::Head(0), empty_lines: 0, exchange }
    }

    /// What comes next, once all that is ready is handed on.
    pub(super) fn next(&self) -> Next {
        self.next
    }

    /// Where to read to while the next is a head, or nothing.
    pub(super) fn held(&mut self) -> &mut BytesMut {
        if self.next == Next::Nothing {
            self.held.clear();
        }
        self.held.reserve(READ);
        &mut self.held
    }

    /// Notes that so many bytes of a body were handed on past this.
    pub(super) fn passed(&mut self, bytes: usize) {
        if let Next::Body(left) = self.next {
            self.next = after_body(left - bytes as u64);
        }
    }

    /// Notes that nothing more comes: hyper has to see what did.
    pub(super) fn end(&mut self) {
        if matches!(self.next, Next::Head(_)) {
            (self.next, self.ready) = (Next::Rest, self.held.len());
        }
    }

    /// Hands on what is ready; whether that was anything.
    pub(super) fn hand_on(&mut self, to: &mut ReadBuf<'_>) -> bool {
        if self.ready == 0 {
            self.look();
        }
        let count = self.ready.min(to.remaining());
        if count == 0 {
            return false;
        }
        to.put_slice(&self.held[..count]);
        self.held.advance(count);
        self.ready -= count;
        if self.held.is_empty() {
            // A connection that waits for its client keeps no memory.
            self.held = BytesMut::new();
        }
        true
    }

    /// Decides about what is held.
    fn look(&mut self) {
        match self.next {
            Next::Head(known) => self.look_for_head(known),
            Next::Body(left) => {
                let count = usize::try_from(left).unwrap_or(usize::MAX).min(self.held.len());
                (self.ready, self.next) = (count, after_body(left - count as u64));
            }
            Next::Rest => self.ready = self.held.len(),
            Next::Nothing => {}
        }
    }

    fn look_for_head(&mut self, mut known: usize) {
        // An empty line is allowed before a request (RFC 9112, section 2.2), and no part of it.
        let mut empty = 0;
        while self.held.starts_with(b"\r\n") {
            self.held.advance(2);
            known = known.saturating_sub(2);
            empty += 1;
        }
        self.empty_lines += empty;
        if self.empty_lines > MOST_EMPTY_LINES {
            return self.refuse(Refusal::Malformed(EMPTY));
        }
        let end = match head::end(&self.held, known) {
            Ok(Some(end)) => end,
            Ok(None) => {
                self.next = Next::Head(self.held.len());
                return;
            }
            Err(refusal) => return self.refuse(refusal),
        };
        if self.held.starts_with(PREFACE) {
            (self.next, self.ready) = (Next::Rest, self.held.len());
            return;
        }
        self.empty_lines = 0;
        match head::framing(&self.held[..end]) {
            Ok(Framing::Length(length)) => (self.next, self.ready) = (after_body(length), end),
            Ok(Framing::Chunks) => (self.next, self.ready) = (Next::Rest, end),
            Err(refusal) => self.refuse(refusal),
        }
    }

    fn refuse(&mut self, refusal: Refusal) {
        self.exchange.refuse(refusal);
        self.held = BytesMut::from(IN_PLACE);
        (self.next, self.ready) = (Next::Nothing, IN_PLACE.len());
    }
}

fn after_body(left: u64) -> Next {
    if left == 0 { Next::Head(0) } else { Next::Body(left) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is handed on of `bytes` that come in these pieces, and why the rest is not.
    fn handed_on(pieces: &[&[u8]]) -> (String, Option<Refusal>) {
        let exchange = Arc::new(Exchange::default());
        let mut heads = Heads::new(Arc::clone(&exchange));
        let mut handed_on = Vec::new();
        for piece in pieces {
            heads.held().extend_from_slice(piece);
            let mut buffer = [0; 7];
            loop {
                let mut to = ReadBuf::new(&mut buffer);
                if !heads.hand_on(&mut to) {
                    break;
                }
                handed_on.extend_from_slice(to.filled());
            }
        }
        (String::from_utf8(handed_on).unwrap(), exchange.refusal())
    }

    fn bytewise(text: &str) -> Vec<&[u8]> {
        text.as_bytes().chunks(1).collect()
    }

    #[test]
    fn what_is_right_is_handed_on_however_it_comes() {
        let form = "POST /theme HTTP/1.1\r\ncontent-length: 5\r\n\r\n\r\n\r\n!";
        let get = "GET / HTTP/1.1\r\nhost: x\r\n\r\n";
        let all = format!("{form}{get}\r\n{get}{form}");
        // An empty line before a request is no part of it.
        let expected = (format!("{form}{get}{get}{form}"), None);
        assert_eq!(handed_on(&[all.as_bytes()]), expected);
        assert_eq!(handed_on(&bytewise(&all)), expected);
        let (_, refusal) = handed_on(&["\r\n".repeat(9).as_bytes()]);
        assert!(matches!(refusal, Some(Refusal::Malformed(EMPTY))), "{refusal:?}");
        let http2 = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\u{0}\n\n";
        assert_eq!(handed_on(&bytewise(http2)), (http2.to_owned(), None));
        let chunks = "POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\nGET";
        assert_eq!(handed_on(&bytewise(chunks)), (chunks.to_owned(), None));
    }

    #[test]
    fn behind_a_head_that_is_refused_nothing_is_handed_on() {
        let get = "GET / HTTP/1.1\r\nhost: x\r\n\r\n";
        let both = "POST / HTTP/1.1\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\n\r\n";
        let text = format!("{get}{both}0\r\n\r\n{get}");
        let (handed_on, refusal) = handed_on(&[text.as_bytes(), get.as_bytes()]);
        assert_eq!(handed_on.as_bytes(), [get.as_bytes(), IN_PLACE].concat());
        assert!(matches!(refusal, Some(Refusal::Malformed(_))), "{refusal:?}");
    }

    #[test]
    fn the_beginning_of_a_head_is_handed_on_only_at_the_end() {
        let mut heads = Heads::new(Arc::default());
        heads.held().extend_from_slice(b"GET / HT");
        let mut buffer = [0; 100];
        assert!(!heads.hand_on(&mut ReadBuf::new(&mut buffer)));
        heads.end();
        let mut to = ReadBuf::new(&mut buffer);
        assert!(heads.hand_on(&mut to) && to.filled() == b"GET / HT");
    }
}
