//! Mutated entries: whatever is found in Redis, it is the entry that was written, or none.

use brisk_cache::{Entry, EntryKey, encoding};
use brisk_domain::Timestamp;
use brisk_test_mutations::Inputs;
use std::sync::Arc;
use std::time::Duration;

const MOST: usize = 1 << 16;

fn entry(value: &str, key: EntryKey) -> Entry<Arc<str>> {
    Entry {
        value: value.into(),
        stored_at: Timestamp(1_321_444_800_000_000),
        load_time: Duration::from_millis(12),
        fresh_until: Timestamp(1_321_445_100_000_000),
        usable_until: Timestamp(1_321_448_700_000_000),
        key,
    }
}

#[test]
fn mutations_of_entries_are_never_another_value() {
    let key = EntryKey::from_bytes(&[7; 32]).unwrap();
    let values = ["".to_owned(), "4711".to_owned(), "0123456789".repeat(1_000), "é".repeat(600)];
    let seeds = values.map(|value| encoding::encode(&entry(&value, key)));
    let inputs = Inputs::new("entries from Redis").seeds(&seeds).longest(MOST).count(10_000);
    inputs.words(&["Bk\u{3}\n"]).bytes(|bytes| {
        let Ok(read) = encoding::decode::<Arc<str>>(bytes, key, MOST) else { return false };
        assert!(seeds.iter().any(|seed| seed == bytes), "it was altered, and is {read:?}");
        assert_eq!(encoding::encode(&read), bytes);
        true
    });
}
