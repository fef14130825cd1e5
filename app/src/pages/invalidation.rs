//! What invalidates the cache: webhooks, changes that Brisk notices without them, the log of
//! deliveries, and how to send.

use super::cache_figures::facts;
use super::deliveries::deliveries;
use super::form_parts::{lines, notice, text};
use super::noticed::sources;
use super::webhook_snippets::snippets;
use crate::service::{InvalidationPage, TypedWebhook, WebhookRow};
use brisk_domain::{Timestamp, format};
use leptos::prelude::*;

/// `/admin/invalidation`
pub fn invalidation(page: &InvalidationPage) -> AnyView {
    let hooks: Vec<AnyView> = page.webhooks.iter().map(|hook| webhook(hook, page.now)).collect();
    let none = page.webhooks.is_empty().then(|| {
        view! {
            <div class="sheet">
                <h2>"No webhooks yet"</h2>
                <p>"With a webhook, the program that writes data says what changed, and no reader is shown an older value as current. Make one below, or declare it in brisk.toml:"</p>
                <pre class="code" tabindex="0"><code>"[webhook.shop]\nsecret_env = \"SHOP_WEBHOOK_SECRET\"\nallow = [\"table:shop.*\"]"</code></pre>
            </div>
        }
    });
    let name = page.webhooks.first().map_or("shop", |hook| hook.name.as_str());
    view! {
        <main id="main">
            <div class="page-head"><div>
                <h1>"Invalidation"</h1>
                <p>"Who reports changed data, and what each report did."</p>
            </div></div>
            <div class="page admin cache-admin">
                {notice(page.notice.as_ref())}
                {none}
                {hooks}
                {page.has_store.then(|| new_webhook(&page.typed))}
                {sources(page)}
                {deliveries(page)}
                {snippets(name)}
            </div>
        </main>
    }
    .into_any()
}

fn webhook(hook: &WebhookRow, now: Timestamp) -> AnyView {
    let title = format!("hook-{}", hook.name);
    let address = format!("/admin/invalidation/webhooks/{}", hook.name);
    let words = if hook.is_of_app { "Change or test" } else { "Test" };
    view! {
        <section class="operation" aria-labelledby=title.clone()>
            <div class="rollup-head">
                <h2 id=title.clone()>"Webhook "{hook.name.clone()}{off_mark(hook)}</h2>
                <a class="btn" href=address aria-label=format!("{words}: webhook {}", hook.name)>{words}</a>
            </div>
            {webhook_facts(hook, now)}
        </section>
    }
    .into_any()
}

/// A mark beside the name of a webhook that is switched off.
pub(super) fn off_mark(hook: &WebhookRow) -> Option<AnyView> {
    hook.is_off.then(|| view! { <b class="state bad">"switched off"</b> }.into_any())
}

/// What a webhook is and may do.
pub(super) fn webhook_facts(hook: &WebhookRow, now: Timestamp) -> AnyView {
    let allow = match &hook.allow {
        None => "every tag".to_owned(),
        Some(patterns) if patterns.is_empty() => "nothing".to_owned(),
        Some(patterns) => patterns.join(", "),
    };
    let secrets = match (hook.secrets, hook.until) {
        (0, _) => "none that can be decrypted: rotate it".to_owned(),
        (1, _) => "one".to_owned(),
        (_, Some(until)) => {
            let left = format::round_duration(until.since(now).as_secs_f64());
            format!("two: the one before is taken for {left} more")
        }
        (many, None) => format!("{many}: a new one replaces the old one"),
    };
    let from = match hook.is_of_app {
        true => "made here",
        false => "declared in the configuration",
    };
    let state = match (&hook.switched_off, hook.is_off) {
        (Some((by, at)), _) => {
            format!("switched off by {by}, {}, over the configuration", format::ago(*at, now))
        }
        (None, true) => "switched off".to_owned(),
        (None, false) => "on".to_owned(),
    };
    let mut all = vec![
        ("Address", format!("/hooks/{}", hook.name)),
        ("State", state),
        ("May invalidate", allow),
        ("Secrets", secrets),
    ];
    if let Some(most) = hook.per_minute {
        all.push(("Deliveries a minute", format!("{most}, to each replica")));
    }
    if let Some(source) = &hook.source {
        all.push(("dbt runs write to", source.clone()));
    }
    let last = hook.last.map_or_else(|| "none yet".to_owned(), |at| format::ago(at, now));
    all.extend([("From", from.to_owned()), ("Last delivery", last)]);
    facts(&all)
}

fn new_webhook(typed: &TypedWebhook) -> AnyView {
    view! {
        <section class="operation" aria-labelledby="new-webhook">
            <h2 id="new-webhook">"New webhook"</h2>
            <form method="post" action="/admin/invalidation">
                {text("name", "Name", &typed.name, Some("Its address is /hooks/NAME: lower-case letters, digits and hyphens."))}
                {limit_fields(typed)}
                <div class="actions"><button class="btn primary">"Create webhook"</button></div>
            </form>
            <p class="recent">"Its secret is shown once, on the next page."</p>
        </section>
    }
    .into_any()
}

/// The fields that say what a webhook may do.
pub(super) fn limit_fields(typed: &TypedWebhook) -> AnyView {
    view! {
        {lines("allow".into(), "allow", "May invalidate".into(), &typed.allow, "Tags, on a line each, where * stands for any characters: table:shop.*, model:*, dashboard:sales. Empty: every tag.")}
        {text("per_minute", "Deliveries a minute", &typed.per_minute, Some("Over all replicas that share a Redis. Empty: as many as come."))}
        {text("source", "Source of dbt runs", &typed.source, Some("Where the models of a run_results.json are, so that their tables are known. Empty: model tags only."))}
    }
    .into_any()
}
