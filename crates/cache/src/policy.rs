//! [`Request`]: a request for a value, and the [`Policy`] that says how long the value may be used.

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
    /// Refresh an entry in use shortly before it expires.
    pub early: bool,
}

impl Policy {
    /// Whether a value that is loaded now can be shown to anybody later.
    pub fn keeps_values(&self) -> bool {
        !self.off && self.ttl + self.stale > Duration::ZERO
    }
}

impl Default for Policy {
    fn default() -> Self {
        let (ttl, stale) = (Duration::from_secs(300), Duration::from_secs(3600));
        Self { ttl, stale, strict: false, off: false, early: true }
    }
}

/// A request for a value.
#[derive(Debug, Clone)]
pub struct Request {
    /// Identifies the value.
    pub fingerprint: Fingerprint,
    /// What the value depends on.
    pub tags: Arc<[Tag]>,
    /// How long the value may be used.
    pub policy: Policy,
    /// Names it in statistics and logs: `online-retail/revenue`.
    pub label: Arc<str>,
    /// The lane that bounds how many such loads run at once: the name of a source.
    pub lane: Arc<str>,
}

/// Why a lookup happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Trigger {
    /// A reader opens a page.
    View,
    /// An open page follows the data.
    Live,
    /// A program asks.
    Api,
    /// The cache is filled ahead of readers.
    Warm,
    /// A report is rendered.
    Report,
}
