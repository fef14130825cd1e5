//! Warms what admins and dashboards' files have scheduled, when it is due. All replicas check; one of
//! them plans each due time, and one does it, or another if that one dies.

use crate::administration::file_schedules;
use brisk_definition::timetable::Timetable;
use brisk_domain::{Clock, Tag, Timestamp};
use brisk_engine::{Engine, WarmedViews};
use brisk_store::{DueTime, Schedule, Store, StoreError, Warmed};
use futures::StreamExt as _;
use futures::stream::FuturesUnordered;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

/// How often it checks: a clock that jumps is noticed soon.
const PACE: Duration = Duration::from_secs(1);
/// After how long without renewing its claim a process counts as dead.
const LEASE: Duration = Duration::from_secs(60);
/// How often a claim is renewed while the work goes on.
const KEEP: Duration = Duration::from_secs(15);
/// Runs of this process at a time; statements queue behind those of readers in any case.
const AT_A_TIME: usize = 2;
/// Clocks of replicas differ by less than this; one that is further behind was set back.
const SET_BACK: Duration = Duration::from_secs(120);
/// How long finished runs are remembered, so that a clock that is set back repeats nothing.
const KNOWN: Duration = Duration::from_secs(400 * 86_400);
/// Panels that failed and are named with a run.
const NAMED: usize = 5;
/// How often older ones are deleted.
const FORGET: Duration = Duration::from_secs(3_600);

/// One process that does what is due.
pub struct Worker {
    store: Store,
    engine: Arc<Engine>,
    clock: Arc<dyn Clock>,
    /// Its name among all processes.
    name: String,
}

impl Worker {
    /// Over the schedules in `store`.
    pub fn new(store: Store, engine: Arc<Engine>, clock: Arc<dyn Clock>) -> Self {
        Self { store, engine, clock, name: format!("{:016x}", rand::random::<u64>()) }
    }

    /// Does what is due, for as long as it is polled.
    pub async fn run(&self) -> Infallible {
        let mut running = FuturesUnordered::new();
        let mut forgotten = tokio::time::Instant::now();
        let mut look = tokio::time::interval(PACE);
        look.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                Some(()) = running.next() => {}
                _ = look.tick() => {
                    if let Err(error) = self.plan().await {
                        tracing::warn!(%error, "what is scheduled cannot be planned");
                        continue;
                    }
                    while running.len() < AT_A_TIME {
                        match self.claim().await {
                            Ok(Some(due)) => running.push(self.do_it(due)),
                            Ok(None) => break,
                            Err(error) => {
                                tracing::warn!(%error, "what is scheduled cannot be claimed");
                                break;
                            }
                        }
                    }
                    if forgotten.elapsed() > FORGET {
                        forgotten = tokio::time::Instant::now();
                        let before = before(self.clock.now(), KNOWN);
                        if let Err(error) = self.forget(before).await {
                            tracing::warn!(%error, "what was done long ago is not forgotten");
                        }
                    }
                }
            }
        }
    }

    /// Plans what is due, and does what no other process does, one after the other: one round of
    /// [`Self::run`].
    pub async fn look_once(&self) -> Result<usize, StoreError> {
        self.plan().await?;
        let mut done = 0;
        while let Some(due) = self.claim().await? {
            self.do_it(due).await;
            done += 1;
        }
        Ok(done)
    }

    async fn forget(&self, before: Timestamp) -> Result<(), StoreError> {
        self.store.forget_due_times(before).await?;
        self.store.forget_file_schedules(before).await
    }

    async fn plan(&self) -> Result<(), StoreError> {
        let now = self.clock.now();
        let contents = self.engine.catalog().contents();
        let mut schedules = self.store.schedules().await?;
        if file_schedules::add(&self.store, &contents, &schedules, now).await? {
            schedules = self.store.schedules().await?;
        }
        let schedules = file_schedules::present(schedules, &contents);
        for schedule in schedules.into_iter().filter(|one| one.is_on) {
            let Schedule { expression, zone, planned_to, .. } = &schedule;
            let Ok(timetable) = Timetable::parse(expression, zone) else {
                // The page shows that.
                continue;
            };
            if *planned_to > now.after(SET_BACK) {
                tracing::warn!(schedule = schedule.name, "the clock was set back");
                self.store.set_schedule_back(&schedule, now).await?;
            } else if let Some((due_at, missed)) = timetable.due(*planned_to, now) {
                self.store.plan_run(&schedule, due_at, missed).await?;
            }
        }
        Ok(())
    }

    async fn claim(&self) -> Result<Option<DueTime>, StoreError> {
        let now = self.clock.now();
        if !self.store.has_open_run(now).await? {
            return Ok(None);
        }
        self.store.begin_run(&self.name, now, LEASE).await
    }

    async fn do_it(&self, due: DueTime) {
        let warmed = tokio::select! {
            warmed = self.warmed(&due) => warmed,
            () = self.lose(&due) => {
                tracing::warn!(schedule = due.name, "another process has taken a run over");
                return;
            }
        };
        let Warmed { loaded, failed, note, .. } = &warmed;
        match self.store.end_run(&due, &self.name, self.clock.now(), &warmed).await {
            Ok(true) => {
                tracing::info!(schedule = due.name, loaded, failed, note, "warmed as scheduled")
            }
            Ok(false) => {
                tracing::warn!(schedule = due.name, "another process has taken a run over")
            }
            Err(error) => tracing::warn!(schedule = due.name, %error, "a run cannot be recorded"),
        }
    }

    async fn warmed(&self, due: &DueTime) -> Warmed {
        let nothing = |note: &str| Warmed { note: note.to_owned(), ..Warmed::default() };
        let schedules = match self.store.schedules().await {
            Ok(schedules) => schedules,
            Err(_) => return nothing("The schedule could not be read."),
        };
        let Some(schedule) = schedules.iter().find(|one| one.name == due.name && one.is_on) else {
            return nothing("It was switched off before it began.");
        };
        let Ok(tag) = Tag::parse(&schedule.warms) else {
            return nothing("What it warms cannot be read.");
        };
        self.engine.catalog().until_read().await;
        let warmed = self.engine.warm_tag(&tag).await;
        let note = match warmed.views {
            0 => format!("No panel depends on {tag} any more."),
            _ => note(&warmed),
        };
        Warmed {
            views: warmed.views,
            loaded: warmed.loaded,
            ready: warmed.ready,
            failed: warmed.failed,
            note,
        }
    }

    /// Renews the claim until another process has it.
    async fn lose(&self, due: &DueTime) {
        loop {
            tokio::time::sleep(KEEP).await;
            let kept = self.store.keep_claim(due, &self.name, self.clock.now(), LEASE).await;
            match kept {
                Ok(true) => {}
                Ok(false) => return,
                Err(error) => tracing::warn!(%error, "a claim cannot be kept for the moment"),
            }
        }
    }
}

/// Which panels failed or are not cached, and how many were left out.
fn note(warmed: &WarmedViews) -> String {
    let mut sentences = Vec::new();
    let lists =
        [("Failed", &warmed.failing), ("Not loaded, because their cache is off", &warmed.not_kept)];
    for (what, panels) in lists {
        let named: Vec<&str> = panels.iter().map(String::as_str).take(NAMED).collect();
        let named = named.join(", ");
        match panels.len().saturating_sub(NAMED) {
            _ if named.is_empty() => {}
            0 => sentences.push(format!("{what}: {named}.")),
            more => sentences.push(format!("{what}: {named}, and {more} more.")),
        }
    }
    match warmed.skipped {
        0 => {}
        1 => sentences.push("1 panel was skipped: it shows what its reader may see.".to_owned()),
        many => {
            sentences
                .push(format!("{many} panels were skipped: they show what their reader may see."));
        }
    }
    sentences.join(" ")
}

fn before(now: Timestamp, time: Duration) -> Timestamp {
    let micros = i64::try_from(time.as_micros()).unwrap_or(i64::MAX);
    Timestamp(now.0.saturating_sub(micros))
}
