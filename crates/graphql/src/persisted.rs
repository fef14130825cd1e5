//! [`Persisted`]: queries that clients name by their SHA-256, in the protocol that Apollo's clients call automatic
//! persisted queries. They hold no rights: each execution is checked like the first.

use crate::problem::{INVALID, Problem};
use moka::policy::EvictionPolicy;
use moka::sync::Cache;
use ring::digest::{SHA256, digest};
use std::sync::Arc;

/// The queries that were sent lately. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Persisted(Cache<Hash, Arc<str>>);

/// The SHA-256 of a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Hash([u8; 32]);

/// What each takes besides its text, roughly.
const LEAST: usize = 128;

impl Persisted {
    /// Keeps so many bytes of the queries that were used last.
    pub(crate) fn of_bytes(bytes: u64) -> Self {
        let weight =
            |_: &Hash, text: &Arc<str>| u32::try_from(text.len() + LEAST).unwrap_or(u32::MAX);
        let cache = Cache::builder().max_capacity(bytes).weigher(weight);
        Self(cache.eviction_policy(EvictionPolicy::lru()).build())
    }

    /// The query of that hash.
    pub(crate) fn get(&self, hash: &Hash) -> Option<Arc<str>> {
        self.0.get(hash)
    }

    /// Keeps a query, under its hash.
    pub(crate) fn keep(&self, hash: Hash, query: &str) {
        self.0.insert(hash, query.into());
    }

    #[cfg(test)]
    fn bytes(&self) -> u64 {
        self.0.run_pending_tasks();
        self.0.weighted_size()
    }
}

impl Hash {
    /// The hash that a client writes as hexadecimal digits.
    pub(crate) fn parse(text: &str) -> Result<Self, Problem> {
        let wrong =
            || Problem::new(&INVALID, "`sha256Hash` is not a SHA-256 in hexadecimal digits.");
        let mut hash = [0; 32];
        if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(wrong());
        }
        for (at, byte) in hash.iter_mut().enumerate() {
            let digits = text.get(2 * at..2 * at + 2).unwrap_or_default();
            *byte = u8::from_str_radix(digits, 16).map_err(|_| wrong())?;
        }
        Ok(Self(hash))
    }

    /// Whether it is that of `query`.
    pub(crate) fn is_of(&self, query: &str) -> bool {
        digest(&SHA256, query.as_bytes()).as_ref() == self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(query: &str) -> Hash {
        let digits: String =
            digest(&SHA256, query.as_bytes()).as_ref().iter().map(|b| format!("{b:02x}")).collect();
        Hash::parse(&digits).unwrap()
    }

    #[test]
    fn a_hash_is_of_one_query_only() {
        assert!(hash("{a}").is_of("{a}") && !hash("{a}").is_of("{b}"));
        for wrong in ["", "12", &"x".repeat(64), &"é".repeat(32), &"0".repeat(65)] {
            assert!(Hash::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn any_number_of_queries_takes_no_more_than_its_room() {
        let persisted = Persisted::of_bytes(64 * 1024);
        let query =
            |i: u32| format!("{{ dashboard(slug: \"{i}\") {{ title }} }}{}", " ".repeat(1_000));
        for i in 0..1_000 {
            persisted.keep(hash(&query(i)), &query(i));
            assert!(persisted.bytes() <= 64 * 1024);
        }
        assert_eq!(persisted.get(&hash(&query(999))).as_deref(), Some(&*query(999)));
        assert_eq!(persisted.get(&hash(&query(0))), None);
    }
}
