//! Answers that are streams, as the protocol GraphQL over SSE has them in its mode of distinct connections: an
//! event `next` for each, and `complete` after the last.

use crate::live::stream::{SILENCE, of_events};
use axum::response::Response;
use brisk_graphql::Answer;
use bytes::Bytes;
use futures::StreamExt;
use futures::stream::{self, BoxStream};
use std::time::Duration;

/// How often a silent stream sends a comment: proxies close what is silent for a minute.
const HEARTBEAT: Duration = Duration::from_secs(20);

/// What comes next.
enum At {
    /// A comment, so that the client knows that it is connected.
    Beginning,
    /// Answers.
    Following,
    /// Nothing.
    End,
}

pub(super) fn response(answers: BoxStream<'static, Answer>) -> Response {
    let events = stream::unfold((answers, At::Beginning), |(mut answers, at)| async move {
        let (bytes, at) = match at {
            At::Beginning => (Bytes::from_static(SILENCE), At::Following),
            At::Following => match tokio::time::timeout(HEARTBEAT, answers.next()).await {
                Ok(Some(answer)) => (event(&answer), At::Following),
                Ok(None) => (Bytes::from_static(b"event: complete\ndata: \n\n"), At::End),
                Err(_) => (Bytes::from_static(SILENCE), At::Following),
            },
            At::End => return None,
        };
        Some((Ok(bytes), (answers, at)))
    });
    of_events(events)
}

/// JSON has no line breaks of its own.
fn event(answer: &Answer) -> Bytes {
    let mut event = b"event: next\ndata: ".to_vec();
    event.extend(answer.json());
    event.extend(b"\n\n");
    event.into()
}
