//! [`Webhook`]: the facts of a message as JSON, for programs, signed as Standard Webhooks
//! (<https://www.standardwebhooks.com>).

use crate::exchange::Destination;
use crate::message::{Attachment, Contents, Figure, Meaning, Message};
use crate::outcome::Outcome;
use crate::secret::Secret;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use brisk_domain::{Clock, Timestamp};
use brisk_outgoing::{Client, Failure, Request};
use brisk_signature::{ID, NoSecret, SIGNATURE, SigningKey, TIMESTAMP};
use chrono::{DateTime, SecondsFormat};
use http::header::InvalidHeaderValue;
use http::{HeaderName, HeaderValue};
use serde_json::{Value, json};
use std::sync::Arc;

/// The files that are in the body itself: up to so many bytes each, and together.
const INLINE: usize = 256 << 10;
const INLINE_TOGETHER: usize = 1 << 20;

/// A program that gets reports.
#[derive(Debug)]
pub struct Webhook {
    destination: Destination,
    keys: Vec<SigningKey>,
}

/// Settings that are no webhook's.
#[derive(Debug, thiserror::Error)]
pub enum NoWebhook {
    /// The address is none.
    #[error(transparent)]
    Address(#[from] Failure),
    /// A secret is none.
    #[error(transparent)]
    Secret(#[from] NoSecret),
    /// There is no secret.
    #[error("a webhook needs a secret, or its receiver could not tell who sends: {NoSecret}")]
    Unsigned,
}

impl Webhook {
    /// The program at an address, which knows one of the secrets. During a rotation there are two.
    pub fn new(
        client: Arc<Client>,
        clock: Arc<dyn Clock>,
        address: &Secret,
        secrets: &[Secret],
    ) -> Result<Self, NoWebhook> {
        let keys = secrets.iter().map(|secret| SigningKey::parse(secret.expose()));
        let keys = keys.collect::<Result<Vec<_>, _>>()?;
        if keys.is_empty() {
            return Err(NoWebhook::Unsigned);
        }
        Ok(Self { destination: Destination::new(client, clock, address)?, keys })
    }

    /// Sends a message; once. Sent again, it has the same id and the same body.
    pub async fn send(&self, message: &Message) -> Outcome {
        match self.request(message) {
            Ok(request) => self.destination.hand_over(request).await,
            Err(error) => Outcome::refused(error),
        }
    }

    fn request(&self, message: &Message) -> Result<Request, InvalidHeaderValue> {
        let contents = message.contents();
        let (id, body) = (contents.id.as_str(), body(contents).to_string());
        let at = self.destination.now().seconds().to_string();
        let signatures = self.keys.iter().map(|key| key.sign(id, &at, body.as_bytes()));
        let signatures = signatures.collect::<Vec<_>>().join(" ");
        let mut request = self.destination.request(body);
        for (name, value) in [(ID, id), (TIMESTAMP, &at), (SIGNATURE, &signatures)] {
            let value = HeaderValue::from_str(value)?;
            request = request.with(HeaderName::from_static(name), value);
        }
        Ok(request)
    }
}

fn body(contents: &Contents) -> Value {
    let filters = contents.filters.iter();
    let filters = filters.map(|one| json!({ "label": one.label, "value": one.value }));
    json!({
        "type": "report.due",
        "timestamp": time(contents.due),
        "data": {
            "id": contents.id.as_str(),
            "title": contents.title,
            "subject": contents.subject,
            "introduction": contents.introduction,
            "url": contents.address.as_ref().map(|url| url.as_str()),
            "range": contents.range,
            "filters": filters.collect::<Vec<_>>(),
            "as_of": contents.as_of,
            "late": contents.late,
            "figures": contents.figures.iter().map(figure).collect::<Vec<_>>(),
            "files": files(&contents.attachments),
        },
    })
}

fn figure(figure: &Figure) -> Value {
    let change = figure.change.as_ref().map(|change| {
        let meaning = match change.meaning {
            Meaning::Good => "good",
            Meaning::Bad => "bad",
            Meaning::Neutral => "neutral",
        };
        json!({ "text": change.text, "meaning": meaning })
    });
    json!({ "label": figure.label, "value": figure.value, "change": change })
}

/// Each file with its bytes if it is small, and with its link if it has one.
fn files(files: &[Attachment]) -> Vec<Value> {
    let mut left = INLINE_TOGETHER;
    let file = |file: &Attachment| {
        let is_inline = file.bytes.len() <= INLINE.min(left);
        left -= if is_inline { file.bytes.len() } else { 0 };
        json!({
            "name": file.name,
            "media_type": file.media_type,
            "bytes": file.bytes.len(),
            "url": file.link.as_ref().map(|url| url.as_str()),
            "base64": is_inline.then(|| STANDARD.encode(&file.bytes)),
        })
    };
    files.iter().map(file).collect()
}

fn time(at: Timestamp) -> Option<String> {
    let at = DateTime::from_timestamp(at.seconds(), 0)?;
    Some(at.to_rfc3339_opts(SecondsFormat::Secs, true))
}
