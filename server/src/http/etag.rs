//! Entity tags: hashes of what a response is made from, so that an equal one need not be made.

use brisk_cache::Fingerprint;
use http::{HeaderMap, HeaderValue, header};

/// Part of every tag: another version may make another response from the same frames.
const VERSION: &str = concat!("1 ", env!("CARGO_PKG_VERSION"));

/// A weak entity tag (RFC 9110, section 8.8.3): responses with equal tags say the same, although the
/// ages in them differ, and the bytes with them.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ETag(String);

impl ETag {
    /// The tag of a response that is made from `parts` alone.
    pub fn of<P: AsRef<[u8]>>(parts: impl IntoIterator<Item = P>) -> Self {
        let parts = Fingerprint::of(parts);
        let digits = Fingerprint::of([VERSION.as_bytes(), parts.as_ref()]).to_string();
        Self(format!("W/\"{}\"", digits.get(..32).unwrap_or(&digits)))
    }

    /// For the header `etag`.
    pub fn header(&self) -> HeaderValue {
        // Letters, digits, a slash and quotes.
        HeaderValue::from_str(&self.0).unwrap_or(HeaderValue::from_static("W/\"\""))
    }

    /// Whether the client has this very response: `If-None-Match`, compared weakly.
    pub fn matches(&self, headers: &HeaderMap) -> bool {
        let given = headers.get_all(header::IF_NONE_MATCH).iter();
        let lines = given.filter_map(|value| value.to_str().ok());
        let opaque = |tag: &str| tag.strip_prefix("W/").unwrap_or(tag).to_owned();
        let own = opaque(&self.0);
        // Tags of other servers may hold commas; then their halves equal none of ours.
        lines
            .flat_map(|line| line.split(','))
            .map(str::trim)
            .any(|tag| tag == "*" || opaque(tag) == own)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asking(values: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(header::IF_NONE_MATCH, value.parse().unwrap());
        }
        headers
    }

    #[test]
    fn a_tag_matches_in_any_list_weak_or_strong() {
        let tag = ETag::of(["a"]);
        let strong = tag.0.trim_start_matches("W/").to_owned();
        for known in [
            &[tag.0.as_str()][..],
            &[strong.as_str()],
            &["*"],
            &["\"x\"", tag.0.as_str()],
            &[&format!("\"x, y\",{strong}")],
        ] {
            assert!(tag.matches(&asking(known)), "{known:?}");
        }
        for unknown in [&[][..], &[""], &["\"x\""], &[strong.trim_matches('"')], &["W/"]] {
            assert!(!tag.matches(&asking(unknown)), "{unknown:?}");
        }
    }

    #[test]
    fn other_parts_make_another_tag() {
        assert_ne!(ETag::of(["ab", "c"]), ETag::of(["a", "bc"]));
        assert_eq!(ETag::of(["a"]), ETag::of(["a"]));
    }
}
