//! Which tags a webhook may invalidate: `table:shop.*`.

use brisk_domain::Tag;
use std::fmt;

/// Some tags: a single one, or all that match, where `*` stands for any characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern(String);

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Pattern {
    /// Reads a pattern: a text that could be a tag.
    pub fn parse(text: &str) -> Option<Self> {
        Some(Self(Tag::parse(text).ok()?.compared()))
    }

    /// Whether `tag` is one of them.
    pub fn fits(&self, tag: &Tag) -> bool {
        let text = tag.compared();
        let mut parts = self.0.split('*');
        let first = parts.next().unwrap_or_default();
        let Some(mut rest) = text.strip_prefix(first) else { return false };
        let Some(last) = parts.next_back() else { return rest.is_empty() };
        for part in parts {
            match rest.split_once(part) {
                Some((_, after)) => rest = after,
                None => return false,
            }
        }
        rest.ends_with(last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(pattern: &str, tag: &str) -> bool {
        Pattern::parse(pattern).unwrap().fits(&Tag::parse(tag).unwrap())
    }

    #[test]
    fn a_star_stands_for_any_characters_and_nothing_else_does() {
        for (pattern, tag) in [
            ("table:shop.*", "table:shop.public.orders"),
            ("table:shop.*", "table:shop."),
            ("table:Shop.*", "table:shop.ORDERS"),
            ("table:*.orders", "table:shop.orders"),
            ("*", "all"),
            ("panel:*/rev*", "panel:sales/revenue"),
            ("stock", "stock"),
            ("a*b*c", "a-bb-c"),
        ] {
            assert!(fits(pattern, tag), "{pattern} {tag}");
        }
        for (pattern, tag) in [
            ("table:shop.*", "table:shops.orders"),
            ("table:shop.*", "source:shop"),
            ("table:shop.orders", "table:shop.orders2"),
            ("table:shop.orders", "table:shop.order"),
            ("stock", "Stock"),
            ("table:shop.?rders", "table:shop.orders"),
            ("ab*ba", "aba"),
            ("a*b*c", "acb"),
        ] {
            assert!(!fits(pattern, tag), "{pattern} {tag}");
        }
        assert_eq!(Pattern::parse("table:shop. *"), None);
        assert_eq!(Pattern::parse(""), None);
    }
}
