//! [`Shared`]: what listeners and watched queries need.

use super::reports::Reports;
use brisk_domain::Clock;
use brisk_engine::Engine;
use std::sync::Arc;
use std::time::Duration;

/// What listeners and watched queries need.
pub struct Shared {
    /// Whose sources are noticed, and where it is recorded.
    pub engine: Arc<Engine>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// How the listeners fare.
    pub reports: Reports,
    /// After how long a silence a listener tries its connection: what cuts it off silently also keeps its end
    /// from being heard.
    pub heartbeat: Duration,
}
