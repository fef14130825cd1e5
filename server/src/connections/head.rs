//! The head of a request of HTTP/1: where it ends, and what follows it. Pure.
//!
//! Only what all servers read alike is let through: lines that end in CR LF, one length, or chunks.

use super::limits::MOST_HEAD;
use super::refusal::Refusal;
use crate::http::security::MAX_FORM;

/// What follows a head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Framing {
    /// A body of so many bytes.
    Length(u64),
    /// A body in chunks.
    Chunks,
}

/// The longest address: a `u16` counts its bytes in most programs.
const MOST_TARGET: usize = 65_534;
/// The longest method, version and blanks of a request's first line.
const BESIDES_TARGET: usize = 64;
/// No body is longer; hyper gives the longest ones another meaning.
const MOST_LENGTH: u64 = 1 << 48;
/// As many headers as hyper reads.
const MOST_HEADERS: usize = 100;

const BARE: &str = "A line of the request's head ends without a carriage return.";
const NOT_HTTP: &str = "The request's head is not HTTP.";
const TWO_LENGTHS: &str =
    "The request has both Content-Length and Transfer-Encoding, or several lengths.";
const LENGTH: &str = "The request's Content-Length is not a whole number.";
const CODING: &str =
    "The request's Transfer-Encoding may only be \"chunked\", and only in HTTP/1.1.";

/// The end of the head that `bytes` begin with, if it is there; it is not among the first `known` bytes.
pub(super) fn end(bytes: &[u8], known: usize) -> Result<Option<usize>, Refusal> {
    let mut at = known;
    while let Some(found) = bytes[at..].iter().position(|byte| *byte == b'\n') {
        let line_feed = at + found;
        let before = &bytes[..line_feed];
        if !before.ends_with(b"\r") {
            return Err(Refusal::Malformed(BARE));
        }
        at = line_feed + 1;
        if before.ends_with(b"\r\n\r") {
            return Ok(Some(at));
        }
    }
    too_long(bytes).map_or(Ok(None), Err)
}

/// Why a head whose end has not come is refused already.
fn too_long(head: &[u8]) -> Option<Refusal> {
    let first_line = head.iter().take(MOST_TARGET + BESIDES_TARGET).any(|byte| *byte == b'\n');
    if !first_line && head.len() > MOST_TARGET + BESIDES_TARGET {
        return Some(Refusal::TargetTooLong);
    }
    (head.len() > MOST_HEAD).then_some(Refusal::HeadTooLong)
}

/// What follows a whole head.
pub(super) fn framing(head: &[u8]) -> Result<Framing, Refusal> {
    if head.len() > MOST_HEAD {
        return Err(Refusal::HeadTooLong);
    }
    let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
    let mut request = httparse::Request::new(&mut headers);
    match request.parse(head) {
        Ok(httparse::Status::Complete(_)) => {}
        Err(httparse::Error::TooManyHeaders) => return Err(Refusal::HeadTooLong),
        Ok(httparse::Status::Partial) | Err(_) => return Err(Refusal::Malformed(NOT_HTTP)),
    }
    if request.path.is_some_and(|target| target.len() > MOST_TARGET) {
        return Err(Refusal::TargetTooLong);
    }
    let values = |name: &'static str| {
        let named =
            request.headers.iter().filter(move |header| header.name.eq_ignore_ascii_case(name));
        named.map(|header| header.value)
    };
    let mut lengths = values("content-length");
    let length = lengths.next();
    let mut codings = values("transfer-encoding");
    match (length, codings.next()) {
        (Some(_), Some(_)) => Err(Refusal::Malformed(TWO_LENGTHS)),
        (Some(length), None) => {
            if lengths.any(|other| other != length) {
                return Err(Refusal::Malformed(TWO_LENGTHS));
            }
            let digits = std::str::from_utf8(length).ok();
            let is_number = |digits: &&str| {
                !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
            };
            let digits = digits.filter(is_number).ok_or(Refusal::Malformed(LENGTH))?;
            let length = digits.parse().ok().filter(|length| *length <= MOST_LENGTH);
            length.map(Framing::Length).ok_or(Refusal::BodyTooLong(MAX_FORM as u64))
        }
        (None, Some(coding)) => {
            let is_chunked = coding.eq_ignore_ascii_case(b"chunked") && codings.next().is_none();
            match is_chunked && request.version == Some(1) {
                true => Ok(Framing::Chunks),
                false => Err(Refusal::Malformed(CODING)),
            }
        }
        (None, None) => Ok(Framing::Length(0)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use brisk_test_mutations::Inputs;

    fn read(lines: &str) -> Result<Framing, Refusal> {
        let head = format!("{lines}\r\n\r\n");
        let end = end(head.as_bytes(), 0)?.expect("it has an end");
        assert_eq!(end, head.len());
        framing(head.as_bytes())
    }

    #[test]
    fn a_body_has_one_length_or_comes_in_chunks() {
        for (lines, expected) in [
            ("GET / HTTP/1.1", Framing::Length(0)),
            ("GET / HTTP/1.0\r\nhost: x", Framing::Length(0)),
            ("POST / HTTP/1.1\r\nContent-Length: 17", Framing::Length(17)),
            ("POST / HTTP/1.1\r\ncontent-length: 17\r\ncontent-length: 17", Framing::Length(17)),
            ("POST / HTTP/1.1\r\ntransfer-encoding: Chunked", Framing::Chunks),
        ] {
            assert_eq!(read(lines), Ok(expected), "{lines}");
        }
    }

    #[test]
    fn what_servers_read_in_different_ways_is_refused() {
        for lines in [
            "POST / HTTP/1.1\r\ncontent-length: 4\r\ntransfer-encoding: chunked",
            "POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\ncontent-length: 4",
            "POST / HTTP/1.1\r\ncontent-length: 4\r\ncontent-length: 5",
            "POST / HTTP/1.1\r\ncontent-length: 4, 4",
            "POST / HTTP/1.1\r\ncontent-length: +4",
            "POST / HTTP/1.1\r\ncontent-length: 4 4",
            "POST / HTTP/1.1\r\ncontent-length: 0x4",
            "POST / HTTP/1.1\r\ncontent-length: -1",
            "POST / HTTP/1.1\r\ncontent-length:",
            "POST / HTTP/1.1\r\ncontent-length : 4",
            "POST / HTTP/1.1\r\ntransfer-encoding: gzip, chunked",
            "POST / HTTP/1.1\r\ntransfer-encoding: xchunked",
            "POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\ntransfer-encoding: chunked",
            "POST / HTTP/1.1\r\ntransfer-encoding: \u{b}chunked",
            "POST / HTTP/1.0\r\ntransfer-encoding: chunked",
            "GET / HTTP/1.1\r\nhost: x\r\n folded: y",
            "GET / HTTP/1.1\r\nx: a\u{0}b",
            "GET / HTTP/1.1\r\nx: a\rb",
            "GET / HTTP/1.1\r\n: x",
            "GET / HTTP/1.1\r\nx",
            "GET / HTTP/1.1 \r\nhost: x",
            "GET / HTTP/2.5",
            "GET /",
            "GET / HTTP/1.1\nhost: x",
            "GET / HTTP/1.1\r\nhost: x\ncontent-length: 4",
        ] {
            assert!(
                matches!(read(lines), Err(Refusal::Malformed(_))),
                "{lines}: {:?}",
                read(lines)
            );
        }
    }

    #[test]
    fn what_is_too_long_is_refused_before_it_ends() {
        let long = "x".repeat(MOST_TARGET);
        assert_eq!(read(&format!("GET /{} HTTP/1.1", &long[1..])), Ok(Framing::Length(0)));
        assert_eq!(read(&format!("GET /{long} HTTP/1.1")), Err(Refusal::TargetTooLong));
        let endless = format!("GET /{long}{long}");
        assert_eq!(end(endless.as_bytes(), 0), Err(Refusal::TargetTooLong));
        let headers = format!("GET / HTTP/1.1\r\nx: {long}{long}{long}");
        assert_eq!(end(headers.as_bytes(), 0), Err(Refusal::HeadTooLong));
        for length in ["18446744073709551615", "99999999999999999999"] {
            let body = format!("POST / HTTP/1.1\r\ncontent-length: {length}");
            assert!(matches!(read(&body), Err(Refusal::BodyTooLong(_))), "{length}");
        }
        let many = (0..=MOST_HEADERS).map(|n| format!("\r\nx{n}: y")).collect::<String>();
        assert_eq!(read(&format!("GET / HTTP/1.1{many}")), Err(Refusal::HeadTooLong));
    }

    #[test]
    fn mutations_of_heads_end_at_the_same_byte_however_they_arrive() {
        let corpus = concat!(env!("CARGO_MANIFEST_DIR"), "/corpus/heads");
        let words = [
            "\r\n",
            "\r\n\r\n",
            "\n",
            "\r",
            ": ",
            " HTTP/1.1",
            " HTTP/1.0",
            "Content-Length: ",
            "Transfer-Encoding: chunked",
            "Host: ",
            "GET ",
            "POST ",
            "chunked, ",
            ",",
            "\t",
            " \r\n ",
        ];
        let inputs = Inputs::new("heads").folder(corpus).words(&words).longest(256 << 10);
        inputs.count(4_000).bytes(|bytes| {
            let whole = end(bytes, 0);
            for cut in [bytes.len() / 3, bytes.len() / 2, bytes.len().saturating_sub(1)] {
                // What has arrived so far has no end yet.
                if end(&bytes[..cut], 0) == Ok(None) {
                    assert_eq!(end(bytes, cut), whole, "cut at {cut}");
                }
            }
            let Ok(Some(end)) = whole else { return false };
            assert!(bytes[..end].ends_with(b"\r\n\r\n") && end <= bytes.len());
            match framing(&bytes[..end]) {
                Ok(Framing::Length(length)) => {
                    let head = String::from_utf8_lossy(&bytes[..end]).to_ascii_lowercase();
                    assert!(length == 0 || head.contains("content-length"), "{head:?}");
                    assert!(length <= MOST_LENGTH);
                    true
                }
                Ok(Framing::Chunks) => true,
                Err(_) => false,
            }
        });
    }
}
