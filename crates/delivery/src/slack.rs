//! [`Chat`]: a message to a channel of Slack, Mattermost or Discord, over an incoming webhook.
//!
//! Slack shows `blocks`. Mattermost and Discord (at the address with `/slack` at its end) take the same
//! request, but show `text` only, which therefore says all of it, in words without marks; Slack has it
//! for notifications.
//!
//! Nothing that comes from data mentions anybody, is a link under another name, or fetches an image.

use crate::exchange::Destination;
use crate::message::{Contents, Figure, Message};
use crate::outcome::Outcome;
use crate::secret::Secret;
use crate::text;
use brisk_domain::Clock;
use brisk_outgoing::{Client, Failure};
use serde_json::{Value, json};
use std::sync::Arc;
use url::Url;

/// The most characters of a header, and of all text: Discord takes 2000.
const HEADER: usize = 150;
const TEXT: usize = 1900;
/// The most fields of one block.
const FIELDS: usize = 10;

/// A channel of a chat.
#[derive(Debug)]
pub struct Chat(Destination);

impl Chat {
    /// The channel behind an incoming webhook's address.
    pub fn new(
        client: Arc<Client>,
        clock: Arc<dyn Clock>,
        address: &Secret,
    ) -> Result<Self, Failure> {
        Ok(Self(Destination::new(client, clock, address)?))
    }

    /// Posts a message; once.
    pub async fn send(&self, message: &Message) -> Outcome {
        self.0.hand_over(self.0.request(body(message.contents()).to_string())).await
    }
}

fn body(contents: &Contents) -> Value {
    json!({
        "text": escaped(&text::lines(&words(contents), TEXT)) ,
        "blocks": blocks(contents),
        // A preview of the dashboard's page would be that of its sign-in.
        "unfurl_links": false,
        "unfurl_media": false,
    })
}

fn blocks(contents: &Contents) -> Vec<Value> {
    let title = text::line(&contents.title, HEADER);
    let mut blocks = vec![json!({
        "type": "header",
        "text": { "type": "plain_text", "text": unmentioned(&title), "emoji": false },
    })];
    let context = [&contents.range, &contents.as_of].into_iter().filter(|text| !text.is_empty());
    let mut context: Vec<String> = context.map(|text| escaped(text)).collect();
    for filter in &contents.filters {
        context.push(escaped(&format!("{}: {}", filter.label, filter.value)));
    }
    context.extend(contents.late.as_deref().map(escaped));
    if !context.is_empty() {
        let context: String = context.join("  ·  ").chars().take(3000).collect();
        blocks.push(json!({ "type": "context", "elements": [marked(&context)] }));
    }
    if !contents.introduction.is_empty() {
        let text: String = escaped(&contents.introduction).chars().take(3000).collect();
        blocks.push(json!({ "type": "section", "text": marked(&text) }));
    }
    for figures in contents.figures.chunks(FIELDS) {
        let fields: Vec<Value> = figures.iter().map(|figure| marked(&field(figure))).collect();
        blocks.push(json!({ "type": "section", "fields": fields }));
    }
    if let Some(address) = &contents.address {
        let link = format!("<{}|Open the dashboard>", escaped(&link(address)));
        blocks.push(json!({ "type": "section", "text": marked(&link) }));
    }
    blocks
}

/// A text with Slack's marks; `verbatim` keeps Slack from finding names in it.
fn marked(text: &str) -> Value {
    json!({ "type": "mrkdwn", "text": text, "verbatim": true })
}

fn field(figure: &Figure) -> String {
    let change = change(figure).map(|change| format!("\n{}", escaped(&change)));
    // A star would end the bold letters early.
    let label = escaped(&figure.label).replace('*', "∗");
    let label = if label.is_empty() { String::new() } else { format!("*{label}*\n") };
    format!("{label}{}{}", escaped(&figure.value), change.unwrap_or_default())
}

fn change(figure: &Figure) -> Option<String> {
    let change = figure.change.as_ref()?;
    Some(match change.meaning.word() {
        Some(word) => format!("{} · {word}", change.text),
        None => change.text.clone(),
    })
}

/// All of it in words, the most important first.
fn words(contents: &Contents) -> String {
    let figures = contents.figures.iter().map(|figure| {
        let change = change(figure).map(|change| format!(" ({change})")).unwrap_or_default();
        format!("{}: {}{change}", figure.label, figure.value)
    });
    let filters = contents.filters.iter().map(|one| format!("{}: {}", one.label, one.value));
    // Before what may be cut off.
    let address = contents.address.as_ref().map(link);
    let mut lines = vec![contents.title.clone(), contents.range.clone(), contents.as_of.clone()];
    lines.extend(contents.late.clone());
    lines.extend(address);
    lines.extend(filters);
    lines.extend(figures);
    lines.push(contents.introduction.clone());
    lines.retain(|line| !line.is_empty());
    lines.join("\n")
}

/// An address without the signs that end one, or mention somebody.
fn link(address: &Url) -> String {
    address.as_str().replace('|', "%7C").replace('@', "%40").replace('(', "%28")
}

/// A text that is shown as it is: Slack's signs are written out, and nobody is mentioned.
fn escaped(text: &str) -> String {
    let text = unmentioned(text);
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// A space without width behind each `@`, which Mattermost and Discord find in any text, and between the
/// brackets of Markdown's links and images.
fn unmentioned(text: &str) -> String {
    text.replace('@', "@\u{200b}").replace("](", "]\u{200b}(")
}
