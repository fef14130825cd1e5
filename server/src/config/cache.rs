//! `[cache]`: how long frames may be shown, and how many are kept.

use brisk_definition::cache::policy_keys;
use brisk_domain::CachePolicy;
use brisk_toml_reader::{Fields, Problems};
use std::ops::RangeInclusive;
use std::time::Duration;

/// What holds for all frames, and the bounds of this process's memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CacheSettings {
    /// For frames whose source, dashboard and panel set nothing else.
    pub policy: CachePolicy,
    /// Bytes of frames kept in memory.
    pub memory: u64,
    /// Bytes; a larger frame is served but not stored.
    pub largest_frame: usize,
    /// Loads that may wait for each source; beyond that, one of the client with the most is refused.
    pub queue: usize,
    /// How long a load may wait for its source while somebody waits for it.
    pub queue_time: Duration,
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
            queue_time: cache.lanes.deadline,
            warm: false,
        }
    }
}

const MEMORY: RangeInclusive<u64> = 1 << 20..=1 << 40;
const QUEUE_TIME: RangeInclusive<Duration> = Duration::from_secs(1)..=Duration::from_secs(86_400);
const LARGEST_FRAME: RangeInclusive<u64> = 1 << 10..=1 << 30;

impl CacheSettings {
    /// Reads `[cache]`.
    pub(super) fn read(table: &Fields<'_>, problems: &mut Problems<'_>) -> Self {
        let usual = Self::default();
        let policy = policy_keys(table, problems);
        let memory = table.size("memory", MEMORY, problems).unwrap_or(usual.memory);
        let largest = table.size("largest_frame", LARGEST_FRAME, problems);
        let largest_frame = largest.map_or(usual.largest_frame, |bytes| bytes as usize);
        if largest.is_some_and(|largest| largest > memory) {
            let message = "\"largest_frame\" of [cache] is larger than \"memory\"";
            problems.add(table.place("largest_frame"), message);
        }
        let queue = table.whole("queue", 0..=1_000_000, problems);
        let queue_time = table.seconds("queue_time", QUEUE_TIME, problems);
        let queue_time = queue_time.unwrap_or(usual.queue_time);
        let warm = table.flag("warm", problems);
        table.finish(problems);
        let queue = queue.map_or(usual.queue, |queue| queue as usize);
        Self { policy, memory, largest_frame, queue, queue_time, warm }
    }
}
