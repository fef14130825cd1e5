//! [`Streams`]: runs the streams of HTTP/2, and ends one whose client takes nothing. The others of
//! its connection, which may be a proxy's, go on.

use super::activity::Late;
use super::pace::{Pace, Rule};
use super::registry::Registry;
use hyper::rt::Executor;
use std::cell::RefCell;
use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;
use tokio::time::{Instant, sleep};

tokio::task_local! {
    /// How this stream's client takes its answer.
    static SENDING: RefCell<Sending>;
}

struct Sending {
    pace: Pace,
    /// Bytes of the piece that is on its way.
    bytes: usize,
}

/// Notes that the previous piece is taken, and whether another one of so many bytes is on its way from
/// now on. Without effect outside of such a stream.
pub(super) fn sending(bytes: Option<usize>) {
    let now = Instant::now();
    let _ = SENDING.try_with(|sending| {
        let mut sending = sending.borrow_mut();
        let taken = std::mem::replace(&mut sending.bytes, bytes.unwrap_or_default());
        sending.pace.took(taken, now);
        if bytes.is_some() {
            sending.pace.wait(now);
        }
    });
}

/// Runs streams, each in a task of its own.
#[derive(Clone)]
pub(super) struct Streams {
    /// For how long a client may take nothing.
    pub(super) limit: Duration,
    /// How fast it has to be.
    pub(super) rule: Rule,
    pub(super) registry: Registry,
}

impl<F> Executor<F> for Streams
where
    F: Future + Send + 'static,
{
    fn execute(&self, stream: F) {
        let (limit, registry) = (self.limit, self.registry.clone());
        let watched = async move {
            if let Some(late) = watched(stream, limit).await {
                registry.late(late);
            }
        };
        let sending = Sending { pace: Pace::new(self.rule), bytes: 0 };
        tokio::spawn(SENDING.scope(RefCell::new(sending), watched));
    }
}

/// Runs a stream until it has ended, or is late.
async fn watched(stream: impl Future + Send, limit: Duration) -> Option<Late> {
    let (mut stream, mut alarm) = (pin!(stream), pin!(sleep(limit)));
    poll_fn(|cx| {
        if stream.as_mut().poll(cx).is_ready() {
            return Poll::Ready(None);
        }
        let (since, is_slow) = SENDING.with(|sending| {
            let pace = &sending.borrow().pace;
            (pace.waiting_since(), pace.is_slow())
        });
        if is_slow {
            return Poll::Ready(Some(Late::Slow));
        }
        let Some(since) = since else { return Poll::Pending };
        if alarm.deadline() != since + limit {
            alarm.as_mut().reset(since + limit);
        }
        alarm.as_mut().poll(cx).map(|()| Some(Late::Write))
    })
    .await
}
