//! `cache` and `tags` of a dashboard, a panel or a source: how long frames may be shown, and what
//! they depend on besides the tables of their statements.

use brisk_domain::{CacheMode, CachePolicy, Tag};
use brisk_toml_reader::{Fields, Problems};
use std::ops::RangeInclusive;
use std::time::Duration;

/// The allowed TTLs and stale windows.
pub const LIFE: RangeInclusive<Duration> = Duration::ZERO..=Duration::from_secs(30 * 86_400);

/// Reads `cache`: a table, or just the name of a mode.
pub fn policy(fields: &Fields<'_>, problems: &mut Problems<'_>) -> CachePolicy {
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
    let policy = policy_keys(&cache, problems);
    cache.finish(problems);
    policy
}

/// Reads a policy's keys from a table that may have others.
pub fn policy_keys(cache: &Fields<'_>, problems: &mut Problems<'_>) -> CachePolicy {
    let seconds = |duration: Duration| u32::try_from(duration.as_secs()).unwrap_or(u32::MAX);
    CachePolicy {
        ttl: cache.seconds("ttl", LIFE, problems).map(seconds),
        stale: cache.seconds("stale", LIFE, problems).map(seconds),
        mode: cache.word("mode", &CacheMode::WORDS, problems),
        early: cache.item("early").map(|_| cache.flag("early", problems)),
    }
}

/// Reads `tags`: the author's own names, or tables that the statement does not mention.
pub(crate) fn tags(fields: &Fields<'_>, problems: &mut Problems<'_>) -> Vec<Tag> {
    let mut tags = Vec::new();
    for text in fields.texts("tags", "a list of texts", problems).unwrap_or_default() {
        match Tag::parse(text) {
            Ok(tag) => tags.push(tag),
            Err(error) => problems.add(fields.place("tags"), error.to_string()),
        }
    }
    tags
}
