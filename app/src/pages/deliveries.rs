//! The log of deliveries.

use crate::components::records_table::{Head, records_table};
use crate::service::InvalidationPage;
use brisk_domain::{Delivery, Door, Timestamp, format};
use leptos::prelude::*;

/// The latest deliveries.
pub(super) fn deliveries(page: &InvalidationPage) -> AnyView {
    let whose = match page.has_store {
        true => "The latest hundred that were done, and the latest hundred that were refused.",
        false => {
            "The latest hundred that were done, and the latest hundred that were refused, to this process."
        }
    };
    if page.deliveries.is_empty() {
        let none = match page.has_store {
            true => "None in the last 30 days.",
            false => "None since this process started.",
        };
        return view! {
            <section class="operation" aria-labelledby="deliveries">
                <h2 id="deliveries">"Deliveries"</h2>
                <p class="recent">{none}</p>
            </section>
        }
        .into_any();
    }
    let rows: Vec<AnyView> = page.deliveries.iter().map(|row| delivery(row, page.now)).collect();
    view! {
        <section class="operation" aria-labelledby="deliveries">
            <h2 id="deliveries">"Deliveries"</h2>
            <p class="recent">{whose}</p>
            {records_table(
                "Table of deliveries".to_owned(),
                "tb deliveries",
                &[Head::Text("Came"), Head::Text("To"), Head::Text("Verdict"), Head::Text("Tags"), Head::Number("Invalidated")],
                rows,
            )}
        </section>
    }
    .into_any()
}

fn delivery(row: &Delivery, now: Timestamp) -> AnyView {
    let (class, verdict) = match &row.refused {
        None if row.is_test => ("state", "a test: nothing was invalidated".to_owned()),
        None => ("state fresh", "done".to_owned()),
        Some(why) => ("state bad", why.clone()),
    };
    let more = row.named.saturating_sub(row.tags.len());
    let mut tags = row.tags.join(", ");
    if more > 0 {
        tags.push_str(&format!(" and {more} more"));
    }
    let door = match &row.door {
        Door::Webhook(name) => name.clone(),
        Door::NoWebhook => "no such webhook".to_owned(),
        Door::Api(sender) => format!("the API: {sender}"),
    };
    // What is refused invalidates nothing.
    let count = row.refused.is_none().then(|| match row.is_test {
        true => format!("({})", row.invalidated),
        false => row.invalidated.to_string(),
    });
    let tags = (!tags.is_empty()).then(|| view! { <code>{tags}</code> });
    view! {
        <tr>
            <td>{format::ago(row.at, now)}</td>
            <td>{door}</td>
            <td><b class=class>{row.status}</b>" "{verdict}</td>
            <td>{tags}</td>
            <td class="n">{count}</td>
        </tr>
    }
    .into_any()
}
