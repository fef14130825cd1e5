//! [`Secret`]: a random text that its holder has, and of which Brisk keeps a hash only. It is so long
//! that a plain hash is enough.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::fmt;

/// A random text of 256 bits.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

/// What the store keeps of a secret, in hexadecimal digits.
pub type SecretHash = String;

impl Secret {
    /// A new one.
    pub fn random() -> Self {
        Self(URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>()))
    }

    /// The secret as its holder has it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// What the store keeps of it.
    pub fn hash(&self) -> SecretHash {
        hash(&self.0)
    }
}

/// What the store keeps of a secret that somebody sent.
pub fn hash(text: &str) -> SecretHash {
    blake3::hash(text.as_bytes()).to_hex().to_string()
}

// What is printed by accident is in a log for good.
impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_long_differ_and_are_not_printed() {
        let (one, other) = (Secret::random(), Secret::random());
        assert_ne!(one, other);
        assert_eq!(one.expose().len(), 43, "256 bits");
        assert_eq!(hash(one.expose()), one.hash());
        assert_ne!(one.hash(), other.hash());
        assert!(!format!("{one:?}").contains(one.expose()));
    }
}
