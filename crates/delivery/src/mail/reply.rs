//! [`Reply`]: what a mail server says, and [`Trouble`]: what may come instead of what was expected.

use crate::outcome::Outcome;
use std::fmt;
use std::io;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::time::timeout;

/// The most bytes of a reply: a greeting with a page of rules is within them.
const LONGEST: usize = 16 << 10;

/// One reply, of one or several lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reply {
    pub(super) code: u16,
    pub(super) lines: Vec<String>,
}

/// Why a step did not succeed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Trouble {
    /// The server says no.
    Said(Reply),
    /// The connection was lost, or nothing came in time.
    Lost(String),
    /// The server says what it may not say there.
    Nonsense(String),
}

/// A step's result.
pub(super) type Step<T> = Result<T, Trouble>;

impl Reply {
    pub(super) fn is_positive(&self) -> bool {
        (200..300).contains(&self.code)
    }

    /// The reply, if it is of the kind that was asked for.
    pub(super) fn expect(self, code: impl Fn(u16) -> bool) -> Step<Self> {
        if code(self.code) { Ok(self) } else { Err(Trouble::Said(self)) }
    }
}

impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.code, self.lines.join(" "))
    }
}

impl Trouble {
    /// What became of a message at a step before the server had all of it.
    pub(super) fn before_all_was_sent(&self, step: &str) -> Outcome {
        match self {
            Self::Said(reply) if reply.code >= 500 => {
                Outcome::refused(format_args!("{reply} (in answer to {step})"))
            }
            other => Outcome::not_sent(format_args!("{other} ({step})")),
        }
    }

    /// The same once the message's last byte may have arrived.
    pub(super) fn after_all_was_sent(&self) -> Outcome {
        match self {
            Self::Said(reply) if (500..600).contains(&reply.code) => Outcome::refused(reply),
            Self::Said(reply) if (400..500).contains(&reply.code) => Outcome::not_sent(reply),
            other => Outcome::unknown(format_args!(
                "the message was sent, but not what became of it: {other}"
            )),
        }
    }

    /// Whether the same connection is of use for another message.
    pub(super) fn leaves_the_connection(&self) -> bool {
        matches!(self, Self::Said(reply) if reply.code != 421 && reply.code >= 400)
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Said(reply) => write!(f, "{reply}"),
            Self::Lost(why) => write!(f, "the connection to the mail server was lost: {why}"),
            Self::Nonsense(what) => write!(f, "the mail server does not keep to SMTP: {what}"),
        }
    }
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        Self::Lost(error.to_string())
    }
}

/// What has been read of the connection, and belongs to the next reply.
#[derive(Debug, Default)]
pub(super) struct Unread(Vec<u8>);

impl Unread {
    /// Whether the server has said something that it was not asked for.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Reads one reply, all of it within `limit`.
    pub(super) async fn reply(
        &mut self,
        stream: &mut (impl AsyncRead + Unpin),
        limit: Duration,
    ) -> Step<Reply> {
        let late = || Trouble::Lost(format!("no answer within {} ms", limit.as_millis()));
        timeout(limit, self.read(stream)).await.map_err(|_| late())?
    }

    async fn read(&mut self, stream: &mut (impl AsyncRead + Unpin)) -> Step<Reply> {
        loop {
            if let Some((reply, end)) = parse(&self.0)? {
                self.0.drain(..end);
                return Ok(reply);
            }
            if self.0.len() > LONGEST {
                return Err(Trouble::Nonsense(format!("an answer of more than {LONGEST} bytes")));
            }
            let mut part = [0; 2048];
            let count = stream.read(&mut part).await?;
            if count == 0 {
                return Err(Trouble::Lost("the server closed it".to_owned()));
            }
            self.0.extend_from_slice(&part[..count]);
        }
    }
}

/// The first reply in `bytes` and where it ends, if it is complete.
fn parse(bytes: &[u8]) -> Step<Option<(Reply, usize)>> {
    let (mut lines, mut at, mut code) = (Vec::new(), 0, None);
    while let Some(length) = bytes[at..].iter().position(|byte| *byte == b'\n') {
        let line = String::from_utf8_lossy(&bytes[at..at + length]);
        let line = line.strip_suffix('\r').unwrap_or(&line);
        at += length + 1;
        let nonsense = || Trouble::Nonsense(format!("\"{}\"", crate::text::line(line, 60)));
        let digits = line.get(..3).filter(|code| code.bytes().all(|byte| byte.is_ascii_digit()));
        let this: u16 = digits.and_then(|code| code.parse().ok()).ok_or_else(nonsense)?;
        if !(200..600).contains(&this) || code.is_some_and(|code| code != this) {
            return Err(nonsense());
        }
        code = Some(this);
        lines.push(line.get(4..).unwrap_or_default().to_owned());
        match line.as_bytes().get(3) {
            None | Some(b' ') => return Ok(Some((Reply { code: this, lines }, at))),
            Some(b'-') => {}
            Some(_) => return Err(nonsense()),
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Step<Option<(u16, usize, String)>> {
        let found = parse(bytes)?;
        Ok(found.map(|(reply, end)| (reply.code, end, reply.lines.join("|"))))
    }

    #[test]
    fn replies_have_one_or_several_lines_of_one_code() {
        assert_eq!(read(b"250 OK\r\n"), Ok(Some((250, 8, "OK".into()))));
        assert_eq!(read(b"250\r\n"), Ok(Some((250, 5, String::new()))));
        assert_eq!(read(b"250 OK\n"), Ok(Some((250, 7, "OK".into()))));
        let several = b"250-mx\r\n250-SIZE 10\r\n250 8BITMIME\r\n354 go";
        assert_eq!(read(several), Ok(Some((250, 35, "mx|SIZE 10|8BITMIME".into()))));
        for part in [&b""[..], b"25", b"250", b"250 O", b"250-mx\r\n", b"250-mx\r\n250 O"] {
            assert_eq!(read(part), Ok(None));
        }
        for bad in [
            &b"HTTP/1.1 400 Bad Request\r\n"[..],
            b"\r\n",
            b"25 x\r\n",
            b"250_x\r\n",
            b"999 x\r\n",
            b"100 x\r\n",
            b"250-a\r\n251 b\r\n",
            b"\xff\xfe\xfd\r\n",
            "2€0 x\r\n".as_bytes(),
        ] {
            assert!(matches!(read(bad), Err(Trouble::Nonsense(_))), "{bad:?}");
        }
    }

    #[tokio::test]
    async fn a_server_that_never_ends_a_line_is_left() {
        let mut endless = &vec![b'2'; 1 << 20][..];
        let said = Unread::default().reply(&mut endless, Duration::from_secs(40)).await;
        assert_eq!(
            said.unwrap_err(),
            Trouble::Nonsense("an answer of more than 16384 bytes".into())
        );
    }

    #[test]
    fn mutations_of_replies_are_replies_or_refused_in_a_line() {
        let seeds = ["250 OK\r\n", "250-mx\r\n250-SIZE 10\r\n250 AUTH PLAIN\r\n", "421 bye\r\n"];
        let words = ["\r\n", "-", " ", "250", "354 go\r\n", "\u{feff}", "\0", "999"];
        let inputs = brisk_test_mutations::Inputs::new("replies of mail servers");
        inputs.seeds(seeds).words(&words).longest(200).texts(|text| match parse(text.as_bytes()) {
            Ok(Some((reply, end))) => {
                assert!((200..600).contains(&reply.code) && end <= text.len(), "{text:?}");
                // However it arrives, it is the same reply.
                assert_eq!(parse(&text.as_bytes()[..end]), Ok(Some((reply, end))), "{text:?}");
                for cut in 0..end {
                    assert!(
                        !matches!(parse(&text.as_bytes()[..cut]), Ok(Some(_))),
                        "{text:?}: {cut}"
                    );
                }
                true
            }
            Ok(None) => true,
            Err(trouble) => {
                let said = trouble.to_string();
                assert!(said.len() < 400 && !said.contains(char::is_control), "{said:?}");
                false
            }
        });
    }
}
