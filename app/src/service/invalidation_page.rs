//! Data of the page about what invalidates the cache.

use brisk_domain::Timestamp;

/// The webhooks, and what came to them.
#[derive(Debug)]
pub struct InvalidationPage {
    /// When it was asked for.
    pub now: Timestamp,
    /// The webhooks, by name.
    pub webhooks: Vec<WebhookRow>,
    /// The latest deliveries, newest first.
    pub deliveries: Vec<DeliveryRow>,
}

/// One webhook.
#[derive(Debug)]
pub struct WebhookRow {
    /// Its name.
    pub name: String,
    /// The tags that it may name; all of them without a list.
    pub allow: Option<Vec<String>>,
    /// How many secrets it takes: two while one replaces the other.
    pub secrets: usize,
    /// When the latest delivery came that was done.
    pub last: Option<Timestamp>,
}

/// One delivery.
#[derive(Debug)]
pub struct DeliveryRow {
    /// When it came.
    pub at: Timestamp,
    /// The webhook; none if there is none of that name.
    pub hook: Option<String>,
    /// The status of the response.
    pub status: u16,
    /// Why it was refused.
    pub refused: Option<String>,
    /// The first tags that it named.
    pub tags: Vec<String>,
    /// How many it named.
    pub named: usize,
    /// How many tags were invalidated for it.
    pub invalidated: usize,
}
