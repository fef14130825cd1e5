//! One webhook: what it may do, its secret, a test.

use super::form_parts::{button, lines, notice, shown_once, text};
use super::invalidation::{limit_fields, off_mark, webhook_facts};
use super::webhook_snippets::snippets;
use crate::service::{TriedDelivery, WebhookPage};
use brisk_domain::format;
use leptos::prelude::*;

/// `/admin/invalidation/webhooks/{name}`
pub fn webhook(page: &WebhookPage) -> AnyView {
    let hook = &page.webhook;
    let action = format!("/admin/invalidation/webhooks/{}", hook.name);
    let made = page.made.as_ref().map(|(by, at)| {
        view! { <p class="recent">{format!("Made by {by}, {}.", format::ago(*at, page.now))}</p> }
    });
    let forms = hook.is_of_app.then(|| forms(page, &action));
    let declared = (!hook.is_of_app).then(|| {
        view! { <p class="recent">"It is declared in the configuration, where its secret and what it may invalidate are changed."</p> }
    });
    view! {
        <main id="main">
            <div class="page-head"><div>
                <p class="crumb"><a href="/admin/invalidation">"Invalidation"</a></p>
                <h1>"Webhook "{hook.name.clone()}{off_mark(hook)}</h1>
            </div></div>
            <div class="page admin cache-admin people">
                {notice(page.notice.as_ref())}
                {shown_once(page.secret.as_ref())}
                <section class="operation" aria-labelledby="about">
                    <h2 id="about">"Details"</h2>
                    {webhook_facts(hook, page.now)}
                    {made}
                    {declared}
                    {page.can_switch.then(|| switch(page, &action))}
                </section>
                {test(page, &action)}
                {forms}
                {snippets(&hook.name)}
            </div>
        </main>
    }
    .into_any()
}

/// Whether deliveries are taken.
fn switch(page: &WebhookPage, action: &str) -> AnyView {
    let hook = &page.webhook;
    let (word, words, about) = match (hook.is_off, hook.is_of_app) {
        (true, true) => {
            ("on", "Switch on", "Deliveries are refused (403) until it is switched on.")
        }
        (true, false) => (
            "on",
            "Switch on",
            "Deliveries are refused (403) on all replicas until it is switched on here; a restart changes nothing.",
        ),
        (false, true) => ("off", "Switch off", "Switched off, it refuses deliveries (403)."),
        (false, false) => (
            "off",
            "Switch off",
            "Switched off, it refuses deliveries (403) on all replicas, whatever the configuration says, until it is switched on here.",
        ),
    };
    view! {
        <p class="recent">{about}</p>
        <div class="actions">{button(action.to_owned(), word, Vec::new(), words, format!("webhook {}", hook.name))}</div>
    }
    .into_any()
}

fn test(page: &WebhookPage, action: &str) -> AnyView {
    view! {
        <section class="operation" aria-labelledby="test">
            <h2 id="test">"Send a test"</h2>
            <p class="recent">"A signed delivery to its address, which asks what would be invalidated. Nothing is."</p>
            <form method="post" action=action.to_owned()>
                <input type="hidden" name="do" value="test"/>
                {lines("tags".into(), "tags", "Tags".into(), &page.typed.name, "On a line each: table:shop.public.orders")}
                <div class="actions"><button class="btn">"Send"</button></div>
            </form>
            {page.tried.as_ref().map(tried)}
        </section>
    }
    .into_any()
}

fn tried(tried: &TriedDelivery) -> AnyView {
    let class = if tried.status == 200 { "state fresh" } else { "state bad" };
    let panels = match &tried.panels {
        None => {
            view! { <p>"There are too many panels to say which would load again."</p> }.into_any()
        }
        Some(panels) if panels.is_empty() => {
            view! { <p>"No panel would load again, in the views that open first."</p> }.into_any()
        }
        Some(panels) => {
            let rows: Vec<AnyView> = panels
                .iter()
                .map(|(dashboard, panel)| {
                    view! { <li>{format!("{dashboard}: {panel}")}</li> }.into_any()
                })
                .collect();
            view! { <p>"Panels that would load again, in the views that open first:"</p><ul>{rows}</ul> }
                .into_any()
        }
    };
    let panels = (tried.status == 200).then_some(panels);
    view! {
        <div role="status">
            <p>"The answer was "<b class=class>{tried.status}</b>"."</p>
            {panels}
            <details open><summary>"The answer"</summary><pre class="code" tabindex="0"><code>{tried.answer.clone()}</code></pre></details>
            <details><summary>"What was sent"</summary><pre class="code" tabindex="0"><code>{tried.sent.clone()}</code></pre></details>
        </div>
    }
    .into_any()
}

fn forms(page: &WebhookPage, action: &str) -> AnyView {
    let hook = &page.webhook;
    let overlap = hook.until.map(|_| {
        let about = "the previous secret is no longer accepted".to_owned();
        button(action.to_owned(), "end-overlap", Vec::new(), "End the old secret now", about)
    });
    let remove = match page.asks_to_remove {
        false => view! {
            <a class="btn" href=format!("{action}?do=remove#remove")>"Remove…"</a>
        }
        .into_any(),
        true => view! {
            <p>{format!("Whoever sends to /hooks/{} is refused from then on. This cannot be taken back: a new one has another secret.", hook.name)}</p>
            <div class="actions">
                {button(action.to_owned(), "remove", Vec::new(), "Remove", format!("webhook {}", hook.name))}
                <a class="btn" href=action.to_owned()>"Cancel"</a>
            </div>
        }
        .into_any(),
    };
    view! {
        <section class="operation" aria-labelledby="limits">
            <h2 id="limits">"What it may do"</h2>
            <form method="post" action=action.to_owned()>
                <input type="hidden" name="do" value="limit"/>
                {limit_fields(&page.typed)}
                <div class="actions"><button class="btn primary">"Save"</button></div>
            </form>
        </section>
        <section class="operation" aria-labelledby="rotate">
            <h2 id="rotate">"New secret"</h2>
            <p class="recent">"The old secret stays valid for a while, so that no delivery is refused while you update the senders."</p>
            <form method="post" action=action.to_owned()>
                <input type="hidden" name="do" value="rotate"/>
                {text("overlap", "Keep the old one for", "24h", Some("Such as 1h or 7d; 0 if it has leaked."))}
                <div class="actions"><button class="btn">"Rotate"</button></div>
            </form>
            {overlap}
        </section>
        <section class="operation" aria-labelledby="remove">
            <h2 id="remove">"Remove"</h2>
            {remove}
        </section>
    }
    .into_any()
}
