//! What identifies an entry: a fingerprint, and the generations of its tags.

use brisk_domain::TagError;
use std::fmt;
use std::sync::Arc;

/// A hash of everything that distinguishes one value from another, apart from time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// BLAKE3 over the parts, each prefixed with its length, so that `["ab", "c"]` and `["a",
    /// "bc"]` differ.
    pub fn of<P: AsRef<[u8]>>(parts: impl IntoIterator<Item = P>) -> Self {
        let mut hasher = blake3::Hasher::new();
        for part in parts {
            let part = part.as_ref();
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
        Self(*hasher.finalize().as_bytes())
    }
}

/// A hash of a fingerprint and the generations it was looked up under.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct EntryKey([u8; 32]);

impl EntryKey {
    pub(crate) fn of<P: AsRef<[u8]>>(
        fingerprint: &Fingerprint,
        generations: impl IntoIterator<Item = P>,
    ) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&fingerprint.0);
        for generation in generations {
            let generation = generation.as_ref();
            hasher.update(&(generation.len() as u64).to_le_bytes());
            hasher.update(generation);
        }
        Self(*hasher.finalize().as_bytes())
    }

    /// The key that has these bytes; there are 32.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    pub(crate) fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for EntryKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hex(&self.0, f)
    }
}

impl AsRef<[u8]> for Fingerprint {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hex(&self.0, f)
    }
}

fn write_hex(bytes: &[u8; 32], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = [0; 64];
    for (two, byte) in text.chunks_exact_mut(2).zip(bytes) {
        two[0] = DIGITS[usize::from(byte >> 4)];
        two[1] = DIGITS[usize::from(byte & 15)];
    }
    f.write_str(std::str::from_utf8(&text).unwrap_or_default())
}

/// Something entries depend on, as an opaque name: `table:retail.invoices`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tag(Arc<str>);

impl Tag {
    /// Validates `text`.
    pub fn parse(text: &str) -> Result<Self, TagError> {
        brisk_domain::tag::check(text)?;
        Ok(Self(text.into()))
    }

    /// The tag's name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_do_not_run_into_each_other() {
        assert_ne!(Fingerprint::of(["ab", "c"]), Fingerprint::of(["a", "bc"]));
        assert_ne!(Fingerprint::of(["a"]), Fingerprint::of(["a", ""]));
    }

    #[test]
    fn tags_have_no_blanks() {
        assert!(Tag::parse("table:shop.public.orders").is_ok());
        for bad in ["", "a b", "a\nb", &"x".repeat(201)] {
            assert!(Tag::parse(bad).is_err());
        }
    }
}
