//! Rollups: which ones a statement reads, and their refresh as a cache load.
//!
//! A refresh is a cache entry whose value is a report of what was written. Its tags are the tables
//! that the rollup reads, so an invalidation of one of them makes the entry missing. Then it is
//! loaded like any other: by one process, however many wait, with failures remembered for a moment.
//! Statements that read a rollup load its entry first.

use crate::encoding::Cached;
use crate::key_tags::cache_tag;
use crate::planned_rollup::PlannedRollup;
use crate::sources::CurrentSources;
use brisk_cache::{Cache, Caller, LoadError, Trigger};
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

/// Notified of each refresh, for administrators.
pub trait RunObserver: Send + Sync + 'static {
    /// `run` has ended, successfully or not.
    fn ran(&self, run: &RollupRun);
}

/// The pending refresh of a rollup, shared by all statements of a page that read it.
pub(crate) type Refreshed = Shared<BoxFuture<'static, Result<(), PanelError>>>;

/// Refreshes rollups through the cache.
#[derive(Clone)]
pub(crate) struct Refresher {
    pub(crate) cache: Cache<Cached>,
    pub(crate) sources: CurrentSources,
    pub(crate) observer: Option<Arc<dyn RunObserver>>,
}

impl Refresher {
    /// The refresh of `rollup` for its readers. It starts when first awaited.
    pub(crate) fn for_readers(&self, rollup: &Arc<PlannedRollup>, caller: &Caller) -> Refreshed {
        let (refresher, rollup) = (self.clone(), Arc::clone(rollup));
        // Readers look at panels: a refresh does not count as their hit or miss.
        let caller = Caller { trigger: Trigger::Warm, clients: Arc::clone(&caller.clients) };
        let refreshed = async move {
            // In a task of its own: it continues after its reader leaves, because others need it,
            // too.
            let wanted = Arc::clone(&rollup);
            let task = tokio::spawn(async move { refresher.current(&wanted, caller).await });
            let result = task.await.unwrap_or(Err(LoadError::Abandoned));
            result.map(|_| ()).map_err(|error| failed(&rollup, &error))
        };
        refreshed.boxed().shared()
    }

    /// The report of the current refresh, or of one that is running.
    pub(crate) async fn current(
        &self,
        rollup: &Arc<PlannedRollup>,
        caller: Caller,
    ) -> Result<RollupReport, LoadError> {
        let hit = self.cache.get(&rollup.request, caller, self.loader(rollup)).await?;
        Ok(report(&hit.entry.value.frame))
    }

    fn loader(
        &self,
        rollup: &Arc<PlannedRollup>,
    ) -> impl FnOnce() -> BoxFuture<'static, Result<Cached, SourceError>> + Send + 'static {
        let (refresher, rollup) = (self.clone(), Arc::clone(rollup));
        move || {
            async move {
                let report = refresher.run(&rollup, false).await?;
                Ok(Cached::from(frame(report)))
            }
            .boxed()
        }
    }

    /// Refreshes without a cache lookup, and notifies the observer. A plan for a source that has been
    /// replaced is not run; and where the source is replaced during the run, this run may have overwritten
    /// the new source's rows, so the rollup is refreshed again.
    pub(crate) async fn run(
        &self,
        rollup: &PlannedRollup,
        rebuild: bool,
    ) -> Result<RollupReport, SourceError> {
        let PlannedRollup { plan, definition, revision, .. } = rollup;
        let Rollup { name, source, .. } = plan.rollup();
        let (started_at, started) = (self.cache.clock().now(), Instant::now());
        let present = || self.sources.get(source).filter(|known| known.revision() == revision);
        let gone = || {
            let why = format!("source \"{source}\" is not declared, or was changed just now");
            Err(SourceError::Unavailable(why))
        };
        let mut result = match present() {
            Some(source) => {
                let refresh = Refresh { plan, definition, now: started_at, rebuild };
                source.refresh(&refresh).await
            }
            None => gone(),
        };
        if result.is_ok() && present().is_none() {
            result = gone();
            let tag = cache_tag(&rollup.own_tag());
            let tags: Vec<_> = tag.into_iter().collect();
            if let Err(error) = self.cache.invalidate(&tags).await {
                tracing::warn!(%source, rollup = %name, %error, "it cannot be refreshed again");
            }
        }
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

/// The message for readers of a panel; the log has the details already.
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

/// A report as a cached frame.
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
    fn reports_round_trip_through_the_shared_cache() {
        for from in [None, Some(Timestamp::from_seconds(-5))] {
            let sent = RollupReport { from, written: 3, rows: 1 << 40 };
            let bytes = Cached::from(frame(sent)).encode();
            assert_eq!(report(&Cached::decode(&bytes, bytes.len() * 100).unwrap().frame), sent);
        }
    }
}
