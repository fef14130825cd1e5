//! The one function that makes entry keys, and the tags that entries depend on.
//!
//! Pages, server functions, the API, warming and purging all come here, so that what one of them
//! loads the others find.

use crate::plan::Planned;
use brisk_cache::{Fingerprint, Policy, Request, Tag};
use brisk_domain::CachePolicy;
use std::sync::Arc;
use std::time::Duration;

/// Changes whenever the meaning of a stored frame changes.
const FRAME_VERSION: &[u8] = b"frame 1";

/// The cache request of one statement; `label` says whose it is in figures and logs.
pub fn request(planned: &Planned, label: &str, policy: CachePolicy) -> Request {
    let mut parts: Vec<Vec<u8>> =
        vec![FRAME_VERSION.to_vec(), planned.source.as_str().as_bytes().to_vec()];
    parts.extend(planned.statement.fingerprint_parts());
    for (column, scale) in &planned.scales {
        parts.push(format!("{column}={scale}").into_bytes());
    }
    let source = &planned.source;
    let names = planned
        .statement
        .tables
        .iter()
        .map(|table| format!("table:{source}.{table}"))
        .chain([format!("source:{source}")]);
    // A name that is no tag is a table whose name no webhook could send either.
    let tags: Vec<Tag> = names.filter_map(|name| Tag::parse(&name).ok()).collect();
    Request {
        fingerprint: Fingerprint::of(parts),
        tags: tags.into(),
        policy: Policy {
            ttl: Duration::from_secs(policy.ttl.into()),
            stale: Duration::from_secs(policy.stale.into()),
            ..Policy::default()
        },
        label: Arc::from(label),
    }
}
