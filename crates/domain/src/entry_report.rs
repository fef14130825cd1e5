//! What the cache holds for a panel, to explain to readers why it shows what it does.

use crate::{Timestamp, ZoneOffsets};

/// The entries of one panel for one view.
#[derive(Debug, Clone, PartialEq)]
pub struct PanelEntries {
    /// One per statement of the panel.
    pub entries: Vec<EntryReport>,
    /// When the report was made.
    pub now: Timestamp,
    /// The dashboard's zone, for showing times.
    pub offsets: ZoneOffsets,
}

/// One entry: which one, how current, and under which policy.
#[derive(Debug, Clone, PartialEq)]
pub struct EntryReport {
    /// Which of the panel's statements it belongs to.
    pub of: EntryOf,
    /// The first hexadecimal digits of its key.
    pub key: String,
    /// How current it is.
    pub state: EntryState,
    /// Why, in a sentence or two.
    pub why: String,
    /// The TTL that its policy sets, in seconds, before jitter.
    pub ttl: u64,
    /// What sets it.
    pub ttl_from: PolicyPlace,
    /// Its stale window in seconds.
    pub stale: u64,
    /// What sets it.
    pub stale_from: PolicyPlace,
    /// What it depends on.
    pub tags: Vec<String>,
    /// The stored entry, if there is one.
    pub stored: Option<StoredEntry>,
}

/// A stored entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoredEntry {
    /// When its load began.
    pub loaded_at: Timestamp,
    /// When it stops being fresh, with jitter.
    pub fresh_until: Timestamp,
    /// When it may no longer be shown.
    pub usable_until: Timestamp,
    /// How long its load took, in microseconds.
    pub load_time: u64,
    /// Its approximate size in memory, in bytes.
    pub bytes: u64,
}

/// Which of a panel's statements an entry belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryOf {
    /// The panel's own.
    Statement,
    /// The same statement over the comparison period.
    Compared,
    /// A stat's sparkline.
    SmallLine,
    /// Whether the data go back to the comparison period.
    Beginning,
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
    /// In this process's memory, while the shared cache is unreachable.
    Unverified,
    /// Absent, or past its stale window.
    Gone,
    /// Never stored.
    Off,
}

/// Which setting decides how long an entry may be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PolicyPlace {
    /// An administrator's setting for the panel.
    PanelSetting,
    /// The panel's `cache`.
    Panel,
    /// An administrator's setting for the dashboard.
    DashboardSetting,
    /// The dashboard's `cache`.
    Dashboard,
    /// An administrator's setting for the source.
    SourceSetting,
    /// The source's `cache` in the configuration.
    Source,
    /// An administrator's setting for everything.
    GlobalSetting,
    /// The configuration's `[cache]`.
    Configuration,
    /// No setting: the built-in default.
    BuiltIn,
}

impl EntryOf {
    /// The text for readers.
    pub fn words(self) -> &'static str {
        match self {
            Self::Statement => "Statement",
            Self::Compared => "Compared period",
            Self::SmallLine => "Small line",
            Self::Beginning => "Beginning of the data",
        }
    }
}

impl EntryState {
    /// The text for readers.
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
    /// The text for readers: "5 min, from the panel's file".
    pub fn words(self) -> &'static str {
        match self {
            Self::PanelSetting => "an administrator's setting for the panel",
            Self::Panel => "the panel",
            Self::DashboardSetting => "an administrator's setting for the dashboard",
            Self::Dashboard => "the dashboard",
            Self::SourceSetting => "an administrator's setting for the source",
            Self::Source => "the source's configuration",
            Self::GlobalSetting => "an administrator's setting for everything",
            Self::Configuration => "the configuration",
            Self::BuiltIn => "the built-in default",
        }
    }
}
