//! How a finished report is sent, and what became of it. Nothing here decides when, or to whom.
//!
//! ```text
//!   Contents ──► Message ──┬──► mail::Mailer ─────┐
//!   (any texts)  (bounded) ├──► slack::Chat ──────┤
//!                          ├──► webhook::Webhook ─┼──► Outcome
//!                          └──► folder::Folder ───┘
//! ```
//!
//! 1. A [`Message`] is made of [`Contents`] once for each recipient. Texts in it are of one line, without marks of
//!    direction, and cut; what has too many or too large files is refused, with a sentence.
//! 2. A channel sends it, over the one client ([`brisk_outgoing::Client`]), and never twice by itself once
//!    the receiver may have taken it.
//! 3. Its [`Outcome`] is exact: whether the message was taken, was refused, was certainly not taken, or
//!    whether nobody can tell. Whoever calls records a claim before, and the outcome after; a process that
//!    died between them left an unknown outcome, too.
//!
//! To add a channel, add a file with a type that sends a [`Message`] and returns an [`Outcome`], a row to the
//! table of `docs/reports.md`, and a test for each point at which the connection may break.

mod exchange;
mod file_name;
pub mod folder;
pub mod mail;
mod message;
mod outcome;
mod plain;
mod secret;
pub mod slack;
mod text;
pub mod webhook;

pub use message::{
    Attachment, Change, Contents, Drawing, Figure, Filter, Meaning, Message, MessageId, Unfit,
};
pub use outcome::{Outcome, Words};
pub use secret::Secret;
