//! Webhooks as pages show them, and as their forms send them.

use crate::auth::form::Form;
use crate::hooks::Hooks;
use crate::hooks::hook::Hook;
use brisk_app::service::{TypedWebhook, WebhookRow};
use brisk_domain::{Timestamp, WebhookName};
use std::collections::BTreeMap;

/// A webhook's fields in a form.
pub(super) fn typed(form: &Form) -> TypedWebhook {
    TypedWebhook {
        name: form.get("name").to_owned(),
        allow: form.get("allow").to_owned(),
        per_minute: form.get("per_minute").to_owned(),
        source: form.get("source").to_owned(),
    }
}

/// When the latest delivery that was done came, for each webhook.
pub(super) async fn latest(hooks: &Hooks) -> BTreeMap<String, Timestamp> {
    let latest = hooks.deliveries().latest_of_each().await.unwrap_or_default();
    latest.into_iter().collect()
}

/// A webhook for the page.
pub(super) fn row(
    name: &WebhookName,
    hook: &Hook,
    latest: &BTreeMap<String, Timestamp>,
    now: Timestamp,
) -> WebhookRow {
    let until = hook.retiring.as_ref().map(|(_, until)| *until).filter(|until| now < *until);
    WebhookRow {
        name: name.to_string(),
        allow: hook.allow.as_ref().map(|allow| allow.iter().map(ToString::to_string).collect()),
        secrets: hook.keys_at(now).count(),
        until,
        per_minute: hook.per_minute,
        source: hook.source.as_ref().map(ToString::to_string),
        is_off: hook.is_off,
        switched_off: hook.switched_off.clone(),
        is_of_app: hook.is_of_app,
        last: latest.get(name.as_str()).copied(),
    }
}
