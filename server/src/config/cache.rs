//! `[cache]`, and `cache` of a source: how long frames may be shown, and how many are kept.

use super::table::{Problems, Table};
use brisk_domain::{CacheMode, CachePolicy};
use std::ops::RangeInclusive;
use std::time::Duration;

/// What holds for all frames, and the bounds of this process's memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CacheSettings {
    /// For what no source, dashboard or panel says otherwise.
    pub policy: CachePolicy,
    /// Bytes of frames kept in memory.
    pub memory: u64,
    /// Bytes; a larger frame is served but not stored.
    pub largest_frame: usize,
    /// Loads that may wait for each source; more are refused at once.
    pub queue: usize,
    /// Whether the first view of every dashboard is loaded at start.
    pub warm: bool,
}

impl Default for CacheSettings {
    fn default() -> Self {
        let cache = brisk_cache::Config::default();
        Self {
            policy: CachePolicy::default(),
            memory: cache.max_bytes,
            largest_frame: cache.max_value_bytes,
            queue: cache.lanes.queue,
            warm: false,
        }
    }
}

/// What TTLs and stale windows may be; the same in dashboards as code.
const LIFE: RangeInclusive<Duration> = Duration::ZERO..=Duration::from_secs(30 * 86_400);
const MEMORY: RangeInclusive<u64> = 1 << 20..=1 << 40;
const LARGEST_FRAME: RangeInclusive<u64> = 1 << 10..=1 << 30;

impl CacheSettings {
    /// Reads `[cache]`.
    pub(super) fn read(table: &Table<'_>, problems: &mut Problems<'_>) -> Self {
        let usual = Self::default();
        let policy = policy_in(table, problems);
        let memory = table.size("memory", MEMORY, problems).unwrap_or(usual.memory);
        let largest = table.size("largest_frame", LARGEST_FRAME, problems);
        let largest_frame = largest.map_or(usual.largest_frame, |bytes| bytes as usize);
        if largest.is_some_and(|largest| largest > memory) {
            let message = "\"largest_frame\" of [cache] is larger than \"memory\"";
            problems.add(table.span_of("largest_frame"), message);
        }
        let queue = table.whole("queue", 0..=1_000_000, problems);
        let warm = table.flag("warm", problems).unwrap_or(usual.warm);
        table.finish(problems);
        let queue = queue.map_or(usual.queue, |queue| queue as usize);
        Self { policy, memory, largest_frame, queue, warm }
    }
}

/// Reads `cache` of a source: a table, or one word for its mode.
pub(super) fn policy(source: &Table<'_>, problems: &mut Problems<'_>) -> CachePolicy {
    let Some(item) = source.item("cache") else {
        return CachePolicy::default();
    };
    if item.is_str() {
        let mode = source.word("cache", &CacheMode::WORDS, problems);
        return CachePolicy { mode, ..CachePolicy::default() };
    }
    let title = format!("\"cache\" of {}", source.title());
    let Some(table) = source.table("cache", &title, problems) else {
        return CachePolicy::default();
    };
    let policy = policy_in(&table, problems);
    table.finish(problems);
    policy
}

fn policy_in(table: &Table<'_>, problems: &mut Problems<'_>) -> CachePolicy {
    let seconds = |duration: Duration| u32::try_from(duration.as_secs()).unwrap_or(u32::MAX);
    CachePolicy {
        ttl: table.seconds("ttl", LIFE, problems).map(seconds),
        stale: table.seconds("stale", LIFE, problems).map(seconds),
        mode: table.word("mode", &CacheMode::WORDS, problems),
    }
}
