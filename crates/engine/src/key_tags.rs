//! Tags as the cache sees them: opaque names.

use brisk_cache::Tag as CacheTag;
use brisk_domain::{SourceName, Tag};
use std::sync::Arc;

/// The cache's name for a tag. A table whose name is too long has none; no webhook could send it
/// either.
pub(crate) fn cache_tag(tag: &Tag) -> Option<CacheTag> {
    CacheTag::parse(&tag.to_string()).ok()
}

/// `tags`, sorted and without duplicates.
pub(crate) fn sorted(tags: impl Iterator<Item = CacheTag>) -> Arc<[CacheTag]> {
    let mut tags: Vec<CacheTag> = tags.collect();
    tags.sort();
    tags.dedup();
    tags.into()
}

pub(crate) fn table_tag(source: &SourceName, table: &str) -> Tag {
    Tag::Table { source: source.to_string(), table: table.to_owned() }
}
