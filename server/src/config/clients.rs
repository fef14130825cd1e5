//! `trusted_proxies` and `[clients]`: who clients are, and how much one of them may ask for.

use super::secret::shown;
use crate::http::client::TrustedProxies;
use brisk_toml_reader::{Fields, Problems};

/// How much one client may ask for of what has to be loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientLimits {
    /// Loads that may wait for a source before no further view is admitted.
    pub queue: usize,
    /// Different views at once.
    pub cold_views: u32,
    /// How many more each second.
    pub cold_views_per_second: u32,
}

impl Default for ClientLimits {
    /// More than any person looks at, and than the people of an office behind one address do.
    fn default() -> Self {
        Self { queue: 200, cold_views: 200, cold_views_per_second: 5 }
    }
}

impl ClientLimits {
    /// Reads `[clients]`.
    pub(super) fn read(table: &Fields<'_>, problems: &mut Problems<'_>) -> Self {
        let usual = Self::default();
        let queue = table.whole("queue", 1..=1_000_000_u32, problems);
        let cold_views = table.whole("cold_views", 1..=1_000_000, problems);
        let per_second = table.whole("cold_views_per_second", 1..=1_000_000, problems);
        table.finish(problems);
        Self {
            queue: queue.map_or(usual.queue, |queue| queue as usize),
            cold_views: cold_views.unwrap_or(usual.cold_views),
            cold_views_per_second: per_second.unwrap_or(usual.cold_views_per_second),
        }
    }
}

/// Reads `trusted_proxies`.
pub(super) fn trusted_proxies(top: &Fields<'_>, problems: &mut Problems<'_>) -> TrustedProxies {
    const KEY: &str = "trusted_proxies";
    let expected = "a list of addresses and networks such as [\"10.0.0.0/8\", \"::1\"]";
    let texts = top.texts(KEY, expected, problems).unwrap_or_default();
    TrustedProxies::parse(texts).unwrap_or_else(|text| {
        let message = format!("{} in \"{KEY}\" is no address and no network", shown(text));
        problems.add(top.place(KEY), message);
        TrustedProxies::default()
    })
}
