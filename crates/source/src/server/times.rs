//! How long Brisk waits for database servers.

use std::time::Duration;

/// How long making a connection, waiting for one, or ending a statement may take.
pub(crate) const CONNECT: Duration = Duration::from_secs(5);
/// The server enforces time limits itself; this is how much longer Brisk waits for its answer.
pub(crate) const GRACE: Duration = Duration::from_secs(2);
