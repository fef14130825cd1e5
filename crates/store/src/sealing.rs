//! [`Sealing`]: secrets as they stand in the store. AES-256-GCM with a random nonce each; the record
//! that a secret belongs to is authenticated with it, so that one cannot be put in another's place.
//!
//! A sealed secret is the base64 of: the version 1; 4 bytes of the key's id, for keys that change;
//! 12 bytes of nonce; the encrypted bytes and their tag.

use crate::secret_key::{LENGTH, SecretKey, random};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use std::fmt;

const VERSION: u8 = 1;
/// The bytes of a key's id.
const ID: usize = 4;
/// What stands before the encrypted bytes.
const HEAD: usize = 1 + ID + NONCE_LEN;

/// What seals under one key, and unseals under that one or the one before it.
pub(crate) struct Sealing {
    key: LessSafeKey,
    id: [u8; ID],
    before: Option<Box<Sealing>>,
}

/// A secret cannot be read. Why does not matter to anybody but an attacker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unreadable;

impl Sealing {
    /// Under `key`; none only if ring refuses 32 bytes.
    pub(crate) fn under(key: &SecretKey) -> Option<Self> {
        const { assert!(LENGTH == 32, "AES-256") };
        let unbound = UnboundKey::new(&AES_256_GCM, key.bytes()).ok()?;
        let number = u32::from_str_radix(&key.id(), 16).ok()?;
        Some(Self { key: LessSafeKey::new(unbound), id: number.to_be_bytes(), before: None })
    }

    /// The same, which also reads what was sealed under the previous key.
    pub(crate) fn after(self, before: Self) -> Self {
        Self { before: Some(Box::new(before)), ..self }
    }

    /// What every secret that is sealed under this key begins with.
    pub(crate) fn beginning(&self) -> String {
        // The head's last character also holds bits of what follows.
        let head = STANDARD_NO_PAD.encode([&[VERSION], self.id.as_slice()].concat());
        head.chars().take((1 + ID) * 8 / 6).collect()
    }

    /// `secret`, sealed as that of `record`.
    pub(crate) fn seal(&self, record: &str, secret: &[u8]) -> std::io::Result<String> {
        let nonce: [u8; NONCE_LEN] = random()?;
        let mut sealed = secret.to_vec();
        let aad = Aad::from(self.authenticated(record));
        self.key
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), aad, &mut sealed)
            .map_err(|_| std::io::Error::other("it is too long to be encrypted"))?;
        let head = [&[VERSION], self.id.as_slice(), nonce.as_slice()].concat();
        Ok(STANDARD_NO_PAD.encode([head, sealed].concat()))
    }

    /// The secret of `record`.
    pub(crate) fn unseal(&self, record: &str, text: &str) -> Result<Vec<u8>, Unreadable> {
        let mut bytes = STANDARD_NO_PAD.decode(text).map_err(|_| Unreadable)?;
        let (head, sealed) = bytes.split_at_mut_checked(HEAD).ok_or(Unreadable)?;
        if head[0] != VERSION || head[1..=ID] != self.id {
            return self.before.as_ref().ok_or(Unreadable)?.unseal(record, text);
        }
        let nonce = Nonce::try_assume_unique_for_key(&head[1 + ID..]).map_err(|_| Unreadable)?;
        let aad = Aad::from(self.authenticated(record));
        let secret = self.key.open_in_place(nonce, aad, sealed).map_err(|_| Unreadable)?;
        Ok(secret.to_vec())
    }

    /// What is authenticated besides the secret.
    fn authenticated(&self, record: &str) -> Vec<u8> {
        [&[VERSION], self.id.as_slice(), record.as_bytes()].concat()
    }
}

impl fmt::Debug for Sealing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealing(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealing(byte: &str) -> Sealing {
        Sealing::under(&SecretKey::parse(&byte.repeat(LENGTH)).unwrap()).unwrap()
    }

    #[test]
    fn a_secret_is_read_by_its_key_in_its_place_only() {
        let (own, other) = (sealing("0a"), sealing("0b"));
        let sealed = own.seal("second factor of anna", b"hunter2").unwrap();
        assert_eq!(own.unseal("second factor of anna", &sealed).unwrap(), b"hunter2");
        assert_eq!(own.unseal("second factor of ben", &sealed), Err(Unreadable));
        assert_eq!(other.unseal("second factor of anna", &sealed), Err(Unreadable));
        let again = own.seal("second factor of anna", b"hunter2").unwrap();
        assert_ne!(again, sealed, "equal secrets do not look equal");
        assert_eq!(own.seal("", b"").map(|sealed| own.unseal("", &sealed)).unwrap(), Ok(vec![]));
    }

    #[test]
    fn who_has_the_key_before_reads_what_was_sealed_under_it_and_seals_under_the_new_one() {
        let old = sealing("0a").seal("r", b"hunter2").unwrap();
        let both = sealing("0b").after(sealing("0a"));
        assert_eq!(both.unseal("r", &old).unwrap(), b"hunter2");
        assert_eq!(both.unseal("s", &old), Err(Unreadable));
        let new = both.seal("r", b"hunter2").unwrap();
        assert_eq!(sealing("0b").unseal("r", &new).unwrap(), b"hunter2");
        assert_eq!(sealing("0a").unseal("r", &new), Err(Unreadable));
        assert!(old.starts_with(&sealing("0a").beginning()));
        assert!(new.starts_with(&sealing("0b").beginning()));
        assert_ne!(sealing("0a").beginning(), sealing("0b").beginning());
    }

    #[test]
    fn no_bit_of_a_sealed_secret_can_be_changed() {
        let own = sealing("0a");
        let bytes = STANDARD_NO_PAD.decode(own.seal("r", b"hunter2").unwrap()).unwrap();
        for at in 0..bytes.len() * 8 {
            let mut changed = bytes.clone();
            changed[at / 8] ^= 1 << (at % 8);
            assert_eq!(own.unseal("r", &STANDARD_NO_PAD.encode(changed)), Err(Unreadable));
        }
        for length in 0..bytes.len() {
            let short = STANDARD_NO_PAD.encode(&bytes[..length]);
            assert_eq!(own.unseal("r", &short), Err(Unreadable));
        }
        assert_eq!(own.unseal("r", "no base64!"), Err(Unreadable));
    }
}
