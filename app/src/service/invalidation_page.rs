//! Data of the pages about what invalidates the cache.

use super::people_pages::{Notice, ShownOnce};
use brisk_domain::{Delivery, Timestamp};

/// The webhooks, the changes that Brisk notices without them, and the log of deliveries.
#[derive(Debug)]
pub struct InvalidationPage {
    /// When it was requested.
    pub now: Timestamp,
    /// The webhooks, by name.
    pub webhooks: Vec<WebhookRow>,
    /// How changes of each source are noticed without one.
    pub sources: Vec<NoticedSource>,
    /// The latest deliveries, newest first.
    pub deliveries: Vec<Delivery>,
    /// Whether webhooks can be made here, and the log is that of all replicas.
    pub has_store: bool,
    /// The outcome of a form.
    pub notice: Option<Notice>,
    /// What was typed into the form for a new webhook.
    pub typed: TypedWebhook,
}

/// One webhook.
#[derive(Debug, Clone)]
pub struct WebhookRow {
    /// Its name.
    pub name: String,
    /// The tags that it may name; all, if there is no list.
    pub allow: Option<Vec<String>>,
    /// How many secrets it takes: two while one replaces the other, none if it cannot be decrypted.
    pub secrets: usize,
    /// Until when the previous secret is accepted, if that expires.
    pub until: Option<Timestamp>,
    /// Deliveries a minute, if they are limited.
    pub per_minute: Option<u32>,
    /// The source that a dbt run writes to.
    pub source: Option<String>,
    /// Whether it is switched off.
    pub is_off: bool,
    /// Who has switched it off in spite of the configuration, and when.
    pub switched_off: Option<(String, Timestamp)>,
    /// Whether it was made in the app.
    pub is_of_app: bool,
    /// When the latest delivery that took effect came.
    pub last: Option<Timestamp>,
}

/// The form of a webhook, as typed.
#[derive(Debug, Clone, Default)]
pub struct TypedWebhook {
    /// Its name.
    pub name: String,
    /// Patterns of tags, one per line.
    pub allow: String,
    /// Deliveries a minute.
    pub per_minute: String,
    /// The source that a dbt run writes to.
    pub source: String,
}

/// How changes of a source are noticed.
#[derive(Debug, Clone)]
pub struct NoticedSource {
    /// Its name.
    pub name: String,
    /// What it is: "PostgreSQL".
    pub kind: &'static str,
    /// The listener; none where there can be none.
    pub listener: Option<ListenerRow>,
    /// How many of the tables that matter tell of changes, out of how many; none where that is not known.
    pub told: Option<(usize, usize)>,
    /// The watched queries.
    pub watches: Vec<WatchRow>,
}

/// A listener of this process.
#[derive(Debug, Clone)]
pub struct ListenerRow {
    /// Whether it is as it should be, unless it still waits; and what it does.
    pub state: (Option<bool>, String),
    /// Notifications heard since the process started.
    pub heard: u64,
    /// When it heard the latest, and of which tables.
    pub latest: Option<(Timestamp, Vec<String>)>,
    /// How often the connection was lost.
    pub lost: u64,
}

/// A watched query.
#[derive(Debug, Clone)]
pub struct WatchRow {
    /// Its name.
    pub name: String,
    /// The query.
    pub sql: String,
    /// How often it runs, such as `30s`.
    pub pace: String,
    /// The tags that it invalidates; none if these are its tables'.
    pub tags: Option<Vec<String>>,
    /// The latest result.
    pub shown: String,
    /// When it ran.
    pub checked_at: Option<Timestamp>,
    /// When its result last changed.
    pub changed_at: Option<Timestamp>,
    /// Why it fails, and since when.
    pub failing: Option<(Option<Timestamp>, String)>,
}

/// One webhook, to be looked after.
#[derive(Debug)]
pub struct WebhookPage {
    /// When it was requested.
    pub now: Timestamp,
    /// The webhook.
    pub webhook: WebhookRow,
    /// Who made it, and when; none if the configuration declares it.
    pub made: Option<(String, Timestamp)>,
    /// Whether it can be switched off and on here.
    pub can_switch: bool,
    /// The contents of the form.
    pub typed: TypedWebhook,
    /// The outcome of a form.
    pub notice: Option<Notice>,
    /// The secret, this once.
    pub secret: Option<ShownOnce>,
    /// The outcome of a test.
    pub tried: Option<TriedDelivery>,
    /// Whether the page asks to confirm its removal.
    pub asks_to_remove: bool,
}

/// The outcome of a test.
#[derive(Debug, Clone)]
pub struct TriedDelivery {
    /// The body that was sent.
    pub sent: String,
    /// The status of the answer.
    pub status: u16,
    /// The answer.
    pub answer: String,
    /// The panels that would load again: dashboard's title, panel's title. None if there are too many
    /// panels to ask.
    pub panels: Option<Vec<(String, String)>>,
}

/// The triggers of a source's tables.
#[derive(Debug)]
pub struct SourceChangesPage {
    /// When it was requested.
    pub now: Timestamp,
    /// The source.
    pub name: String,
    /// Its listener.
    pub listener: ListenerRow,
    /// The tables that matter, or why they are not known.
    pub tables: Result<Vec<ToldRow>, String>,
    /// Statements whose tables are not known for certain.
    pub unread: usize,
    /// The SQL that makes the triggers.
    pub sql: String,
    /// The SQL that removes them.
    pub removal: String,
}

/// A table, and whether it tells of changes.
#[derive(Debug)]
pub struct ToldRow {
    /// Its name, with its schema.
    pub name: String,
    /// What it is.
    pub kind: &'static str,
    /// Whether it tells of all changes, and the same in words.
    pub told: (bool, &'static str),
}
