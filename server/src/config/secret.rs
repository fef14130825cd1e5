//! Texts that must not be printed: URLs, which hold passwords, and secrets of webhooks.

use brisk_toml_reader::quoted;
use std::fmt;

/// A text that must not be printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The text, for connecting with it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether there is nothing to hide.
    pub fn is_empty(&self) -> bool {
        self.0.trim().is_empty()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

/// Whether `text` looks like an address, or a secret itself.
pub(super) fn may_hold_password(text: &str) -> bool {
    text.contains("://") || text.contains('@') || text.contains("whsec_")
}

/// `text` in quotes for a message, unless it may hold a password.
pub(super) fn shown(text: &str) -> String {
    quoted(text, may_hold_password)
}
