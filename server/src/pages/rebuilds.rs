//! [`Rebuilds`]: the rollups that administrators asked to rebuild, while a rebuild runs and where it
//! left something to report.

use crate::invalidation;
use brisk_app::service::RollupRow;
use brisk_domain::{RollupName, RollupStatus};
use brisk_engine::{Engine, PlannedRollup};
use futures::future::select;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

/// The rebuilds of this process, by rollup.
#[derive(Debug, Default)]
pub struct Rebuilds(Mutex<BTreeMap<RollupName, Rebuild>>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Rebuild {
    /// It runs.
    Running,
    /// It has ended, but this went wrong.
    Done(String),
}

/// How long a form waits for the rebuild that it started, before its page says that it is running.
pub const WAIT: Duration = Duration::from_secs(1);

impl Rebuilds {
    /// Starts a rebuild unless one is running, and waits briefly for it.
    pub(crate) async fn start(self: &Arc<Self>, engine: &Arc<Engine>, planned: Arc<PlannedRollup>) {
        let started = self.lock().insert(planned.name().clone(), Rebuild::Running);
        if started == Some(Rebuild::Running) {
            return;
        }
        let clock = engine.loader().cache().clock();
        let (engine, rebuilds) = (Arc::clone(engine), Arc::clone(self));
        let task = tokio::spawn(async move {
            let name = planned.name().clone();
            // In a task of its own, so that this one notices its panic.
            let rebuilding = tokio::spawn(async move { rebuild(&engine, &planned).await });
            let notice = rebuilding.await.unwrap_or_else(|error| {
                tracing::error!(rollup = %name, %error, "a rebuild ended without a result");
                Some("The rebuild ended without a result: the log says why.".to_owned())
            });
            let mut rebuilds = rebuilds.lock();
            match notice {
                Some(notice) => rebuilds.insert(name, Rebuild::Done(notice)),
                None => rebuilds.remove(&name),
            }
        });
        select(task, clock.until(clock.now().after(WAIT))).await;
    }

    /// The row of a page with this status.
    pub(crate) fn row(&self, status: RollupStatus) -> RollupRow {
        let rebuild = self.lock().get(&status.name).cloned();
        let is_running = rebuild == Some(Rebuild::Running);
        let notice = match rebuild {
            Some(Rebuild::Done(notice)) => Some(notice),
            Some(Rebuild::Running) | None => None,
        };
        RollupRow { status, is_running, notice }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<RollupName, Rebuild>> {
        self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

/// Rebuilds it and invalidates its readers. A failure of the rebuild is recorded with the run; the
/// answer is what is recorded nowhere else.
async fn rebuild(engine: &Engine, planned: &PlannedRollup) -> Option<String> {
    engine.rebuild(planned).await.ok()?;
    let recorded = invalidation::record(engine, &[planned.own_tag()]).await;
    recorded.err().map(|error| {
        let why = invalidation::not_recorded(engine, &error);
        format!("The rollup was rebuilt, but {why}.")
    })
}
