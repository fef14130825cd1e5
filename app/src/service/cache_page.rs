//! Data of the pages about the cache.

use super::schedules_page::ScheduleRow;
use brisk_domain::{
    CacheMode, EntryState, Frame, PanelEntries, PolicyPlace, SourceName, Tag, Timestamp,
};
use std::time::Duration;

/// How well the cache serves, and what is in it.
#[derive(Debug)]
pub struct CachePage {
    /// When the figures were read.
    pub now: Timestamp,
    /// When the oldest of them begin: at the latest 24 hours ago.
    pub since: Timestamp,
    /// Readers' lookups since then.
    pub day: CacheFigures,
    /// Readers' lookups of the latest minutes, and how many minutes these are.
    pub lately: (CacheFigures, Duration),
    /// The lookups over time: instant, fresh, stale, missed.
    pub history: Frame,
    /// What holds the entries.
    pub tiers: CacheTiers,
    /// The sources, with the dashboards that read them.
    pub sources: Vec<CachedSource>,
    /// The panels with the highest total load time, costliest first.
    pub costliest: Vec<CachedPanel>,
    /// The panels that readers looked up, and never found in the cache.
    pub never_hit: Vec<CachedPanel>,
    /// The schedules of warming, the next one first; none for readers who do not look after them.
    pub schedules: Option<Vec<ScheduleRow>>,
    /// Whether its reader looks after everything, and not only these dashboards.
    pub is_whole: bool,
    /// The action just done, for the person who did it.
    pub notice: Option<String>,
}

/// One dashboard's panels in the cache.
#[derive(Debug)]
pub struct CachedDashboardPage {
    /// When the figures were read.
    pub now: Timestamp,
    /// Its name.
    pub slug: String,
    /// Its title.
    pub title: String,
    /// Its panels, in the order of the page.
    pub panels: Vec<CachedPanel>,
    /// The action just done, for the person who did it.
    pub notice: Option<String>,
}

/// What an admin has set at one level. Settings are TTL, stale window, mode, early refresh; empty where
/// none is set.
#[derive(Debug)]
pub struct CachePolicyPage {
    /// The level: `global`, `source:shop`, `dashboard:sales`, `panel:sales/revenue`.
    pub scope: String,
    /// What is set, or was typed.
    pub typed: [String; 4],
    /// What the file says.
    pub of_file: [String; 4],
    /// What is set, as TOML for the file.
    pub toml: Option<String>,
    /// Why what was typed is refused.
    pub problem: Option<String>,
    /// The page to go back to.
    pub back: String,
}

/// What a purge would affect, to be confirmed first.
#[derive(Debug)]
pub struct PurgePage {
    /// What is purged.
    pub tag: Tag,
    /// The panels that would load again: dashboard's title, panel's title. `None` if there are too many to
    /// list.
    pub panels: Option<Vec<(String, String)>>,
    /// Whether this is about warming instead, which loads these panels.
    pub warms: bool,
    /// Why it is probably a mistake.
    pub suspicion: Option<String>,
    /// The page to go back to.
    pub back: String,
}

/// What lookups found, and what loads cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CacheFigures {
    /// Lookups answered with a current value.
    pub hits: u64,
    /// Lookups answered with a value past its TTL.
    pub stale: u64,
    /// Lookups that had to wait for the database.
    pub misses: u64,
    /// Statements that ran.
    pub loads: u64,
    /// Statements that failed.
    pub errors: u64,
    /// The time that statements took.
    pub load_time: Duration,
    /// The time that they would have taken in addition without the cache.
    pub saved_time: Duration,
}

impl CacheFigures {
    /// All lookups.
    pub fn lookups(&self) -> u64 {
        self.hits + self.stale + self.misses
    }
}

/// What holds the entries.
#[derive(Debug)]
pub struct CacheTiers {
    /// Bytes in this process's memory, and how many may be there.
    pub memory: (u64, u64),
    /// Redis, where it is configured: for how long it has been unreachable or not writable, and
    /// why.
    pub shared: Option<Option<(Duration, String)>>,
    /// Waits for Redis.
    pub round_trips: u64,
    /// Entries read from Redis, and their bytes.
    pub read: (u64, u64),
    /// Entries written to Redis, and their bytes.
    pub written: (u64, u64),
    /// Entries that could not be written to Redis.
    pub not_written: u64,
}

/// One source and what is cached of it.
#[derive(Debug)]
pub struct CachedSource {
    /// Its name.
    pub name: SourceName,
    /// The policy of what is read from it, unless a dashboard or panel says otherwise.
    pub policy: PolicyInForce,
    /// Its dashboards.
    pub dashboards: Vec<CachedDashboard>,
}

/// One dashboard in the list.
#[derive(Debug)]
pub struct CachedDashboard {
    /// Its name.
    pub slug: String,
    /// Its title.
    pub title: String,
    /// Its policy for the source under which it is listed.
    pub policy: PolicyInForce,
    /// Readers' lookups of its panels since the process began.
    pub figures: CacheFigures,
}

/// One panel.
#[derive(Debug)]
pub struct CachedPanel {
    /// The page of its dashboard's panels.
    pub dashboard: String,
    /// Its name.
    pub id: String,
    /// Its title.
    pub title: String,
    /// How long its entries may be shown.
    pub policy: PolicyInForce,
    /// Readers' lookups since the process began.
    pub figures: CacheFigures,
    /// The same of warming, which no reader waited for.
    pub warming: CacheFigures,
    /// Median and 95th percentile of its latest loads, for readers or to warm.
    pub load_times: Option<(Duration, Duration)>,
    /// What the cache holds for the default view; or why that is not known.
    pub entries: Option<Result<PanelEntries, String>>,
}

impl CachedPanel {
    /// The time that its statements took, for readers and to warm.
    pub fn total_time(&self) -> Duration {
        self.figures.load_time + self.warming.load_time
    }

    /// Why none of its lookups was a hit.
    pub fn why_never_hit(&self) -> &'static str {
        match (self.policy.mode.0, self.figures) {
            (CacheMode::Off, _) => "Its cache is off: every lookup runs the statement.",
            (_, CacheFigures { loads, errors, .. }) if loads > 0 && loads == errors => {
                "Each of its loads failed, and failures are not kept."
            }
            (_, figures) if figures.lookups() == 1 => "It was looked up only once.",
            (_, CacheFigures { stale, .. }) if stale > 0 => {
                "It is looked up only after its TTL has passed: a longer one would help."
            }
            _ => {
                "Each lookup was of another view, or came after the entry had expired or was \
                 invalidated: fewer variables, wider ranges or a longer TTL would help."
            }
        }
    }
}

/// A policy, and what sets each part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PolicyInForce {
    /// The TTL in seconds.
    pub ttl: (u64, PolicyPlace),
    /// The stale window in seconds.
    pub stale: (u64, PolicyPlace),
    /// Whether entries are stored, and whether outdated ones are shown.
    pub mode: (CacheMode, PolicyPlace),
    /// Whether entries in use are refreshed before their TTL is over.
    pub early: (bool, PolicyPlace),
}

/// The states of a panel's entries in a word: the least current one.
pub fn least_current(entries: &PanelEntries) -> Option<EntryState> {
    let rank = |state: &EntryState| match state {
        EntryState::Fresh => 0,
        EntryState::Stale => 1,
        EntryState::Unverified => 2,
        EntryState::Previous => 3,
        EntryState::Off => 4,
        EntryState::Gone => 5,
    };
    entries.entries.iter().map(|entry| entry.state).max_by_key(rank)
}
