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

/// The most characters, as they are sent: Slack refuses a message of which a part is longer. A header has 150;
/// a section and a context 3000; a field 2000, for three texts.
const HEADER: usize = 150;
const SECTION: usize = 2900;
const PART_OF_FIELD: usize = 600;
/// All words; Discord takes 2000. An address that does not fit beside other words is left out.
const TEXT: usize = 1900;
const ADDRESS: usize = 1000;
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
        "text": escaped(&words(contents), TEXT),
        "blocks": blocks(contents),
        // A preview of the dashboard's page would be that of its sign-in.
        "unfurl_links": false,
        "unfurl_media": false,
    })
}

fn blocks(contents: &Contents) -> Vec<Value> {
    let title = text::cut(unmentioned(&contents.title), HEADER);
    let mut blocks = vec![json!({
        "type": "header",
        "text": { "type": "plain_text", "text": title, "emoji": false },
    })];
    let mut context = vec![contents.range.clone(), contents.as_of.clone()];
    context.extend(contents.late.clone());
    for filter in &contents.filters {
        context.push(format!("{}: {}", filter.label, filter.value));
    }
    context.retain(|text| !text.is_empty());
    if !context.is_empty() {
        let context = marked(&escaped(&context.join(" · "), SECTION));
        blocks.push(json!({ "type": "context", "elements": [context] }));
    }
    if !contents.introduction.is_empty() {
        let text = marked(&escaped(&contents.introduction, SECTION));
        blocks.push(json!({ "type": "section", "text": text }));
    }
    for figures in contents.figures.chunks(FIELDS) {
        let fields: Vec<Value> = figures.iter().map(|figure| marked(&field(figure))).collect();
        blocks.push(json!({ "type": "section", "fields": fields }));
    }
    let link = contents.address.as_ref().map(|address| escaped(&link(address), usize::MAX));
    if let Some(link) = link.filter(|link| link.chars().count() < SECTION) {
        let link = marked(&format!("<{link}|Open the dashboard>"));
        blocks.push(json!({ "type": "section", "text": link }));
    }
    blocks
}

/// A text with Slack's marks; `verbatim` keeps Slack from finding names in it.
fn marked(text: &str) -> Value {
    json!({ "type": "mrkdwn", "text": text, "verbatim": true })
}

fn field(figure: &Figure) -> String {
    let change = change(figure).map(|change| format!("\n{}", escaped(&change, PART_OF_FIELD)));
    // A star would end the bold letters early.
    let label = escaped(&figure.label, PART_OF_FIELD).replace('*', "∗");
    let label = if label.is_empty() { String::new() } else { format!("*{label}*\n") };
    let value = escaped(&figure.value, PART_OF_FIELD);
    format!("{label}{value}{}", change.unwrap_or_default())
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
    let address = contents.address.as_ref().map(link).filter(|link| link.len() <= ADDRESS);
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

/// A text that is shown as it is: Slack's signs are written out, and nobody is mentioned. At most `most`
/// characters as it is sent.
fn escaped(text: &str, most: usize) -> String {
    let (mut out, mut left) = (String::with_capacity(text.len()), most);
    for c in unmentioned(text).chars() {
        let sign = match c {
            '&' => "&amp;",
            '<' => "&lt;",
            '>' => "&gt;",
            _ => "",
        };
        let length = sign.len().max(1);
        if left <= length {
            out.push('…');
            break;
        }
        left -= length;
        match sign {
            "" => out.push(c),
            sign => out.push_str(sign),
        }
    }
    out
}

/// A space without width behind each `@`, which Mattermost and Discord find in any text, and between the
/// brackets of Markdown's links and images.
fn unmentioned(text: &str) -> String {
    text.replace('@', "@\u{200b}").replace("](", "]\u{200b}(")
}
