//! [`Hook`]: one webhook, as the configuration declares it.

use super::allowed::Pattern;
use super::signature::SigningKey;
use brisk_domain::Tag;

/// One webhook.
#[derive(Debug, Clone)]
pub struct Hook {
    /// The secrets in use: two while one replaces the other.
    pub keys: Vec<SigningKey>,
    /// The tags that it may invalidate; all of them without a list.
    pub allow: Option<Vec<Pattern>>,
}

impl Hook {
    pub(super) fn may(&self, tag: &Tag) -> bool {
        self.allow.as_ref().is_none_or(|allow| allow.iter().any(|pattern| pattern.fits(tag)))
    }
}
