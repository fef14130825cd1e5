//! [`Message`]: what a report says, within bounds that all channels can keep.

use crate::file_name::{distinct, file_name};
use crate::text::{line, lines};
use brisk_domain::Timestamp;
use bytes::Bytes;
use std::collections::HashSet;
use std::fmt;
use url::Url;

/// What a report says, before it is checked. Texts may be any.
#[derive(Debug, Clone)]
pub struct Contents {
    /// Which message it is.
    pub id: MessageId,
    /// The subject, filled in ([`brisk_domain::report::Template`]).
    pub subject: String,
    /// An introduction of several lines, or nothing.
    pub introduction: String,
    /// The dashboard's title.
    pub title: String,
    /// Where the same view is, live.
    pub address: Option<Url>,
    /// The range in words: "23 – 29 November 2026".
    pub range: String,
    /// What the view is limited to.
    pub filters: Vec<Filter>,
    /// How current the data are: "as of 06:00, 30 November 2026 (Europe/Berlin)".
    pub as_of: String,
    /// When the report was due.
    pub due: Timestamp,
    /// Why it is late, if it is: a sentence.
    pub late: Option<String>,
    /// Its figures, in their order.
    pub figures: Vec<Figure>,
    /// Small drawings, shown in the message itself.
    pub drawings: Vec<Drawing>,
    /// Files.
    pub attachments: Vec<Attachment>,
    /// Where the recipient ends this report, for himself, with one request (RFC 8058).
    pub unsubscribe: Option<Url>,
}

/// What a view is limited to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// The variable's label.
    pub label: String,
    /// What was chosen, as shown.
    pub value: String,
}

/// A figure, as the dashboard shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figure {
    /// What it is.
    pub label: String,
    /// The value as shown, with its unit.
    pub value: String,
    /// How it has changed.
    pub change: Option<Change>,
}

/// How a figure has changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The change as shown, with its sign.
    pub text: String,
    /// Whether that is good.
    pub meaning: Meaning,
}

/// Whether a change is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Meaning {
    /// For the better.
    Good,
    /// For the worse.
    Bad,
    /// Neither, or nobody said.
    Neutral,
}

impl Meaning {
    /// The word that is beside the colour; none for what is neither.
    pub(crate) fn word(self) -> Option<&'static str> {
        match self {
            Self::Good => Some("better"),
            Self::Bad => Some("worse"),
            Self::Neutral => None,
        }
    }
}

/// A drawing for the message itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drawing {
    /// The panel's title.
    pub title: String,
    /// What it shows, in words.
    pub alternative: String,
    /// The image, PNG. It may have more pixels than it is shown at.
    pub png: Bytes,
    /// How wide and high it is shown, in CSS pixels.
    pub size: (u32, u32),
}

/// A file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Its name; slashes and the like are replaced.
    pub name: String,
    /// Its media type: `application/pdf`.
    pub media_type: String,
    /// What is in it.
    pub bytes: Bytes,
    /// Where it can be fetched, for receivers that get no large files.
    pub link: Option<Url>,
}

/// Which message it is: the same for a report, a due time and a recipient, so that whoever gets it twice can
/// tell.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct MessageId(String);

impl MessageId {
    /// The id of what `recipient` gets of a report that is due at `due`.
    pub fn of(report: &str, due: Timestamp, recipient: &str) -> Self {
        let mut hash = blake3::Hasher::new_derive_key("brisk 2026 message id of a report");
        for part in [report.as_bytes(), &due.0.to_be_bytes(), recipient.as_bytes()] {
            hash.update(&(part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        Self(hash.finalize().to_hex()[..32].to_owned())
    }

    /// 32 hexadecimal digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The most characters of a line: a title, a label, a value.
const LINE: usize = 200;
/// The most characters of a text: an introduction, which may be a long template filled in; an alternative text.
const INTRODUCTION: usize = 6000;
const TEXT: usize = 2000;
/// The most figures, filters, drawings and files.
const FIGURES: usize = 24;
const FILTERS: usize = 24;
const DRAWINGS: usize = 12;
const ATTACHMENTS: usize = 16;
/// The most bytes of a drawing, and of all files and drawings together: mail servers take 25 MB rather often,
/// of which base64 leaves 18.
const DRAWING: usize = 1 << 20;
const ALL: usize = 18_000_000;
/// The longest address, in bytes; in a header it cannot be folded.
const ADDRESS: usize = 2000;
const UNSUBSCRIBE: usize = 800;
/// The largest drawing, in CSS pixels.
const SIDE: u32 = 4000;

/// Why a message cannot be sent by any channel.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// Too many of something.
    #[error("a message has {most} {what} at most, not {has}: leave some out")]
    Many {
        /// Of what.
        what: &'static str,
        /// How many there are.
        has: usize,
        /// How many there may be.
        most: usize,
    },
    /// All bytes together.
    #[error(
        "files and drawings have {has} bytes together; {ALL} are what mail servers take: send fewer files, or \
         a link"
    )]
    Large {
        /// How many bytes there are.
        has: usize,
    },
    /// A drawing is not one.
    #[error(
        "the drawing \"{title}\" is no PNG of at most {SIDE} × {SIDE} pixels and {DRAWING} bytes"
    )]
    Drawing {
        /// Its title.
        title: String,
    },
    /// A media type is not one.
    #[error("the file \"{name}\" has a media type that is none: write one like application/pdf")]
    MediaType {
        /// The file's name.
        name: String,
    },
    /// An address is of another scheme, has a password in it, or is too long.
    #[error("the {what} has to begin with https:// or http://, without a password, and be shorter")]
    Address {
        /// Of what.
        what: &'static str,
    },
}

/// A message that every channel can send.
#[derive(Debug, Clone)]
pub struct Message(Contents);

impl Message {
    /// Checks what a report says: texts are made harmless, what is too much is refused.
    pub fn new(mut contents: Contents) -> Result<Self, Unfit> {
        count("figures", contents.figures.len(), FIGURES)?;
        count("filters", contents.filters.len(), FILTERS)?;
        count("drawings", contents.drawings.len(), DRAWINGS)?;
        count("files", contents.attachments.len(), ATTACHMENTS)?;
        address("dashboard's address", contents.address.as_ref(), ADDRESS)?;
        address("link to unsubscribe", contents.unsubscribe.as_ref(), UNSUBSCRIBE)?;
        for text in [&mut contents.title, &mut contents.range, &mut contents.as_of] {
            *text = line(text, LINE);
        }
        contents.subject = line(&contents.subject, LINE);
        if contents.title.is_empty() {
            contents.title = "Report".to_owned();
        }
        if contents.subject.is_empty() {
            contents.subject.clone_from(&contents.title);
        }
        contents.introduction = lines(&contents.introduction, INTRODUCTION);
        contents.late = contents.late.map(|why| line(&why, LINE));
        for filter in &mut contents.filters {
            filter.label = line(&filter.label, LINE);
            filter.value = line(&filter.value, LINE);
        }
        for figure in &mut contents.figures {
            figure.label = line(&figure.label, LINE);
            figure.value = line(&figure.value, LINE);
            if let Some(change) = &mut figure.change {
                change.text = line(&change.text, LINE);
            }
        }
        for drawing in &mut contents.drawings {
            drawing.title = line(&drawing.title, LINE);
            drawing.alternative = line(&drawing.alternative, TEXT);
            check_drawing(drawing)?;
        }
        check_attachments(&mut contents.attachments)?;
        let has = contents.drawings.iter().map(|drawing| drawing.png.len());
        let has = has.chain(contents.attachments.iter().map(|file| file.bytes.len())).sum();
        if has > ALL {
            return Err(Unfit::Large { has });
        }
        Ok(Self(contents))
    }

    /// What it says, checked.
    pub fn contents(&self) -> &Contents {
        &self.0
    }
}

fn count(what: &'static str, has: usize, most: usize) -> Result<(), Unfit> {
    if has > most { Err(Unfit::Many { what, has, most }) } else { Ok(()) }
}

fn address(what: &'static str, url: Option<&Url>, longest: usize) -> Result<(), Unfit> {
    let is_fine = url.is_none_or(|url| {
        ["http", "https"].contains(&url.scheme())
            && url.username().is_empty()
            && url.password().is_none()
            && url.as_str().len() <= longest
    });
    if is_fine { Ok(()) } else { Err(Unfit::Address { what }) }
}

fn check_drawing(drawing: &Drawing) -> Result<(), Unfit> {
    let (width, height) = drawing.size;
    let is_fine = (1..=SIDE).contains(&width)
        && (1..=SIDE).contains(&height)
        && drawing.png.len() <= DRAWING
        && drawing.png.starts_with(b"\x89PNG\r\n\x1a\n");
    if is_fine { Ok(()) } else { Err(Unfit::Drawing { title: drawing.title.clone() }) }
}

fn check_attachments(attachments: &mut [Attachment]) -> Result<(), Unfit> {
    let mut taken = HashSet::new();
    for file in attachments {
        file.name = file_name(&file.name);
        address("link of a file", file.link.as_ref(), ADDRESS)?;
        if !is_media_type(&file.media_type) {
            return Err(Unfit::MediaType { name: file.name.clone() });
        }
        file.name = distinct(&file.name, &mut taken);
    }
    Ok(())
}

fn is_media_type(text: &str) -> bool {
    let is_token = |part: &str| {
        !part.is_empty()
            && part.len() <= 100
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&b))
    };
    text.split_once('/').is_some_and(|(kind, subtype)| is_token(kind) && is_token(subtype))
}
