//! A message as it is sent: headers and parts. lettre encodes them.
//!
//! ```text
//! multipart/mixed                 if there are files
//! ├── multipart/alternative
//! │   ├── text/plain
//! │   └── multipart/related       if there are drawings
//! │       ├── text/html
//! │       └── image/png …
//! └── application/… …
//! ```

use super::address::Mailbox;
use super::html;
use super::settings::Settings;
use crate::message::{Attachment, Contents, Message};
use crate::plain;
use brisk_domain::Timestamp;
use lettre::message::header::{
    ContentTransferEncoding, ContentType, Header, HeaderName, HeaderValue,
};
use lettre::message::{Attachment as Part, Body, MultiPart, SinglePart};
use std::error::Error;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The bytes of the message for one recipient.
pub(super) fn compose(
    message: &Message,
    settings: &Settings,
    to: &Mailbox,
    at: Timestamp,
) -> Result<Vec<u8>, String> {
    let contents = message.contents();
    let id = format!("{}@{}", contents.id, settings.from.domain());
    let mut builder = lettre::Message::builder()
        .from(settings.from.header())
        .to(to.header())
        .subject(contents.subject.clone())
        .date(time(at))
        .message_id(Some(format!("<{id}>")))
        .header(AutoSubmitted);
    if let Some(reply_to) = &settings.reply_to {
        builder = builder.reply_to(reply_to.header());
    }
    if let Some(link) = &contents.unsubscribe {
        builder = builder.header(Unsubscribe(format!("<{link}>")));
        // One request without a question is for https only (RFC 8058).
        if link.scheme() == "https" {
            builder = builder.header(UnsubscribePost);
        }
    }
    let composed = builder.multipart(parts(contents, &id)?);
    Ok(composed.map_err(|error| error.to_string())?.formatted())
}

fn time(at: Timestamp) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(at.seconds().max(0).unsigned_abs())
}

fn parts(contents: &Contents, id: &str) -> Result<MultiPart, String> {
    let names: Vec<String> =
        (1..=contents.drawings.len()).map(|number| format!("drawing-{number}.{id}")).collect();
    let text = SinglePart::plain(plain::text(contents));
    let html = SinglePart::html(html::page(contents, &names));
    let alternative = MultiPart::alternative().singlepart(text);
    let alternative = match contents.drawings.is_empty() {
        true => alternative.singlepart(html),
        false => {
            let mut related = MultiPart::related().singlepart(html);
            for (number, (drawing, name)) in (1..).zip(contents.drawings.iter().zip(names)) {
                let file = format!("drawing-{number}.png");
                let part = Part::new_inline_with_name(name, file);
                related = related.singlepart(part.body(in_base64(&drawing.png), png()?));
            }
            alternative.multipart(related)
        }
    };
    if contents.attachments.is_empty() {
        return Ok(alternative);
    }
    let mixed = MultiPart::mixed().multipart(alternative);
    contents.attachments.iter().try_fold(mixed, |mixed, file| Ok(mixed.singlepart(attached(file)?)))
}

fn attached(file: &Attachment) -> Result<SinglePart, String> {
    let kind = ContentType::parse(&file.media_type).map_err(|error| error.to_string())?;
    Ok(Part::new(file.name.clone()).body(in_base64(&file.bytes), kind))
}

fn png() -> Result<ContentType, String> {
    ContentType::parse("image/png").map_err(|error| error.to_string())
}

/// Bytes as they are: a text would get other line ends on its way.
fn in_base64(bytes: &[u8]) -> Body {
    Body::new_with_encoding(bytes.to_vec(), ContentTransferEncoding::Base64)
        .unwrap_or_else(Body::new)
}

/// No holiday reply is sent to what has this header (RFC 3834).
#[derive(Clone)]
struct AutoSubmitted;

/// Where a mail program's own button leads.
#[derive(Clone)]
struct Unsubscribe(String);

/// That it needs no page in between.
#[derive(Clone)]
struct UnsubscribePost;

/// What nobody asks lettre for.
type Read<T> = Result<T, Box<dyn Error + Send + Sync>>;

fn constant(name: HeaderName, value: &str) -> HeaderValue {
    HeaderValue::dangerous_new_pre_encoded(name, value.to_owned(), value.to_owned())
}

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Read<Self> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        constant(Self::name(), "auto-generated")
    }
}

impl Header for Unsubscribe {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("List-Unsubscribe")
    }

    fn parse(text: &str) -> Read<Self> {
        Ok(Self(text.to_owned()))
    }

    /// An address is ASCII without spaces, and neither folded nor encoded.
    fn display(&self) -> HeaderValue {
        constant(Self::name(), &self.0)
    }
}

impl Header for UnsubscribePost {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("List-Unsubscribe-Post")
    }

    fn parse(_: &str) -> Read<Self> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        constant(Self::name(), "List-Unsubscribe=One-Click")
    }
}
