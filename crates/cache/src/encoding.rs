//! An entry as bytes: a header with its times, the value (compressed where that pays), a checksum.
//!
//! Anything else found under a key, garbage or another version's bytes, is rejected.

use crate::entry::Entry;
use crate::key::EntryKey;
use crate::value::{DecodeError, Value};
use brisk_domain::Timestamp;
use std::cell::RefCell;
use std::io;
use std::time::Duration;
use xxhash_rust::xxh3::xxh3_64_with_seed;
use zstd::bulk::Decompressor;

/// The first bytes: a name, and the version of this format.
const MAGIC: [u8; 4] = *b"Bk\x03\n";
/// Magic, flags, stored_at, load_time, fresh_until, usable_until, length of the uncompressed value.
const HEAD: usize = 4 + 1 + 8 * 4 + 8;
const CHECKSUM: usize = 8;
const COMPRESSED: u8 = 1;
/// Shorter values are stored uncompressed: decompressing 4 kB takes longer than sending it.
const COMPRESS_FROM: usize = 8 << 10;
/// zstd's fastest regular level: higher ones gain little on frames.
const LEVEL: i32 = 1;

/// The most bytes that an entry has whose value has at most `max_bytes`.
pub(crate) fn longest(max_bytes: usize) -> usize {
    // Names and types of columns are no part of a value's size.
    const MORE: usize = 64 << 10;
    max_bytes.saturating_add(HEAD + CHECKSUM + MORE)
}

/// Encodes `entry`.
pub fn encode<V: Value>(entry: &Entry<V>) -> Vec<u8> {
    let plain = entry.value.encode();
    let compressed = (plain.len() >= COMPRESS_FROM)
        .then(|| zstd::bulk::compress(&plain, LEVEL).ok())
        .flatten()
        .filter(|packed| packed.len() < plain.len());
    let flags = if compressed.is_some() { COMPRESSED } else { 0 };
    let body = compressed.as_ref().unwrap_or(&plain);
    let mut out = Vec::with_capacity(HEAD + body.len() + CHECKSUM);
    out.extend(MAGIC);
    out.push(flags);
    let load_time = i64::try_from(entry.load_time.as_micros()).unwrap_or(i64::MAX);
    for number in [entry.stored_at.0, load_time, entry.fresh_until.0, entry.usable_until.0] {
        out.extend(number.to_le_bytes());
    }
    out.extend((plain.len() as u64).to_le_bytes());
    out.extend(body);
    let sum = checksum(&out, &entry.key);
    out.extend(sum);
    out
}

/// Decodes `bytes`, found under `key`, into an entry whose value has at most `max_bytes`, both as bytes and
/// in memory.
pub fn decode<V: Value>(
    bytes: &[u8],
    key: EntryKey,
    max_bytes: usize,
) -> Result<Entry<V>, DecodeError> {
    let wrong = |what: &str| DecodeError(what.to_owned());
    if bytes.len() < HEAD + CHECKSUM || bytes[..4] != MAGIC {
        return Err(wrong("it does not begin like an entry"));
    }
    let (content, sum) = bytes.split_at(bytes.len() - CHECKSUM);
    if checksum(content, &key) != sum {
        return Err(wrong("its checksum does not match"));
    }
    let number = |at: usize| {
        let mut eight = [0; 8];
        eight.copy_from_slice(&content[5 + at * 8..13 + at * 8]);
        i64::from_le_bytes(eight)
    };
    let length = usize::try_from(number(4)).unwrap_or(usize::MAX);
    if length > max_bytes {
        return Err(wrong("it is larger than allowed"));
    }
    let body = &content[HEAD..];
    let value = if content[4] & COMPRESSED == 0 {
        V::decode(body, max_bytes)?
    } else {
        let plain = decompress(body, length).map_err(|error| DecodeError(error.to_string()))?;
        V::decode(&plain, max_bytes)?
    };
    Ok(Entry {
        value,
        stored_at: Timestamp(number(0)),
        load_time: Duration::from_micros(u64::try_from(number(1)).unwrap_or(0)),
        fresh_until: Timestamp(number(2)),
        usable_until: Timestamp(number(3)),
        key,
    })
}

thread_local! {
    /// Creating one costs more than decompressing most entries.
    static DECOMPRESSOR: RefCell<Option<Decompressor<'static>>> = const { RefCell::new(None) };
}

fn decompress(body: &[u8], length: usize) -> io::Result<Vec<u8>> {
    DECOMPRESSOR.with_borrow_mut(|kept| {
        let decompressor = match kept {
            Some(decompressor) => decompressor,
            None => kept.insert(Decompressor::new()?),
        };
        decompressor.decompress(body, length)
    })
}

/// Over the content, seeded with the key: bytes that belong to another key count as garbage, too.
/// It detects accidents, for which XXH3 is ten times faster than a cryptographic hash; no checksum
/// helps against someone who can write to Redis.
fn checksum(content: &[u8], key: &EntryKey) -> [u8; CHECKSUM] {
    let mut seed = [0; 8];
    seed.copy_from_slice(&key.as_bytes()[..8]);
    xxh3_64_with_seed(content, u64::from_le_bytes(seed)).to_le_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::Fingerprint;
    use proptest::prelude::*;
    use std::sync::Arc;

    fn key(name: &str) -> EntryKey {
        EntryKey::of(&Fingerprint::of([name]), [""])
    }

    fn entry(text: &str) -> Entry<Arc<str>> {
        Entry {
            value: text.into(),
            stored_at: Timestamp(-5),
            load_time: Duration::from_micros(1_234),
            fresh_until: Timestamp(i64::MAX),
            usable_until: Timestamp(7),
            key: key("a"),
        }
    }

    proptest! {
        #[test]
        fn entries_survive(text in ".{0,9000}") {
            let entry = entry(&text);
            prop_assert_eq!(decode::<Arc<str>>(&encode(&entry), entry.key, 1 << 20).unwrap(), entry);
        }

        #[test]
        fn garbage_is_no_entry(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(decode::<Arc<str>>(&bytes, key("a"), 1 << 20).is_err());
        }

        #[test]
        fn one_changed_byte_is_noticed(at in 0usize..1000, by in 1u8..) {
            let entry = entry(&"text ".repeat(5_000));
            let mut bytes = encode(&entry);
            let at = at % bytes.len();
            bytes[at] = bytes[at].wrapping_add(by);
            prop_assert!(decode::<Arc<str>>(&bytes, entry.key, 1 << 20).is_err());
        }
    }

    #[test]
    fn long_values_are_compressed_and_bounded() {
        let entry = entry(&"0123456789".repeat(1000));
        let bytes = encode(&entry);
        assert!(bytes.len() < 500, "{}", bytes.len());
        assert!(decode::<Arc<str>>(&bytes, entry.key, 9_999).is_err());
        assert!(decode::<Arc<str>>(&bytes, key("b"), 1 << 20).is_err(), "another key's bytes");
    }
}
