//! Rollups: which of them a statement reads, and their refresh as a load of the cache.
//!
//! A refresh is a cache entry, whose value is a report of what was written. Its tags are the
//! tables that the rollup reads, so that an invalidation of one of them makes it missing; and then
//! it is loaded as everything else: by one process, however many ask, with failures remembered for
//! a moment. What reads a rollup gets that entry first.

use crate::encoding::Cached;
use crate::planned_rollup::PlannedRollup;
use crate::sources::Sources;
use brisk_cache::{Cache, LoadError, Trigger};
use brisk_domain::{
    Clock, Column, FailureKind, Frame, PanelError, Rollup, RollupReport, RollupRun, Timestamp,
    Values,
};
use brisk_source::SourceError;
use brisk_source::rollup::Refresh;
use futures::FutureExt;
use futures::future::{BoxFuture, Shared};
use std::sync::Arc;
use std::time::Instant;

/// Hears of each refresh, for administrators.
pub trait RunObserver: Send + Sync + 'static {
    /// `run` has ended, well or not.
    fn ran(&self, run: &RollupRun);
}

/// A rollup on its way to being current, for all statements of a page that read it.
pub(crate) type Refreshed = Shared<BoxFuture<'static, Result<(), PanelError>>>;

/// Refreshes rollups through the cache.
#[derive(Clone)]
pub(crate) struct Refresher {
    pub(crate) cache: Cache<Cached>,
    pub(crate) sources: Arc<Sources>,
    pub(crate) observer: Option<Arc<dyn RunObserver>>,
}

impl Refresher {
    /// `rollup` as its readers need it. Nothing happens before somebody awaits it.
    pub(crate) fn for_readers(&self, rollup: &Arc<PlannedRollup>) -> Refreshed {
        let (refresher, rollup) = (self.clone(), Arc::clone(rollup));
        let refreshed = async move {
            // In a task of its own: when its reader leaves it goes on, since others need it, too.
            let wanted = Arc::clone(&rollup);
            let task = tokio::spawn(async move { refresher.current(&wanted).await });
            let result = task.await.unwrap_or(Err(LoadError::Abandoned));
            result.map(|_| ()).map_err(|error| failed(&rollup, &error))
        };
        refreshed.boxed().shared()
    }

    /// The report of the refresh that is current; or of one that runs now.
    pub(crate) async fn current(
        &self,
        rollup: &Arc<PlannedRollup>,
    ) -> Result<RollupReport, LoadError> {
        // Readers look at panels. A refresh is no hit and no miss of theirs.
        let trigger = Trigger::Warm;
        let hit = self.cache.get(&rollup.request, trigger, self.loader(rollup)).await?;
        Ok(report(&hit.entry.value.0))
    }

    fn loader(
        &self,
        rollup: &Arc<PlannedRollup>,
    ) -> impl FnOnce() -> BoxFuture<'static, Result<Cached, SourceError>> + Send + 'static {
        let (refresher, rollup) = (self.clone(), Arc::clone(rollup));
        move || {
            async move {
                let report = refresher.run(&rollup, false).await?;
                Ok(Cached(Arc::new(frame(report))))
            }
            .boxed()
        }
    }

    /// Refreshes without asking the cache, and tells the observer.
    pub(crate) async fn run(
        &self,
        rollup: &PlannedRollup,
        rebuild: bool,
    ) -> Result<RollupReport, SourceError> {
        let PlannedRollup { plan, definition, .. } = rollup;
        let Rollup { name, source, .. } = plan.rollup();
        let (started_at, started) = (self.cache.clock().now(), Instant::now());
        let result = match self.sources.get(source) {
            Some(source) => {
                let refresh = Refresh { plan, definition, now: started_at, rebuild };
                source.refresh(&refresh).await
            }
            None => Err(SourceError::Unavailable(format!("source \"{source}\" is not declared"))),
        };
        let seconds = started.elapsed().as_secs_f64();
        match &result {
            Ok(report) => {
                let RollupReport { written, rows, from } = report;
                tracing::info!(%source, rollup = %name, written, rows, ?from, seconds, "refreshed");
            }
            Err(error) => tracing::warn!(%source, rollup = %name, %error, "a refresh failed"),
        }
        if let Some(observer) = &self.observer {
            observer.ran(&RollupRun {
                rollup: name.clone(),
                source: source.clone(),
                started_at,
                seconds,
                outcome: result.as_ref().copied().map_err(ToString::to_string),
            });
        }
        result
    }
}

/// What readers of a panel are told; the log has it already.
fn failed(rollup: &PlannedRollup, error: &LoadError) -> PanelError {
    let name = rollup.name();
    let (why, kind) = match error.downcast_ref::<SourceError>() {
        Some(error @ SourceError::Timeout { .. }) => (error.to_string(), FailureKind::Timeout),
        Some(error @ SourceError::Unavailable(_)) => (error.to_string(), FailureKind::Unavailable),
        Some(error) => (error.to_string(), FailureKind::Refused),
        None if matches!(error, LoadError::Busy) => (error.to_string(), FailureKind::Busy),
        None => (error.to_string(), FailureKind::Interrupted),
    };
    let message = format!("The rollup {name} that this panel reads could not be refreshed: {why}.");
    PanelError { message, retry: true, kind }
}

/// A report as the cache holds it.
fn frame(report: RollupReport) -> Frame {
    let RollupReport { from, written, rows } = report;
    let int = |value: u64| Values::Int(vec![i64::try_from(value).ok()]);
    let column = |name: &str, values| Column { name: name.into(), values };
    let columns = vec![
        column("from", Values::Time(vec![from])),
        column("written", int(written)),
        column("rows", int(rows)),
    ];
    Frame::new(columns).unwrap_or_default()
}

fn report(frame: &Frame) -> RollupReport {
    let int = |name: &str| match &frame.column(name)?.values {
        Values::Int(cells) => u64::try_from((*cells.first()?)?).ok(),
        _ => None,
    };
    let from: Option<Timestamp> = frame.column("from").and_then(|column| column.values.time(0));
    RollupReport {
        from,
        written: int("written").unwrap_or_default(),
        rows: int("rows").unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use brisk_cache::Value;

    #[test]
    fn reports_come_back_from_the_shared_cache_as_they_were() {
        for from in [None, Some(Timestamp::from_seconds(-5))] {
            let sent = RollupReport { from, written: 3, rows: 1 << 40 };
            let bytes = Cached(Arc::new(frame(sent))).encode();
            assert_eq!(report(&Cached::decode(&bytes).unwrap().0), sent);
        }
    }
}
