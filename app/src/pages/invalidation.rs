//! What invalidates the cache: the webhooks, what came to them lately, and how to send.

use super::cache_figures::facts;
use crate::service::{DeliveryRow, InvalidationPage, WebhookRow};
use brisk_domain::{Timestamp, format};
use leptos::prelude::*;

/// `/admin/invalidation`
pub fn invalidation(page: &InvalidationPage) -> AnyView {
    let hooks: Vec<AnyView> = page.webhooks.iter().map(|hook| webhook(hook, page.now)).collect();
    let none = page.webhooks.is_empty().then(|| {
        view! {
            <div class="sheet">
                <h2>"No webhooks yet"</h2>
                <p>"With a webhook, the program that writes data says what changed, and no reader is shown an older value as current. Declare one in brisk.toml:"</p>
                <pre class="code"><code>"[webhook.shop]\nsecret_env = \"SHOP_WEBHOOK_SECRET\"\nallow = [\"table:shop.*\"]"</code></pre>
            </div>
        }
    });
    view! {
        <main id="main">
            <div class="page-head"><div>
                <h1>"Invalidation"</h1>
                <p>"Who may say that data have changed, and what was made of it."</p>
            </div></div>
            <div class="page admin cache-admin">
                {none}
                {hooks}
                {deliveries(page)}
                {snippets(page)}
            </div>
        </main>
    }
    .into_any()
}

fn webhook(hook: &WebhookRow, now: Timestamp) -> AnyView {
    let title = format!("hook-{}", hook.name);
    let allow = match &hook.allow {
        None => "every tag".to_owned(),
        Some(patterns) => patterns.join(", "),
    };
    let secrets = match hook.secrets {
        1 => "one".to_owned(),
        many => format!("{many}: a new one replaces the old one"),
    };
    let last = hook.last.map_or_else(|| "none yet".to_owned(), |at| format::ago(at, now));
    view! {
        <section class="operation" aria-labelledby=title.clone()>
            <h2 id=title.clone()>"Webhook "{hook.name.clone()}</h2>
            {facts(&[
                ("Address", format!("/hooks/{}", hook.name)),
                ("May invalidate", allow),
                ("Secrets", secrets),
                ("Last delivery", last),
            ])}
        </section>
    }
    .into_any()
}

fn deliveries(page: &InvalidationPage) -> AnyView {
    if page.deliveries.is_empty() {
        return view! {
            <section class="operation" aria-labelledby="deliveries">
                <h2 id="deliveries">"Deliveries"</h2>
                <p class="recent">"None since this process started."</p>
            </section>
        }
        .into_any();
    }
    let rows: Vec<AnyView> = page.deliveries.iter().map(|row| delivery(row, page.now)).collect();
    view! {
        <section class="operation" aria-labelledby="deliveries">
            <h2 id="deliveries">"Deliveries"</h2>
            <p class="recent">"The latest hundred that were done, and the latest hundred that were refused, to this process."</p>
            <div class="scroll" tabindex="0" role="region" aria-label="Table of deliveries">
                <table class="tb">
                    <thead><tr>
                        <th scope="col">"Came"</th>
                        <th scope="col">"Webhook"</th>
                        <th scope="col">"Verdict"</th>
                        <th scope="col">"Tags"</th>
                        <th scope="col" class="n">"Invalidated"</th>
                    </tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}

fn delivery(row: &DeliveryRow, now: Timestamp) -> AnyView {
    let (class, verdict) = match &row.refused {
        None => ("state fresh", "done".to_owned()),
        Some(why) => ("state bad", why.clone()),
    };
    let more = row.named.saturating_sub(row.tags.len());
    let mut tags = row.tags.join(", ");
    if more > 0 {
        tags.push_str(&format!(" and {more} more"));
    }
    let hook = row.hook.clone().unwrap_or_else(|| "no such webhook".to_owned());
    view! {
        <tr>
            <td>{format::ago(row.at, now)}</td>
            <td>{hook}</td>
            <td><b class=class>{row.status}</b>" "{verdict}</td>
            <td><code>{tags}</code></td>
            <td class="n">{row.invalidated}</td>
        </tr>
    }
    .into_any()
}

/// How to send, from the tools that people have.
fn snippets(page: &InvalidationPage) -> AnyView {
    let name = page.webhooks.first().map_or("shop", |hook| hook.name.as_str());
    let snippets = [
        ("From a shell", SHELL),
        ("From Python", PYTHON),
        ("From dbt, after a run", DBT),
        ("From Airflow, after a task", AIRFLOW),
        ("From GitHub Actions", ACTIONS),
    ];
    let snippets: Vec<_> = snippets
        .into_iter()
        .map(|(title, text)| {
            let text = text.replace("NAME", name);
            view! { <details><summary>{title}</summary><pre class="code" tabindex="0"><code>{text}</code></pre></details> }
        })
        .collect();
    view! {
        <section class="operation" aria-labelledby="sending">
            <h2 id="sending">"Sending"</h2>
            <p class="recent">"Deliveries are signed as the Standard Webhooks specification says; its libraries work unchanged. SECRET is the webhook's, ADDRESS this server's."</p>
            {snippets}
        </section>
    }
    .into_any()
}

const SHELL: &str = r#"BODY='{"type": "data.loaded", "data": {"tags": ["table:shop.orders"]}}'
ID=msg_$(openssl rand -hex 16); AT=$(date +%s)
KEY=$(printf %s "${SECRET#whsec_}" | openssl base64 -d -A | od -An -v -tx1 | tr -d ' 
')
SIGNATURE=$(printf %s "$ID.$AT.$BODY" |
  openssl dgst -sha256 -mac HMAC -macopt "hexkey:$KEY" -binary | openssl base64 -A)
curl --fail-with-body --retry 5 "$ADDRESS/hooks/NAME" --json "$BODY"   -H "webhook-id: $ID" -H "webhook-timestamp: $AT" -H "webhook-signature: v1,$SIGNATURE""#;

const PYTHON: &str = r#"# pip install standardwebhooks requests
import datetime, json, os, uuid, requests
from standardwebhooks import Webhook

body = json.dumps({"type": "data.loaded", "data": {"tags": ["table:shop.orders"]}})
id, at = f"msg_{uuid.uuid4().hex}", datetime.datetime.now(tz=datetime.timezone.utc)
requests.post(os.environ["ADDRESS"] + "/hooks/NAME", body, headers={
    "content-type": "application/json",
    "webhook-id": id,
    "webhook-timestamp": str(int(at.timestamp())),
    "webhook-signature": Webhook(os.environ["SECRET"]).sign(id, at, body),
}, timeout=10).raise_for_status()"#;

const DBT: &str = r#"dbt run
# The relations that were built, as tags. Name the source as Brisk knows it.
BODY=$(jq -c '{type: "dbt.run", data: {tags: [.results[] | select(.status == "success")
  | .relation_name // empty | gsub("[\"`]"; "") | split(".") | "table:shop." + (.[-2:] | join("."))]}}' \
  target/run_results.json)
# Then sign and send $BODY as from a shell."#;

const AIRFLOW: &str = r#"from airflow.decorators import task

@task.virtualenv(requirements=["standardwebhooks", "requests"])
def invalidate(address, secret, tags):
    import datetime, json, uuid, requests
    from standardwebhooks import Webhook
    body = json.dumps({"type": "data.loaded", "data": {"tags": tags}})
    id, at = f"msg_{uuid.uuid4().hex}", datetime.datetime.now(tz=datetime.timezone.utc)
    requests.post(f"{address}/hooks/NAME", body, headers={
        "content-type": "application/json",
        "webhook-id": id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign(id, at, body),
    }, timeout=10).raise_for_status()"#;

const ACTIONS: &str = r#"- name: Invalidate dashboards
  env:
    ADDRESS: ${{ vars.BRISK_ADDRESS }}
    SECRET: ${{ secrets.BRISK_WEBHOOK_SECRET }}
  run: |
    # the lines for a shell, above"#;
