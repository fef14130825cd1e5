//! The cache request of a rollup's refresh: its entry key and its tags.

use brisk_cache::{Fingerprint, Policy, Request, Tag};
use brisk_domain::{Rollup, RollupName, SourceName};
use brisk_source::rollup::Plan;
use std::sync::Arc;
use std::time::Duration;

/// The tag of everything.
pub const ALL: &str = "all";

/// How long a refresh counts where only an invalidation ends it. Redis may lose it earlier; then
/// the rollup is refreshed once more.
const UNTIL_INVALIDATED: Duration = Duration::from_secs(365 * 86_400);

/// The cache request of a rollup's refresh. There is no stale window: one whose time has passed is
/// refreshed before it is read. What is refreshed in one `place` is not in another.
pub(crate) fn rollup_request(plan: &Plan, definition: &str, place: &str) -> Request {
    let Rollup { name, source, refresh, .. } = plan.rollup();
    let parts = ["rollup", source.as_str(), name.as_str(), definition, place];
    let own = rollup_tag(source, name);
    let mut names = vec![ALL.to_owned(), format!("source:{source}"), own.clone()];
    names.extend(plan.tables().iter().map(|table| format!("table:{source}.{table}")));
    Request {
        fingerprint: Fingerprint::of(parts),
        tags: tags(&names),
        policy: Policy {
            ttl: refresh.unwrap_or(UNTIL_INVALIDATED),
            stale: Duration::ZERO,
            strict: true,
            off: false,
        },
        label: Arc::from(own),
        lane: Arc::from(source.as_str()),
    }
}

/// The tag that a rollup's refresh has, and all that reads it.
pub(crate) fn rollup_tag(source: &SourceName, name: &RollupName) -> String {
    format!("rollup:{source}.{name}")
}

/// A name that is no tag is a table whose name no webhook could send either.
pub(crate) fn tags(names: &[String]) -> Arc<[Tag]> {
    let mut tags: Vec<Tag> = names.iter().filter_map(|name| Tag::parse(name).ok()).collect();
    tags.sort();
    tags.dedup();
    tags.into()
}
