//! How messages repeat what a file says: in quotes, not at length, and never a secret.

/// Says of a text whether it may be, or hold, a secret.
pub type MayBeSecret = fn(&str) -> bool;

/// Longer texts are cut, in characters.
const LONGEST: usize = 60;

/// `text` in quotes for a message, unless it may be a secret.
pub fn quoted(text: &str, may_be_secret: MayBeSecret) -> String {
    if may_be_secret(text) {
        return "\"…\" (not shown: it may hold a password)".into();
    }
    let short: String = text.chars().take(LONGEST).collect();
    if short.len() < text.len() { format!("\"{short}…\"") } else { format!("\"{short}\"") }
}

/// A file without secrets.
pub(crate) fn nothing(_: &str) -> bool {
    false
}
