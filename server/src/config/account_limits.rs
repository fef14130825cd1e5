//! `[account_limits]`: how much one account may ask for, in all its sessions and by all its tokens.

use super::clients::ClientLimits;
use brisk_toml_reader::{Fields, Problems};

/// How much one account may ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccountLimits {
    /// Different views that have to be loaded, at once.
    pub cold_views: u32,
    /// How many more each second.
    pub cold_views_per_second: u32,
    /// Views that are loaded again although they are there ("Refresh"), at once.
    pub refreshes: u32,
    /// How many more each minute.
    pub refreshes_per_minute: u32,
    /// Pages that are open and follow their data.
    pub streams: u32,
    /// Requests of the API, at once.
    pub api_requests: u32,
    /// How many more each second.
    pub api_requests_per_second: u32,
}

impl Default for AccountLimits {
    /// More than any person, and a program that asks as people do.
    fn default() -> Self {
        let ClientLimits { cold_views, cold_views_per_second, .. } = ClientLimits::default();
        Self {
            cold_views,
            cold_views_per_second,
            refreshes: 30,
            refreshes_per_minute: 30,
            streams: 100,
            api_requests: 600,
            api_requests_per_second: 20,
        }
    }
}

impl AccountLimits {
    /// Reads `[account_limits]`.
    pub(super) fn read(table: &Fields<'_>, problems: &mut Problems<'_>) -> Self {
        let usual = Self::default();
        let mut whole = |key, usual| table.whole(key, 1..=1_000_000, problems).unwrap_or(usual);
        let limits = Self {
            cold_views: whole("cold_views", usual.cold_views),
            cold_views_per_second: whole("cold_views_per_second", usual.cold_views_per_second),
            refreshes: whole("refreshes", usual.refreshes),
            refreshes_per_minute: whole("refreshes_per_minute", usual.refreshes_per_minute),
            streams: whole("streams", usual.streams),
            api_requests: whole("api_requests", usual.api_requests),
            api_requests_per_second: whole(
                "api_requests_per_second",
                usual.api_requests_per_second,
            ),
        };
        table.finish(problems);
        limits
    }
}
