//! One connection, from its first byte to its end: by its client, by a limit, or by a stop.

use super::activity::Late;
use super::limits::{Limits, MOST_HEAD};
use super::registry::Registry;
use super::requests::Requests;
use super::stop::Stop;
use super::stream::Stream;
use super::streams::Streams;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Poll, ready};
use tokio::time::{Instant, sleep_until};

/// Concurrent requests on a connection of HTTP/2.
const MOST_STREAMS: u32 = 128;
/// Bytes of bodies that clients may send ahead: for one stream, a form; for a connection, several.
const WINDOWS: (u32, u32) = (64 << 10, 256 << 10);

/// How connections speak HTTP.
pub(super) fn protocol(limits: &Limits, registry: Registry) -> Builder<Streams> {
    let mut builder = Builder::new(Streams { limit: limits.write, rule: limits.pace(), registry });
    // Without a timeout: `Activity` keeps the time.
    builder.http1().header_read_timeout(None).max_buf_size(MOST_HEAD);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(limits.write)
        .keep_alive_timeout(limits.write)
        .max_concurrent_streams(MOST_STREAMS)
        .max_header_list_size(MOST_HEAD as u32)
        .initial_stream_window_size(WINDOWS.0)
        .initial_connection_window_size(WINDOWS.1)
        .max_send_buf_size(WINDOWS.0 as usize)
        // Against clients that send requests and reset them at once (CVE-2023-44487, CVE-2025-8671).
        .max_pending_accept_reset_streams(20)
        .max_local_error_reset_streams(64);
    builder
}

/// Serves one connection. The answer is what was late, if the server ended it for that.
pub(super) async fn serve(
    protocol: &Builder<Streams>,
    stream: Stream,
    requests: Requests,
    limits: &Limits,
    mut stop: Stop,
) -> Option<Late> {
    let activity = Arc::clone(&requests.activity);
    let mut connection = pin!(protocol.serve_connection(TokioIo::new(stream), requests));
    let mut alarm = pin!(sleep_until(activity.deadline(limits).0));
    let mut stage = Stage::Open;
    loop {
        let step = poll_fn(|cx| {
            // Errors are the client's: it has gone, or does not speak HTTP.
            if connection.as_mut().poll(cx).is_ready() {
                return Poll::Ready(Step::End);
            }
            if stage == Stage::Stopping && !activity.awaits_request() {
                return Poll::Ready(Step::Close);
            }
            // Whatever was read or written may have changed the deadline.
            loop {
                let (at, late) = activity.deadline(limits);
                if at < alarm.deadline() {
                    alarm.as_mut().reset(at);
                }
                ready!(alarm.as_mut().poll(cx));
                match late {
                    Some(late) if at <= Instant::now() => return Poll::Ready(Step::Late(late)),
                    _ => alarm.as_mut().reset(at),
                }
            }
        });
        tokio::select! {
            // What came before the signal is read before the signal is obeyed.
            biased;
            step = step => match step {
                Step::End => return None,
                Step::Late(late) => return Some(late),
                Step::Close => {
                    connection.as_mut().graceful_shutdown();
                    stage = Stage::Closing;
                }
            },
            () = stop.begun(), if stage == Stage::Open => {
                activity.close();
                stage = Stage::Stopping;
            }
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Open,
    /// The process is to stop; hyper does not know yet, because it would not read what is on its way.
    Stopping,
    /// hyper ends the connection once everything is answered.
    Closing,
}

enum Step {
    End,
    Late(Late),
    Close,
}
