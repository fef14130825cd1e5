//! The cap on what a page waits for.

use std::time::Duration;

/// How long a streaming page waits for anything. Later results arrive over the live channel, so
/// that no slow query delays what browsers do at the end of a page.
pub const PAGE_WAIT: Duration = Duration::from_millis(1_500);
