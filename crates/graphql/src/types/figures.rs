//! What the cache does, for those who look after it.

use super::scalars::Long;
use async_graphql::SimpleObject;

/// What the cache of this process has done since it started.
#[derive(Debug, Clone, PartialEq, SimpleObject)]
pub struct CacheFigures {
    /// Lookups and loads of all triggers.
    pub all: Figures,
    /// The same by trigger.
    pub triggers: Vec<TriggerFigures>,
    /// Bytes of frames in memory, roughly.
    pub memory_bytes: Long,
    /// Batches that were looked up, of however many entries.
    pub batches: Long,
    /// How often the shared cache was waited for.
    pub round_trips: Long,
    /// Pages and subscriptions that follow their data at the moment.
    pub open_pages: Long,
    /// Different views among them.
    pub followed_views: Long,
}

/// The figures of one trigger.
#[derive(Debug, Clone, PartialEq, SimpleObject)]
pub struct TriggerFigures {
    /// Why lookups happened: `view`, `live`, `api`, `warm`, `report`.
    pub trigger: String,
    /// How many there were.
    pub figures: Figures,
}

/// The figures of one panel and trigger.
#[derive(Debug, Clone, PartialEq, SimpleObject)]
pub struct PanelFigures {
    /// The panel, or the variable whose choices they were.
    pub panel: String,
    /// Why lookups happened: `view`, `live`, `api`, `warm`, `report`.
    pub trigger: String,
    /// How many there were.
    pub figures: Figures,
}

/// Lookups and loads.
#[derive(Debug, Clone, PartialEq, Default, SimpleObject)]
pub struct Figures {
    /// Lookups answered with a current value.
    pub hits: Long,
    /// Lookups answered past the time to live.
    pub stale: Long,
    /// Lookups answered with the value from before an invalidation; they are misses as well.
    pub previous: Long,
    /// Lookups answered from memory while the shared cache could not be asked.
    pub unverified: Long,
    /// Lookups without a current value.
    pub misses: Long,
    /// Loads that joined one in progress.
    pub joins: Long,
    /// Loads that ran.
    pub loads: Long,
    /// Loads that failed.
    pub errors: Long,
    /// Seconds spent loading.
    pub load_seconds: f64,
    /// Seconds of loading that hits made unnecessary.
    pub saved_seconds: f64,
}
