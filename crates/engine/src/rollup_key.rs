//! The cache request of a rollup's refresh: its entry key and its tags.

use crate::key_tags::{cache_tag, sorted, table_tag};
use brisk_cache::{Fingerprint, Policy, Request};
use brisk_domain::{Rollup, RollupName, SourceName, Tag};
use brisk_source::rollup::Plan;
use std::sync::Arc;
use std::time::Duration;

/// How long a refresh is valid if only an invalidation ends it. Redis may lose it earlier; then the
/// rollup is refreshed once more.
const UNTIL_INVALIDATED: Duration = Duration::from_secs(365 * 86_400);

/// The cache request of a rollup's refresh. It has no stale window: an expired rollup is refreshed
/// before it is read. A refresh in one `place` does not count in another.
pub(crate) fn rollup_request(plan: &Plan, definition: &str, place: &str) -> Request {
    let Rollup { name, source, refresh, .. } = plan.rollup();
    let parts = ["rollup", source.as_str(), name.as_str(), definition, place];
    let own = rollup_tag(source, name);
    let label = Arc::from(own.to_string());
    let mut names = vec![Tag::All, Tag::Source(source.to_string()), own];
    names.extend(plan.tables().iter().map(|table| table_tag(source, table)));
    Request {
        fingerprint: Fingerprint::of(parts),
        tags: sorted(names.iter().filter_map(cache_tag)),
        policy: Policy {
            ttl: refresh.unwrap_or(UNTIL_INVALIDATED),
            stale: Duration::ZERO,
            strict: true,
            off: false,
            early: true,
        },
        label,
        lane: rollup_lane(source),
    }
}

/// The lane in which the rollups of `source` are refreshed: a refresh takes minutes, and must not
/// occupy the few places of a small database.
pub fn rollup_lane(source: &SourceName) -> Arc<str> {
    Arc::from(format!("{source}:rollups"))
}

/// The tag of a rollup's refresh and of everything that reads it.
pub(crate) fn rollup_tag(source: &SourceName, name: &RollupName) -> Tag {
    Tag::Rollup { source: source.to_string(), rollup: name.to_string() }
}
