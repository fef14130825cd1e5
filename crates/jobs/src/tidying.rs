//! How long jobs and their results are kept.

use crate::limits::Limits;
use crate::running::within_patience;
use brisk_domain::{Clock, Timestamp};
use brisk_store::Store;
use std::convert::Infallible;
use std::time::Duration;

/// How often. All replicas do so: what one has deleted, the others no longer find.
const EVERY: Duration = Duration::from_secs(3_600);

/// Deletes results that have expired, and jobs that ended long ago.
pub(crate) async fn tidy(store: &Store, clock: &dyn Clock, limits: &Limits) -> Infallible {
    loop {
        let now = clock.now();
        let kept = i64::try_from(limits.kept.as_micros()).unwrap_or(i64::MAX);
        let before = Timestamp(now.0.saturating_sub(kept));
        let tidied = within_patience(async {
            // Jobs outlive their results.
            store.forget_results(now).await?;
            store.forget_jobs(before).await
        });
        if let Err(error) = tidied.await {
            tracing::warn!(%error, "old jobs cannot be deleted");
        }
        clock.until(now.after(EVERY)).await;
    }
}
