//! The machine's clock, which the servers go by.

use std::time::{Duration, SystemTime};

/// The time since the epoch.
#[allow(clippy::disallowed_methods, reason = "the servers' own clocks are the machine's")]
pub(crate) fn since_epoch() -> Duration {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default()
}
