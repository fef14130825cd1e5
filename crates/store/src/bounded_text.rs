//! Texts of others in the store's logs: kept up to a length, and visibly cut there.

/// The beginning of `text` up to `longest` bytes, the ellipsis of a longer one included. PostgreSQL
/// stores no NUL.
pub(crate) fn bounded(text: &str, longest: usize) -> String {
    let clean = text.replace('\0', "\u{fffd}");
    if clean.len() <= longest {
        return clean;
    }
    let end = clean.floor_char_boundary(longest.saturating_sub('…'.len_utf8()));
    format!("{}…", &clean[..end])
}
