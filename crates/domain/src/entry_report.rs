//! What the cache has of a panel, for who wants to know why it shows what it shows.

use crate::{Timestamp, ZoneOffsets};

/// The entries of one panel for one view.
#[derive(Debug, Clone, PartialEq)]
pub struct PanelEntries {
    /// One for each of its statements.
    pub entries: Vec<EntryReport>,
    /// When it was looked.
    pub now: Timestamp,
    /// The dashboard's zone, for reading times.
    pub offsets: ZoneOffsets,
}

/// One entry: what it is, how current, by which rules.
#[derive(Debug, Clone, PartialEq)]
pub struct EntryReport {
    /// Which of the panel's statements.
    pub of: EntryOf,
    /// The beginning of its key, in hexadecimal digits.
    pub key: String,
    /// How current it is.
    pub state: EntryState,
    /// Why, in a sentence or two.
    pub why: String,
    /// Seconds for which it is fresh by its policy, before jitter.
    pub ttl: u64,
    /// Who says so.
    pub ttl_from: PolicyPlace,
    /// Seconds of its stale window.
    pub stale: u64,
    /// Who says so.
    pub stale_from: PolicyPlace,
    /// What it depends on.
    pub tags: Vec<String>,
    /// The stored entry, if there is one.
    pub stored: Option<StoredEntry>,
}

/// An entry that is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoredEntry {
    /// When its load began.
    pub loaded_at: Timestamp,
    /// Until when it is fresh, with jitter.
    pub fresh_until: Timestamp,
    /// Until when it may be shown.
    pub usable_until: Timestamp,
    /// How long its load took, in microseconds.
    pub load_time: u64,
    /// How large it is in memory, roughly.
    pub bytes: u64,
}

/// Which of a panel's statements an entry belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryOf {
    /// The panel's own.
    Statement,
    /// The same over the compared period.
    Compared,
    /// A stat's small line.
    SmallLine,
}

/// How current an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryState {
    /// Within its TTL.
    Fresh,
    /// Past its TTL, within the stale window.
    Stale,
    /// From before an invalidation.
    Previous,
    /// In this process's memory, while the shared cache cannot be asked.
    Unverified,
    /// Not there, or past its stale window.
    Gone,
    /// Never stored.
    Off,
}

/// Who says how long an entry may be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PolicyPlace {
    /// The panel's `cache`.
    Panel,
    /// The dashboard's `cache`.
    Dashboard,
    /// The source's `cache` in the configuration.
    Source,
    /// The configuration's `[cache]`.
    Configuration,
    /// Nobody: it is built in.
    BuiltIn,
}

impl EntryOf {
    /// The words for readers.
    pub fn words(self) -> &'static str {
        match self {
            Self::Statement => "Statement",
            Self::Compared => "Compared period",
            Self::SmallLine => "Small line",
        }
    }
}

impl EntryState {
    /// The word for readers.
    pub fn word(self) -> &'static str {
        match self {
            Self::Fresh => "fresh",
            Self::Stale => "stale",
            Self::Previous => "previous",
            Self::Unverified => "unverified",
            Self::Gone => "not there",
            Self::Off => "not stored",
        }
    }
}

impl PolicyPlace {
    /// The words for readers: "5 min, from the panel's file".
    pub fn words(self) -> &'static str {
        match self {
            Self::Panel => "the panel",
            Self::Dashboard => "the dashboard",
            Self::Source => "the source's configuration",
            Self::Configuration => "the configuration",
            Self::BuiltIn => "the built-in default",
        }
    }
}
