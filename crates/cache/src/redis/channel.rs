//! The channel between processes: invalidated tags, entries that were loaded or forgotten.

use super::shared::Shared;
use crate::key::{EntryKey, Tag};
use futures::StreamExt;
use std::sync::Arc;
use std::time::Duration;

/// A connection that is silent for this long is sent a ping.
const QUIET: Duration = Duration::from_secs(15);
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// A message on the channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Message {
    /// These tags have new generations.
    Invalidated(Vec<Tag>),
    /// The load of this entry has ended, successfully or not.
    Landed(EntryKey),
    /// These entries must be forgotten.
    Forgotten(Vec<EntryKey>),
    /// The connection is new: messages before it were missed.
    Connected,
}

impl Message {
    fn encode(&self) -> Vec<u8> {
        let keys = |kind: u8, keys: &[EntryKey]| {
            let bytes = keys.iter().flat_map(|key| key.as_bytes().iter().copied());
            std::iter::once(kind).chain(bytes).collect()
        };
        match self {
            Self::Invalidated(tags) => {
                // Tags have no whitespace, so one per line.
                let tags: Vec<&str> = tags.iter().map(Tag::as_str).collect();
                format!("i{}", tags.join("\n")).into_bytes()
            }
            Self::Landed(key) => keys(b'l', std::slice::from_ref(key)),
            Self::Forgotten(forgotten) => keys(b'f', forgotten),
            Self::Connected => Vec::new(),
        }
    }

    /// Unknown messages are ignored.
    fn decode(bytes: &[u8]) -> Option<Self> {
        let (kind, rest) = bytes.split_first()?;
        let keys = || rest.chunks(32).map(EntryKey::from_bytes).collect::<Option<Vec<_>>>();
        match kind {
            b'i' => {
                let tags = std::str::from_utf8(rest).ok()?.split('\n');
                Some(Self::Invalidated(tags.map(Tag::parse).collect::<Result<_, _>>().ok()?))
            }
            b'l' => EntryKey::from_bytes(rest).map(Self::Landed),
            b'f' => keys().map(Self::Forgotten),
            _ => None,
        }
    }
}

impl Shared {
    /// Sends to all processes, this one included. A lost message costs time, never correctness.
    pub(crate) async fn publish(&self, message: &Message) {
        let (channel, bytes) = (self.channel_name(), message.encode());
        let published = self.ask(async |mut connection| {
            redis::cmd("PUBLISH").arg(channel).arg(bytes).exec_async(&mut connection).await
        });
        if let Err(trouble) = published.await {
            tracing::debug!(%trouble, "an event could not be published");
        }
    }

    fn channel_name(&self) -> String {
        format!("{}events", self.config.prefix)
    }
}

/// Listens until `receive` returns false.
pub(crate) async fn listen(shared: Arc<Shared>, mut receive: impl FnMut(Message) -> bool) {
    let (mut pause, mut attempt) = (FIRST_PAUSE, 0);
    loop {
        if let Ok(true) = listen_once(&shared, attempt, &mut receive, &mut pause).await {
            return;
        }
        attempt += 1;
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// Listens until the connection ends. `true` means that `receive` wants no more.
async fn listen_once(
    shared: &Shared,
    attempt: usize,
    receive: &mut impl FnMut(Message) -> bool,
    pause: &mut Duration,
) -> Result<bool, redis::RedisError> {
    let patience = shared.config.timeout.max(Duration::from_secs(1));
    let gone = || redis::RedisError::from((redis::ErrorKind::Io, "the channel is gone"));
    let connect = async {
        let mut channel = shared.connector.channel(attempt).await?;
        channel.subscribe(shared.channel_name()).await?;
        Ok::<_, redis::RedisError>(channel)
    };
    let channel = tokio::time::timeout(patience, connect).await.map_err(|_| gone())??;
    *pause = FIRST_PAUSE;
    let (mut sink, mut messages) = channel.split();
    if !receive(Message::Connected) {
        return Ok(true);
    }
    loop {
        match tokio::time::timeout(QUIET, messages.next()).await {
            Ok(Some(message)) => {
                let received = Message::decode(message.get_payload_bytes());
                if received.is_some_and(|message| !receive(message)) {
                    return Ok(true);
                }
            }
            Ok(None) => return Err(gone()),
            // Silence: check that the connection is alive.
            Err(_) => {
                let ping = sink.ping::<redis::Value>();
                tokio::time::timeout(patience, ping).await.map_err(|_| gone())??;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::Fingerprint;
    use brisk_test_mutations::Inputs;

    #[test]
    fn messages_round_trip_and_noise_is_ignored() {
        let tag = |name: &str| Tag::parse(name).unwrap();
        let key = EntryKey::of(&Fingerprint::of(["a"]), ["g"]);
        for message in [
            Message::Invalidated(vec![tag("table:a"), tag("source:b")]),
            Message::Landed(key),
            Message::Forgotten(vec![key, key]),
        ] {
            assert_eq!(Message::decode(&message.encode()), Some(message));
        }
        for noise in [&b""[..], b"x", b"lshort", b"i\xff", b"ia b", b"l"] {
            assert_eq!(Message::decode(noise), None, "{noise:?}");
        }
    }

    #[test]
    fn mutations_of_messages_are_written_as_they_are_read() {
        let tag = |name: &str| Tag::parse(name).unwrap();
        let key = |name| EntryKey::of(&Fingerprint::of([name]), ["g"]);
        let seeds = [
            Message::Invalidated(vec![tag("table:shop.orders"), tag("all")]),
            Message::Landed(key("a")),
            Message::Forgotten(vec![key("a"), key("b")]),
        ];
        let inputs = Inputs::new("messages").seeds(seeds.map(|message| message.encode()));
        inputs.words(&["i", "l", "f", "\n", "table:", "all"]).bytes(|bytes| {
            let Some(message) = Message::decode(bytes) else { return false };
            assert_eq!(message.encode(), bytes, "{message:?}");
            true
        });
    }
}
