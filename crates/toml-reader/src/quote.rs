//! How messages quote a file: in quotation marks, shortened, and never a secret.

/// Whether a text may be, or contain, a secret.
pub type MayBeSecret = fn(&str) -> bool;

/// Longer texts are cut; in characters.
const LONGEST: usize = 60;

/// `text` in quotation marks for a message, unless it may be a secret.
pub fn quoted(text: &str, may_be_secret: MayBeSecret) -> String {
    if may_be_secret(text) {
        return "\"…\" (not shown: it may hold a password)".into();
    }
    let short: String = text.chars().take(LONGEST).collect();
    if short.len() < text.len() { format!("\"{short}…\"") } else { format!("\"{short}\"") }
}

/// `written`, a value of a file, up to the end of its line and no longer than a quoted text.
pub(crate) fn shortened(written: &str) -> String {
    let line = written.lines().next().unwrap_or_default();
    let short: String = line.chars().take(LONGEST).collect();
    if short.len() < written.len() { format!("{short}…") } else { short }
}

/// For files without secrets.
pub(crate) fn never_secret(_: &str) -> bool {
    false
}
