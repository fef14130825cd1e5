//! [`Report`]: a view of a dashboard that is sent, in some form, to recipients, when it is due.
//!
//! - [`recipient`]: who receives it; [`mail_address`]: addresses of mail;
//! - [`timing`]: when it is due;
//! - [`form`](mod@form): as what it is sent;
//! - [`condition`]: on what it depends whether it is sent;
//! - [`template`]: the words around it.
//!
//! Whether a due time has come, who receives it and whether its condition is met is decided in
//! `brisk-reports`.

pub mod condition;
pub mod form;
pub mod mail_address;
pub mod recipient;
pub mod template;
pub mod timing;

pub use condition::{Condition, Test};
pub use form::{Form, Page, Paper, Theme};
pub use mail_address::MailAddress;
pub use recipient::{Locked, Recipient, RecipientName};
pub use template::{Field, Template};
pub use timing::{CronTime, Landing, LatestTime, Period, Timing};

use crate::{PanelId, ReportName, Slug};

/// What is sent to whom, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Its name, which is its file name without `.toml`.
    pub name: ReportName,
    /// Its title for readers.
    pub title: String,
    /// The dashboard that it shows.
    pub dashboard: Slug,
    /// The view of it: the parameters of the page's address. Empty for the view that opens first.
    pub view: Vec<(String, String)>,
    /// The panels that it shows, in the dashboard's order; all of them if `None`.
    pub panels: Option<Vec<PanelId>>,
    /// As what it is sent.
    pub form: Form,
    /// How it looks on paper.
    pub page: Page,
    /// Who receives it, if their rights allow it at that time.
    pub recipients: Vec<Recipient>,
    /// When it is due.
    pub timing: Timing,
    /// On what it depends whether it is sent; always if `None`.
    pub condition: Option<Condition>,
    /// What happens where nobody knows whether a message has arrived.
    pub on_lost: OnLost,
    /// The subject of a message.
    pub subject: Template,
    /// What a message says first, if anything.
    pub introduction: Option<Template>,
    /// Whether its author has paused it.
    pub is_paused: bool,
}

/// What happens where a message was sent, and the answer of the server was lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum OnLost {
    /// It is not sent again: it arrives once, or not at all.
    #[default]
    AtMostOnce,
    /// It is sent again: it arrives once, or more than once.
    AtLeastOnce,
}

impl OnLost {
    /// The words in files and in the store.
    pub const WORDS: [(&'static str, Self); 2] =
        [("at_most_once", Self::AtMostOnce), ("at_least_once", Self::AtLeastOnce)];

    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Self::AtMostOnce => "at_most_once",
            Self::AtLeastOnce => "at_least_once",
        }
    }
}

impl Report {
    /// Words that identify the timing under which its due times are counted. While it is paused these are
    /// words of their own, so that what passes meanwhile is not missed.
    pub fn followed_as(&self) -> String {
        if self.is_paused { "paused".to_owned() } else { self.timing.to_string() }
    }

    /// Whether some recipient gets values that an admin has locked: then only admins may change the
    /// report, because the lock stands for the rights of somebody without an account.
    pub fn has_locks(&self) -> bool {
        self.recipients.iter().any(|recipient| recipient.locked.is_some())
    }
}
