//! Snippets that send a delivery from common tools.

use leptos::prelude::*;

/// The snippets, for the webhook of that name.
pub(super) fn snippets(name: &str) -> AnyView {
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
# The file as it is: models that were built become tags, model:orders, and their tables, if the webhook
# knows its source. More than 64 KiB are taken only then.
BODY=$(cat target/run_results.json)
# Then sign and send $BODY as from a shell: curl --data-binary @target/run_results.json"#;

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
