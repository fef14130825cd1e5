//! Deletes records of the audit log that are past their retention.

use brisk_domain::{Clock, Timestamp};
use brisk_store::Store;
use std::convert::Infallible;
use std::time::Duration;

/// How often. All replicas do so: what one has deleted, the others no longer find.
const EVERY: Duration = Duration::from_secs(6 * 3_600);

/// Keeps records for `retention`.
pub async fn run(store: &Store, clock: &dyn Clock, retention: Duration) -> Infallible {
    loop {
        let length = i64::try_from(retention.as_micros()).unwrap_or(i64::MAX);
        let before = Timestamp(clock.now().0.saturating_sub(length));
        match store.forget_audit(before).await {
            Ok(0) => {}
            Ok(deleted) => tracing::info!(deleted, "old records of the audit log were deleted"),
            Err(error) => {
                tracing::warn!(%error, "old records of the audit log cannot be deleted");
            }
        }
        tokio::time::sleep(EVERY).await;
    }
}
