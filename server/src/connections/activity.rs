//! [`Activity`]: what a connection is doing, and how long that may take.

use super::limits::Limits;
use super::pace::{Pace, Rule};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use tokio::time::Instant;

/// What one connection is doing, as its tasks and the registry see it.
pub(super) struct Activity(Mutex<State>);

#[derive(Debug)]
struct State {
    /// Requests that are being read, answered or sent.
    in_flight: usize,
    /// What the connection waits for while there are none.
    waiting: Waiting,
    /// Since when; while the end of an answer is still being written, since its last byte.
    since: Instant,
    /// How the client takes what is to be sent.
    pace: Pace,
    /// Whether it is HTTP/2: bytes that come need not belong to a request.
    is_multiplexed: bool,
    /// Since when the connection is to end.
    closing: Option<Instant>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Waiting {
    /// For the first request.
    First,
    /// For another request, none of which has come.
    Next,
    /// For the rest of a request's headers.
    Headers,
}

/// What is late, when a connection is ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Late {
    /// The headers of a request.
    Headers,
    /// The next request.
    Idle,
    /// The client, which takes nothing.
    Write,
    /// The client, which takes too little.
    Slow,
    /// The client's end of a connection that is to end.
    Closing,
}

/// A request that is being answered. It ends when this is dropped.
pub(super) struct InFlight(Arc<Activity>);

/// How long a request that is under way may take once the process is to stop.
const MOMENT: Duration = Duration::from_secs(1);

impl Activity {
    /// Nothing has happened yet; the client has to be as fast as `rule` says.
    pub(super) fn new(rule: Rule) -> Self {
        Self(Mutex::new(State::new(rule, Instant::now())))
    }

    /// Something has come from the client.
    pub(super) fn read(&self) {
        self.lock().read(Instant::now());
    }

    /// A request's headers are complete.
    pub(super) fn begin(self: &Arc<Self>, is_multiplexed: bool) -> InFlight {
        self.lock().begin(is_multiplexed);
        InFlight(Arc::clone(self))
    }

    /// The client takes nothing for now.
    pub(super) fn blocked(&self) {
        self.lock().blocked(Instant::now());
    }

    /// The client has taken so many bytes.
    pub(super) fn written(&self, bytes: usize) {
        self.lock().written(bytes, Instant::now());
    }

    /// The connection is to end once nothing is in flight.
    pub(super) fn close(&self) {
        self.lock().close(Instant::now());
    }

    /// Whether a request may be on its way.
    pub(super) fn awaits_request(&self) -> bool {
        let state = self.lock();
        state.in_flight == 0 && state.waiting != Waiting::Next
    }

    /// Since when nothing has been in flight.
    pub(super) fn waiting_since(&self) -> Option<Instant> {
        let state = self.lock();
        (state.in_flight == 0).then_some(state.since)
    }

    /// When the present step has to be over, and what is late then. `None` is a time to look again: the
    /// tasks of HTTP/2's streams wake nothing here.
    pub(super) fn deadline(&self, limits: &Limits) -> (Instant, Option<Late>) {
        self.lock().deadline(limits, Instant::now())
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.lock().end(Instant::now());
    }
}

impl State {
    fn new(rule: Rule, now: Instant) -> Self {
        Self {
            in_flight: 0,
            waiting: Waiting::First,
            since: now,
            pace: Pace::new(rule),
            is_multiplexed: false,
            closing: None,
        }
    }

    fn read(&mut self, now: Instant) {
        if self.in_flight == 0 && self.waiting == Waiting::Next && !self.is_multiplexed {
            (self.waiting, self.since) = (Waiting::Headers, now);
        }
    }

    fn begin(&mut self, is_multiplexed: bool) {
        self.in_flight += 1;
        self.is_multiplexed = is_multiplexed;
    }

    fn end(&mut self, now: Instant) {
        self.in_flight -= 1;
        if self.in_flight == 0 {
            (self.waiting, self.since) = (Waiting::Next, now);
        }
    }

    fn blocked(&mut self, now: Instant) {
        self.pace.wait(now);
    }

    fn written(&mut self, bytes: usize, now: Instant) {
        self.pace.took(bytes, now);
        // The end of an answer may still be on its way.
        if self.in_flight == 0 && self.waiting == Waiting::Next {
            self.since = now;
        }
    }

    fn close(&mut self, now: Instant) {
        self.closing = self.closing.or(Some(now));
    }

    fn deadline(&self, limits: &Limits, now: Instant) -> (Instant, Option<Late>) {
        let step = match (self.in_flight, self.waiting) {
            (0, Waiting::First | Waiting::Headers) => Some((limits.headers, Late::Headers)),
            (0, Waiting::Next) => Some((limits.idle, Late::Idle)),
            _ => None,
        };
        let step = step.map(|(limit, late)| (self.since + limit, late));
        let closing = self.closing.filter(|_| self.in_flight == 0);
        let closing = closing.map(|since| (since.max(self.since) + MOMENT, Late::Closing));
        let blocked = self.pace.waiting_since().map(|since| (since + limits.write, Late::Write));
        let slow = self.pace.is_slow().then_some((now, Late::Slow));
        let first = [step, closing, blocked, slow].into_iter().flatten().min_by_key(|(at, _)| *at);
        first.map_or((now + limits.idle, None), |(at, late)| (at, Some(late)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A connection by a clock of its own.
    struct Connection {
        state: State,
        now: Instant,
    }

    impl Connection {
        fn new() -> Self {
            let now = Instant::now();
            Self { state: State::new(Limits::default().pace(), now), now }
        }

        fn advance(&mut self, seconds: u64) {
            self.now += Duration::from_secs(seconds);
        }

        fn left(&self) -> (u64, Option<Late>) {
            let (at, late) = self.state.deadline(&Limits::default(), self.now);
            ((at - self.now).as_secs(), late)
        }
    }

    #[test]
    fn headers_have_ten_seconds_from_their_first_byte_and_pauses_seventy_five() {
        let mut one = Connection::new();
        assert_eq!(one.left(), (10, Some(Late::Headers)));
        one.advance(4);
        one.state.read(one.now);
        assert_eq!(one.left(), (6, Some(Late::Headers)), "bytes one by one win nothing");
        one.state.begin(false);
        assert_eq!(one.left().1, None, "an answer takes as long as it takes");
        one.state.end(one.now);
        assert_eq!(one.left(), (75, Some(Late::Idle)));
        one.advance(74);
        one.state.read(one.now);
        assert_eq!(one.left(), (10, Some(Late::Headers)));
        one.advance(9);
        one.state.read(one.now);
        assert_eq!(one.left(), (1, Some(Late::Headers)));
    }

    #[test]
    fn a_client_that_takes_nothing_is_late_whatever_else_happens() {
        let mut one = Connection::new();
        one.state.begin(false);
        one.state.blocked(one.now);
        one.advance(20);
        one.state.blocked(one.now);
        assert_eq!(one.left(), (10, Some(Late::Write)));
        one.state.end(one.now);
        assert_eq!(one.left(), (10, Some(Late::Write)), "its end is not written yet");
        one.state.written(1 << 20, one.now);
        assert_eq!(one.left(), (75, Some(Late::Idle)));
    }

    #[test]
    fn a_client_that_takes_a_trickle_is_late() {
        let mut one = Connection::new();
        one.state.begin(false);
        for _ in 0..29 {
            one.state.blocked(one.now);
            one.advance(1);
            one.state.written(100, one.now);
            assert_eq!(one.left().1, None);
        }
        one.state.blocked(one.now);
        one.advance(1);
        one.state.written(100, one.now);
        assert_eq!(one.left(), (0, Some(Late::Slow)));
    }

    #[test]
    fn what_is_still_written_is_not_idle() {
        let mut one = Connection::new();
        one.state.begin(false);
        one.state.end(one.now);
        for _ in 0..10 {
            one.advance(60);
            one.state.written(1 << 20, one.now);
        }
        assert_eq!(one.left(), (75, Some(Late::Idle)));
    }

    #[test]
    fn frames_of_http2_begin_no_headers() {
        let mut one = Connection::new();
        one.state.begin(true);
        one.state.end(one.now);
        one.state.read(one.now);
        assert_eq!(one.left(), (75, Some(Late::Idle)));
    }

    #[test]
    fn a_stop_leaves_a_moment_for_what_is_on_its_way() {
        let mut one = Connection::new();
        one.state.close(one.now);
        assert_eq!(one.left(), (1, Some(Late::Closing)));
        one.state.begin(false);
        assert_eq!(one.left().1, None, "it is answered");
        one.advance(3);
        one.state.end(one.now);
        assert_eq!(one.left(), (1, Some(Late::Closing)));
    }
}
