//! Turns a file's bytes into UTF-8. Bytes that are not text in the file's encoding become a byte that
//! is not UTF-8 either, so that the reader of the lines can report theirs.

use crate::ImportError;
use encoding_rs::{Decoder, DecoderResult, Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use std::io::{Cursor, Read};

/// Never part of UTF-8.
const NO_TEXT: u8 = 0xff;
/// How much of a file is searched for a byte order mark and UTF-16.
const HEAD: usize = 4 << 10;
const CHUNK: usize = 64 << 10;

/// The encoding called `label`: `utf-8`, `windows-1252`, `shift_jis`.
pub(crate) fn named(label: &str) -> Result<&'static Encoding, ImportError> {
    Encoding::for_label_no_replacement(label.as_bytes()).ok_or_else(|| {
        let message = format!(
            "encoding \"{label}\" is not known: write utf-8, utf-16le, utf-16be, windows-1252 or \
             another name of the WHATWG's list"
        );
        ImportError::Plan(message)
    })
}

/// A file as UTF-8.
pub(crate) struct Decoded {
    pub(crate) reader: Box<dyn Read + Send>,
    /// The encoding it was read in.
    pub(crate) encoding: &'static Encoding,
    /// Why this encoding, if it was not set.
    pub(crate) because: Option<&'static str>,
}

/// Decodes `reader`; without `encoding`, UTF-8 unless the file begins as UTF-16.
pub(crate) fn decoded(
    mut reader: Box<dyn Read + Send>,
    encoding: Option<&'static Encoding>,
) -> std::io::Result<Decoded> {
    let mut head = Vec::with_capacity(HEAD);
    reader.by_ref().take(HEAD as u64).read_to_end(&mut head)?;
    let marked = Encoding::for_bom(&head);
    let (used, because) = match (encoding, marked) {
        (Some(set), _) => (set, None),
        (None, Some((marked, _))) => (marked, Some("its byte order mark")),
        (None, None) => match utf_16(&head) {
            Some(found) => (found, Some("every other byte is zero")),
            None => (UTF_8, None),
        },
    };
    let skipped = marked.filter(|(marked, _)| *marked == used).map_or(0, |(_, length)| length);
    head.drain(..skipped);
    let whole = Cursor::new(head).chain(reader);
    let reader: Box<dyn Read + Send> = match used == UTF_8 {
        true => Box::new(whole),
        false => Box::new(Decoding {
            inner: whole,
            decoder: used.new_decoder_without_bom_handling(),
            strict: used == WINDOWS_1252,
            input: Vec::new(),
            output: vec![0; 3 * CHUNK],
            ready: 0..0,
            ended: false,
        }),
    };
    Ok(Decoded { reader, encoding: used, because })
}

/// UTF-16 without a byte order mark: the high bytes of ASCII characters are zero, and there are
/// some in every CSV file.
fn utf_16(head: &[u8]) -> Option<&'static Encoding> {
    let zeros = |parity: usize| head.iter().skip(parity).step_by(2).filter(|b| **b == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    let enough = head.len() / 100;
    let encoding = match () {
        () if odd > enough && even == 0 => UTF_16LE,
        () if even > enough && odd == 0 => UTF_16BE,
        () => return None,
    };
    let (text, _) = encoding.decode_without_bom_handling(&head[..head.len() & !1]);
    text.contains(['\n', '\r', ',', ';', '\t', '|']).then_some(encoding)
}

struct Decoding<R> {
    inner: R,
    decoder: Decoder,
    /// Whether bytes without a meaning are errors; the decoder turns them into control characters.
    strict: bool,
    input: Vec<u8>,
    output: Vec<u8>,
    ready: std::ops::Range<usize>,
    ended: bool,
}

impl<R: Read> Read for Decoding<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        while self.ready.is_empty() && !self.ended {
            self.fill()?;
        }
        let count = self.ready.len().min(buffer.len());
        buffer[..count].copy_from_slice(&self.output[self.ready.start..self.ready.start + count]);
        self.ready.start += count;
        Ok(count)
    }
}

impl<R: Read> Decoding<R> {
    fn fill(&mut self) -> std::io::Result<()> {
        let mut last = false;
        if self.input.is_empty() {
            last = self.inner.by_ref().take(CHUNK as u64).read_to_end(&mut self.input)? == 0;
        }
        let meaningless = |b: &u8| matches!(b, 0x81 | 0x8d | 0x8f | 0x90 | 0x9d);
        let until = match self.strict {
            true => self.input.iter().position(meaningless).unwrap_or(self.input.len()),
            false => self.input.len(),
        };
        if until == 0 && !last {
            self.input.remove(0);
            self.output[0] = NO_TEXT;
            self.ready = 0..1;
            return Ok(());
        }
        let room = self.output.len() - 1;
        let (result, read, mut written) = self.decoder.decode_to_utf8_without_replacement(
            &self.input[..until],
            &mut self.output[..room],
            last,
        );
        self.input.drain(..read);
        match result {
            DecoderResult::Malformed(..) => {
                self.output[written] = NO_TEXT;
                written += 1;
            }
            DecoderResult::InputEmpty => self.ended = last,
            DecoderResult::OutputFull => {}
        }
        self.ready = 0..written;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8], label: Option<&str>) -> (Vec<u8>, &'static str) {
        let encoding = label.map(|label| named(label).unwrap());
        let mut decoded = decoded(Box::new(Cursor::new(bytes.to_vec())), encoding).unwrap();
        let mut out = Vec::new();
        decoded.reader.read_to_end(&mut out).unwrap();
        (out, decoded.encoding.name())
    }

    #[test]
    fn byte_order_marks_and_utf_16_without_one_are_found() {
        let text = "id,name\n1,Zoë\n";
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        for (bytes, name) in [(little, "UTF-16LE"), (big, "UTF-16BE")] {
            assert_eq!(read(&bytes, None), (text.into(), name));
            let mark: &[u8] = if name == "UTF-16LE" { b"\xff\xfe" } else { b"\xfe\xff" };
            assert_eq!(read(&[mark, &bytes].concat(), None), (text.into(), name));
            assert_eq!(read(&[mark, &bytes].concat(), Some(name)), (text.into(), name));
        }
        assert_eq!(read(b"\xef\xbb\xbfid\n", None), (b"id\n".to_vec(), "UTF-8"));
        assert_eq!(read(b"a,b\nn\0ul,1\n", None), (b"a,b\nn\0ul,1\n".to_vec(), "UTF-8"));
    }

    #[test]
    fn what_is_no_text_stays_none() {
        assert_eq!(
            read(b"a\x80b\x81\x9dc", Some("windows-1252")).0,
            "a€b\u{1}c"
                .replace('\u{1}', "\0")
                .bytes()
                .flat_map(|b| if b == 0 { vec![0xff, 0xff] } else { vec![b] })
                .collect::<Vec<u8>>()
        );
        assert_eq!(read(b"a\0\0\xd8b\0", Some("utf-16le")).0, b"a\xffb");
        assert!(named("klingon").is_err());
    }
}
