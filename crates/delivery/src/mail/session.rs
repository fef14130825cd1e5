//! [`Session`]: hands messages over to a server that has let us in, and tells what became of each.
//!
//! A message is the server's from the moment that its last line, a dot alone, may have arrived: so the message
//! and that line are written apart. Whatever is lost before is certainly not sent; whatever is lost
//! after, nobody knows.

use super::reply::{Reply, Step, Trouble, Unread};
use crate::outcome::Outcome;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _};
use tokio::time::timeout;

/// The bytes that are written within one limit of time.
const PIECE: usize = 64 << 10;
/// How many times longer than another step the answer to the whole message may take: RFC 5321 (4.5.3.2) wants ten
/// minutes for it, because who gives up there does not know.
const LAST: u32 = 10;
/// How long the server may take for what changes no outcome: to forget a message, to say goodbye, to say why it
/// has stopped listening.
const SHORT: Duration = Duration::from_secs(2);

/// A connection's bytes, encrypted or not.
pub(super) trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

/// Commands and their replies over a connection.
#[derive(Debug)]
pub(super) struct Dialogue<S> {
    stream: S,
    unread: Unread,
    limit: Duration,
}

impl<S: Stream> Dialogue<S> {
    pub(super) fn new(stream: S, limit: Duration) -> Self {
        Self { stream, unread: Unread::default(), limit }
    }

    /// What the server says next.
    pub(super) async fn reply(&mut self) -> Step<Reply> {
        self.unread.reply(&mut self.stream, self.limit).await
    }

    /// Sends a command, and reads the reply to it.
    pub(super) async fn command(&mut self, command: &str) -> Step<Reply> {
        self.expect_silence()?;
        self.write(format!("{command}\r\n").as_bytes()).await?;
        self.reply().await
    }

    /// The connection itself, with nothing left of what was said over it.
    pub(super) fn into_stream(self) -> Step<S> {
        self.expect_silence()?;
        Ok(self.stream)
    }

    /// Replies that nobody asked for would be taken for those to the next commands.
    fn expect_silence(&self) -> Step<()> {
        match self.unread.is_empty() {
            true => Ok(()),
            false => Err(Trouble::Nonsense("it answers what was not said".to_owned())),
        }
    }

    async fn write(&mut self, bytes: &[u8]) -> Step<()> {
        for piece in bytes.chunks(PIECE) {
            self.in_time(piece).await?;
        }
        Ok(())
    }

    async fn in_time(&mut self, piece: &[u8]) -> Step<()> {
        let written = async {
            self.stream.write_all(piece).await?;
            self.stream.flush().await
        };
        let late = || Trouble::Lost(format!("it takes nothing for {} ms", self.limit.as_millis()));
        Ok(timeout(self.limit, written).await.map_err(|_| late())??)
    }
}

/// A connection over which messages may be sent.
pub(super) struct Session {
    dialogue: Dialogue<Box<dyn Stream>>,
    /// The largest message, if the server says so.
    largest: Option<usize>,
    sent: usize,
}

/// What became of a message, and of the connection.
pub(super) struct Sent {
    pub(super) outcome: Outcome,
    /// Whether another message may be sent over it.
    pub(super) is_usable: bool,
}

impl Session {
    pub(super) fn new(dialogue: Dialogue<Box<dyn Stream>>, largest: Option<usize>) -> Self {
        Self { dialogue, largest, sent: 0 }
    }

    /// How many messages have been sent over it.
    pub(super) fn sent(&self) -> usize {
        self.sent
    }

    /// Sends one message to one recipient.
    pub(super) async fn send(&mut self, from: &str, to: &str, message: &[u8]) -> Sent {
        let message = on_the_wire(message);
        self.sent += 1;
        if let Some(largest) = self.largest.filter(|largest| message.len() > *largest) {
            let bytes = message.len();
            let why = format_args!("the mail server takes {largest} bytes, and these are {bytes}");
            return Sent { outcome: Outcome::refused(why), is_usable: true };
        }
        if let Err((step, trouble)) = self.announce(from, to, message.len()).await {
            let is_usable = trouble.leaves_the_connection() && self.forget().await;
            return Sent { outcome: trouble.before_all_was_sent(step), is_usable };
        }
        if let Err(trouble) = self.message(&message).await {
            let outcome = trouble.before_all_was_sent("the message itself");
            return Sent { outcome, is_usable: false };
        }
        match self.end().await.and_then(|reply| reply.expect(|code| (200..300).contains(&code))) {
            Ok(_) => Sent { outcome: Outcome::Accepted, is_usable: true },
            Err(trouble) => Sent {
                outcome: trouble.after_all_was_sent(),
                is_usable: trouble.leaves_the_connection(),
            },
        }
    }

    /// Says goodbye. It changes nothing of what was sent.
    pub(super) async fn quit(mut self) {
        self.dialogue.limit = SHORT;
        let _ = self.dialogue.command("QUIT").await;
        let _ = timeout(SHORT, self.dialogue.stream.shutdown()).await;
    }

    /// Everything before the message; the step that did not succeed.
    async fn announce(
        &mut self,
        from: &str,
        to: &str,
        length: usize,
    ) -> Result<(), (&'static str, Trouble)> {
        let size = self.largest.map(|_| format!(" SIZE={length}")).unwrap_or_default();
        let steps = [
            ("MAIL FROM", format!("MAIL FROM:<{from}>{size}"), 200..300),
            ("RCPT TO", format!("RCPT TO:<{to}>"), 200..300),
            ("DATA", "DATA".to_owned(), 354..355),
        ];
        for (step, command, codes) in steps {
            let reply = self.dialogue.command(&command).await;
            reply
                .and_then(|r| r.expect(|code| codes.contains(&code)))
                .map_err(|why| (step, why))?;
        }
        Ok(())
    }

    async fn message(&mut self, message: &[u8]) -> Step<()> {
        if let Err(lost) = self.dialogue.write(message).await {
            // It may have said why before it stopped listening.
            self.dialogue.limit = SHORT;
            return Err(match self.dialogue.reply().await {
                Ok(reply) if reply.code >= 400 => Trouble::Said(reply),
                _ => lost,
            });
        }
        self.dialogue.expect_silence()
    }

    async fn end(&mut self) -> Step<Reply> {
        self.dialogue.write(b".\r\n").await?;
        let limit = self.dialogue.limit * LAST;
        self.dialogue.unread.reply(&mut self.dialogue.stream, limit).await
    }

    /// Has the server forget a message that was announced.
    async fn forget(&mut self) -> bool {
        let forgotten = timeout(SHORT, self.dialogue.command("RSET")).await;
        matches!(forgotten, Ok(Ok(reply)) if reply.is_positive())
    }
}

/// A message's lines as they are sent: each ends with CR LF, and one that begins with a dot has two. A line
/// break alone would be the end of the message to some servers, and of a line to none.
fn on_the_wire(message: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(message.len() + message.len() / 50 + 2);
    let mut rest = message;
    while !rest.is_empty() {
        let end = rest.iter().position(|byte| matches!(byte, b'\r' | b'\n')).unwrap_or(rest.len());
        if rest[0] == b'.' {
            out.push(b'.');
        }
        out.extend_from_slice(&rest[..end]);
        out.extend_from_slice(b"\r\n");
        rest = &rest[end..];
        rest = rest.strip_prefix(b"\r\n").or_else(|| rest.get(1..)).unwrap_or_default();
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_of_a_message_ends_it() {
        for (message, sent) in [
            ("", ""),
            ("a", "a\r\n"),
            ("a\r\n", "a\r\n"),
            ("a\r\n.\r\nb\r\n", "a\r\n..\r\nb\r\n"),
            (".a\r\n..b\r\n", "..a\r\n...b\r\n"),
            ("a\n.\nb", "a\r\n..\r\nb\r\n"),
            ("a\r.\rb", "a\r\n..\r\nb\r\n"),
            ("a\n\r\n.\r\n", "a\r\n\r\n..\r\n"),
            ("\r\n\r\na.\r\n", "\r\n\r\na.\r\n"),
        ] {
            let out = on_the_wire(message.as_bytes());
            assert_eq!(String::from_utf8(out).unwrap(), sent, "{message:?}");
        }
    }
}
