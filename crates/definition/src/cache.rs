//! `cache` and `tags` of a dashboard or a panel: how long frames are shown, and what else than
//! their tables makes them out of date.

use crate::duration;
use crate::fields::Fields;
use crate::problem::Problems;
use brisk_domain::{CacheMode, CachePolicy};

/// Longer tags cannot be sent to a webhook.
const LONGEST_TAG: usize = 200;

/// Reads `cache`: a table, or one word for its mode.
pub(crate) fn policy(fields: &Fields<'_>, problems: &mut Problems<'_>) -> CachePolicy {
    let Some(item) = fields.item("cache") else {
        return CachePolicy::default();
    };
    if item.is_str() {
        let mode = fields.word("cache", &CacheMode::WORDS, problems);
        return CachePolicy { mode, ..CachePolicy::default() };
    }
    let Some(cache) = Fields::new(item, format!("\"cache\" of {}", fields.title())) else {
        let expected = "a table such as { ttl = \"5m\", stale = \"1h\" }, or \"off\"";
        fields.wrong_type("cache", item, expected, problems);
        return CachePolicy::default();
    };
    let ttl = cache.parsed("ttl", duration::seconds, problems);
    let stale = cache.parsed("stale", duration::seconds, problems);
    let mode = cache.word("mode", &CacheMode::WORDS, problems);
    cache.finish(problems);
    CachePolicy { ttl, stale, mode }
}

/// Reads `tags`: names of the author's own, or tables that the statement does not name.
pub(crate) fn tags(fields: &Fields<'_>, problems: &mut Problems<'_>) -> Vec<String> {
    let Some(item) = fields.item("tags") else {
        return Vec::new();
    };
    let texts = item.as_array().and_then(|array| {
        array.iter().map(|v| v.as_str().map(ToOwned::to_owned)).collect::<Option<Vec<_>>>()
    });
    let Some(tags) = texts else {
        fields.wrong_type("tags", item, "a list of texts", problems);
        return Vec::new();
    };
    let is_tag = |tag: &String| {
        (1..=LONGEST_TAG).contains(&tag.len())
            && !tag.chars().any(|c| c.is_whitespace() || c.is_control())
    };
    if let Some(bad) = tags.iter().find(|tag| !is_tag(tag)) {
        let bad: String = bad.chars().take(80).collect();
        let message = format!("tag \"{bad}\" must be 1 to {LONGEST_TAG} bytes without blanks");
        problems.add(fields.place("tags"), message);
    }
    tags
}
