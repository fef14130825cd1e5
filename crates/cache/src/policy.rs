//! What a caller asks for, and how long the answer may be used.

use crate::key::{Fingerprint, Tag};
use std::sync::Arc;
use std::time::Duration;

/// How long an entry may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// How long it is fresh.
    pub ttl: Duration,
    /// How long after that it may be shown, marked, while it is refreshed.
    pub stale: Duration,
    /// Never show a value from before an invalidation.
    pub strict: bool,
    /// Never store.
    pub off: bool,
}

impl Default for Policy {
    fn default() -> Self {
        let (ttl, stale) = (Duration::from_secs(300), Duration::from_secs(3600));
        Self { ttl, stale, strict: false, off: false }
    }
}

/// A value that is asked for.
#[derive(Debug, Clone)]
pub struct Request {
    /// What it is.
    pub fingerprint: Fingerprint,
    /// What it depends on.
    pub tags: Arc<[Tag]>,
    /// How long it may be used.
    pub policy: Policy,
    /// Whose it is, for statistics and logs: `online-retail/revenue`.
    pub label: Arc<str>,
    /// The lane that bounds how many such loads run at a time: the name of a source.
    pub lane: Arc<str>,
}

/// Why a lookup happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Trigger {
    /// Somebody looks at a page.
    View,
    /// A page that is open follows the data.
    Live,
    /// A program asks.
    Api,
    /// The cache is filled ahead of readers.
    Warm,
    /// A report is made.
    Report,
}
