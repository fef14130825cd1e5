//! [`Streams`]: runs the streams of HTTP/2, and ends one whose client takes nothing. The others of
//! its connection, which may be a proxy's, go on.

use super::activity::Late;
use super::registry::Registry;
use hyper::rt::Executor;
use std::cell::Cell;
use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;
use tokio::time::{Instant, sleep};

tokio::task_local! {
    /// Since when a piece of this stream's answer has been waiting for its client.
    static SENDING: Cell<Option<Instant>>;
}

/// Says whether a piece of an answer is on its way from now on. Outside of such a stream nobody
/// listens.
pub(super) fn sending(is_sending: bool) {
    let since = is_sending.then(Instant::now);
    let _ = SENDING.try_with(|sending| sending.set(since));
}

/// Runs streams, each in a task of its own.
#[derive(Clone)]
pub(super) struct Streams {
    /// For how long a client may take nothing.
    pub(super) limit: Duration,
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
        tokio::spawn(SENDING.scope(Cell::new(None), watched));
    }
}

/// Runs a stream until it has ended, or is late.
async fn watched(stream: impl Future + Send, limit: Duration) -> Option<Late> {
    let (mut stream, mut alarm) = (pin!(stream), pin!(sleep(limit)));
    poll_fn(|cx| {
        if stream.as_mut().poll(cx).is_ready() {
            return Poll::Ready(None);
        }
        let Some(since) = SENDING.with(Cell::get) else { return Poll::Pending };
        if alarm.deadline() != since + limit {
            alarm.as_mut().reset(since + limit);
        }
        alarm.as_mut().poll(cx).map(|()| Some(Late::Write))
    })
    .await
}
