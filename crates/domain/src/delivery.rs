//! [`Delivery`]: a message that data have changed, and what came of it.

use crate::Timestamp;

/// How many of a delivery's tags are kept.
const KEPT_TAGS: usize = 10;

/// One delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// When it arrived.
    pub at: Timestamp,
    /// How it arrived.
    pub door: Door,
    /// The status of the response.
    pub status: u16,
    /// Why it was refused.
    pub refused: Option<String>,
    /// The first tags that it named, if it was authentic.
    pub tags: Vec<String>,
    /// How many tags it named.
    pub named: usize,
    /// How many tags have new generations: those that it named, their other spellings, and views.
    pub invalidated: usize,
    /// Whether it was a dry run, which reports what would be invalidated.
    pub is_test: bool,
    /// A code that only holders of the webhook's secret can compute, by which a replay is
    /// recognised; `None` if it had no effect.
    pub proof: Option<String>,
}

/// How a delivery arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Door {
    /// To the webhook of that name.
    Webhook(String),
    /// To a webhook that does not exist.
    NoWebhook,
    /// To the API, from the caller of that name.
    Api(String),
}

impl Delivery {
    /// A delivery that arrived at `at`, of which nothing else is known yet.
    pub fn new(door: Door, at: Timestamp) -> Self {
        let (status, refused, tags, named, invalidated) = (200, None, Vec::new(), 0, 0);
        let (is_test, proof) = (false, None);
        Self { at, door, status, refused, tags, named, invalidated, is_test, proof }
    }

    /// Notes the tags that it names.
    pub fn name<T: ToString>(&mut self, tags: &[T]) {
        self.named = tags.len();
        self.tags = tags.iter().take(KEPT_TAGS).map(ToString::to_string).collect();
    }
}
