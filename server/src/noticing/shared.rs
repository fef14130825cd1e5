//! [`Shared`]: what listeners and watched queries need.

use super::reports::Reports;
use brisk_domain::Clock;
use brisk_engine::Engine;
use std::sync::Arc;
use std::time::Duration;

/// What listeners and watched queries need.
pub struct Shared {
    /// The engine whose sources are followed, and that records invalidations.
    pub engine: Arc<Engine>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The state of the listeners.
    pub reports: Reports,
    /// How long a silence may last before a listener tests its connection: whatever cuts a connection
    /// silently also keeps its end from being noticed.
    pub heartbeat: Duration,
}
