//! What inputs consist of: bytes, or the characters of a text, so that a mutated text is one.

use fastrand::Rng;

/// A part of an input that is changed, inserted or removed as a whole.
pub(crate) trait Unit: Copy {
    /// The units of a text.
    fn all(text: &str) -> Vec<Self>;
    /// One that the input need not have.
    fn any(random: &mut Rng) -> Self;
    /// Another one, close to this.
    fn changed(self, random: &mut Rng) -> Self;
    /// Whether it is a digit.
    fn is_digit(self) -> bool;
    /// A length field, if lengths are written in these units.
    fn length(random: &mut Rng) -> Option<Vec<Self>>;
}

/// Bytes that formats give a meaning to, or forget.
const BYTES: [u8; 16] =
    [0, 1, b'\t', b'\n', b'\r', b' ', b'"', b'%', b',', b'=', b'\\', 0x7f, 0x80, 0xc3, 0xf4, 0xff];

/// Lengths and their neighbours.
const LENGTHS: [u64; 10] = [
    0,
    1,
    0x7f,
    0xff,
    0xffff,
    0x7fff_ffff,
    0xffff_ffff,
    0x7fff_ffff_ffff_ffff,
    0x8000_0000_0000_0000,
    u64::MAX,
];

/// Characters that look like others, that have no width, another case in another number of bytes, or a
/// meaning.
const CHARACTERS: &[char] = &[
    '\0',
    '\t',
    '\n',
    '\r',
    '\u{1f}',
    '\u{7f}',
    '\u{85}',
    '\u{a0}',
    '\u{ad}',
    '\u{301}',
    '\u{130}',
    '\u{df}',
    '\u{e9}',
    '\u{3a3}',
    '\u{1e9e}',
    '\u{200b}',
    '\u{200f}',
    '\u{2028}',
    '\u{202e}',
    '\u{2019}',
    '\u{2212}',
    '\u{3000}',
    '\u{feff}',
    '\u{ff10}',
    '\u{ff1d}',
    '\u{fffd}',
    '\u{e000}',
    '\u{1f600}',
    '\u{10ffff}',
];

impl Unit for u8 {
    fn all(text: &str) -> Vec<Self> {
        text.as_bytes().to_vec()
    }

    fn any(random: &mut Rng) -> Self {
        match random.bool() {
            true => BYTES[random.usize(..BYTES.len())],
            false => random.u8(..),
        }
    }

    fn changed(self, random: &mut Rng) -> Self {
        self ^ 1 << random.u8(..8)
    }

    fn is_digit(self) -> bool {
        self.is_ascii_digit()
    }

    fn length(random: &mut Rng) -> Option<Vec<Self>> {
        let length = LENGTHS[random.usize(..LENGTHS.len())].wrapping_add(random.u64(..3));
        let bytes = match random.bool() {
            true => length.to_le_bytes(),
            false => length.to_be_bytes(),
        };
        let width = 1 << random.usize(..4);
        Some(if random.bool() { bytes[..width].to_vec() } else { bytes[8 - width..].to_vec() })
    }
}

impl Unit for char {
    fn all(text: &str) -> Vec<Self> {
        text.chars().collect()
    }

    fn any(random: &mut Rng) -> Self {
        match random.u8(..4) {
            0 => CHARACTERS[random.usize(..CHARACTERS.len())],
            1 => random.char(..),
            _ => char::from(random.u8(b' '..0x7f)),
        }
    }

    fn changed(self, random: &mut Rng) -> Self {
        let code = u32::from(self) ^ 1 << random.u32(..8);
        char::from_u32(code).unwrap_or('\u{fffd}')
    }

    fn is_digit(self) -> bool {
        self.is_ascii_digit()
    }

    fn length(_: &mut Rng) -> Option<Vec<Self>> {
        None
    }
}
