//! [`Hook`]: one webhook, as the configuration declares it or an administrator has made it.

use super::allowed::Pattern;
use brisk_domain::{SourceName, Tag, Timestamp};
use brisk_signature::SigningKey;
use brisk_store::{WebhookRecord, WebhookSwitch};

/// One webhook.
#[derive(Debug, Clone)]
pub struct Hook {
    /// The secrets in use: two while one replaces the other.
    pub keys: Vec<SigningKey>,
    /// A secret that is being replaced, and until when it is accepted.
    pub retiring: Option<(SigningKey, Timestamp)>,
    /// The tags that it may invalidate; all of them without a list.
    pub allow: Option<Vec<Pattern>>,
    /// Deliveries a minute, if they are limited.
    pub per_minute: Option<u32>,
    /// The source that a dbt run writes to.
    pub source: Option<SourceName>,
    /// Whether it is switched off.
    pub is_off: bool,
    /// Who has switched it off in the app, though the configuration declares it, and when.
    pub switched_off: Option<(String, Timestamp)>,
    /// Whether it was made in the app.
    pub is_of_app: bool,
}

impl Hook {
    /// A webhook that the configuration declares.
    pub fn declared(keys: Vec<SigningKey>, allow: Option<Vec<Pattern>>) -> Self {
        Self {
            keys,
            retiring: None,
            allow,
            per_minute: None,
            source: None,
            is_off: false,
            switched_off: None,
            is_of_app: false,
        }
    }

    /// The same, switched off in the app.
    #[must_use]
    pub fn off(self, switch: WebhookSwitch) -> Self {
        let switched_off = Some((switch.changed_by, switch.changed_at));
        Self { is_off: true, switched_off, ..self }
    }

    /// A webhook that was made in the app. What this release cannot read of it allows nothing.
    pub fn made(record: &WebhookRecord) -> Self {
        let key = |text: &str| SigningKey::parse(text).ok();
        let retiring = record.previous.as_ref();
        let patterns = |patterns: &Vec<String>| -> Vec<Pattern> {
            patterns.iter().filter_map(|pattern| Pattern::parse(pattern)).collect()
        };
        let limits = &record.limits;
        Self {
            keys: record.secret.as_deref().and_then(key).into_iter().collect(),
            retiring: retiring.and_then(|(secret, until)| Some((key(secret)?, *until))),
            allow: limits.allow.as_ref().map(patterns),
            per_minute: (limits.per_minute > 0).then_some(limits.per_minute),
            source: limits.source.as_deref().and_then(|name| SourceName::parse(name).ok()),
            is_off: limits.is_off,
            switched_off: None,
            is_of_app: true,
        }
    }

    /// The secrets that are accepted at `now`.
    pub fn keys_at(&self, now: Timestamp) -> impl Iterator<Item = &SigningKey> {
        let retiring = self.retiring.as_ref().filter(move |(_, until)| now < *until);
        self.keys.iter().chain(retiring.map(|(key, _)| key))
    }

    pub(super) fn may(&self, tag: &Tag) -> bool {
        self.allow.as_ref().is_none_or(|allow| allow.iter().any(|pattern| pattern.fits(tag)))
    }
}
