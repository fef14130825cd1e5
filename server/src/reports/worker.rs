//! [`Worker`]: plans reports when they are due, makes them and sends them. All replicas look; one of them plans each due
//! time, and one makes it, or another if that one dies. What is sent to whom is recorded before it is sent.

use super::channels::Channels;
use super::known::{Known, known};
use super::sending::Sending;
use crate::service::EngineService;
use brisk_domain::{Report, ReportName, Timestamp};
use brisk_reports::{Calendar, Cause, Landings, Progress};
use brisk_store::{DueTime, PlannedRun, RunCause, RunOutcome, Store, StoreError};
use futures::StreamExt as _;
use futures::stream::FuturesUnordered;
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;

/// How often it looks: a clock that jumps is noticed soon.
const PACE: Duration = Duration::from_secs(1);
/// After how long without renewing its claim a process counts as dead.
const LEASE: Duration = Duration::from_secs(60);
/// How often a claim is renewed while the work goes on.
const KEEP: Duration = Duration::from_secs(15);
/// Reports of this process at a time.
const AT_A_TIME: usize = 2;
/// How long runs and their sendings are kept.
const KNOWN: Duration = Duration::from_secs(400 * 86_400);
/// How often older ones are deleted.
const FORGET: Duration = Duration::from_secs(3_600);

/// One process that makes what is due.
pub struct Worker {
    store: Store,
    service: Arc<EngineService>,
    sending: Sending,
    /// Its name among all processes.
    name: String,
    /// Told when data have landed that some report waits for.
    landed: Notify,
}

impl Worker {
    /// Over the reports in `store` and beside the dashboards; readers find the server at `base`.
    pub fn new(
        store: Store,
        service: Arc<EngineService>,
        channels: Channels,
        base: String,
    ) -> Self {
        let name = format!("{:016x}", rand::random::<u64>());
        let sending =
            Sending::new(store.clone(), Arc::clone(&service), channels, (base, name.clone()));
        Self { store, service, sending, name, landed: Notify::new() }
    }

    /// Told when data have landed, which is looked at at once.
    pub(crate) fn landed(&self) -> &Notify {
        &self.landed
    }

    /// Makes what is due, for as long as it is polled.
    pub async fn run(&self) -> Infallible {
        self.service.engine().catalog().until_read().await;
        let mut running = FuturesUnordered::new();
        // What is sent again is apart: a mail server may take minutes, and other reports do not wait for it.
        let mut repeating = FuturesUnordered::new();
        let mut forgotten = tokio::time::Instant::now();
        let mut look = tokio::time::interval(PACE);
        look.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                Some(()) = running.next() => continue,
                Some(()) = repeating.next() => continue,
                _ = look.tick() => {}
                () = self.landed.notified() => {}
            }
            if let Err(error) = self.plan().await {
                tracing::warn!(%error, "reports that are due cannot be planned");
                continue;
            }
            while running.len() < AT_A_TIME {
                match self.claim().await {
                    Ok(Some(due)) => running.push(self.make(due)),
                    Ok(None) => break,
                    Err(error) => {
                        tracing::warn!(%error, "a report that is due cannot be claimed");
                        break;
                    }
                }
            }
            if repeating.is_empty() {
                repeating.push(self.repeat_or_warn());
            }
            if forgotten.elapsed() > FORGET {
                forgotten = tokio::time::Instant::now();
                let now = self.service.now();
                let before = Timestamp(now.0.saturating_sub(KNOWN.as_micros() as i64));
                if let Err(error) = self.store.forget_report_runs(before).await {
                    tracing::warn!(%error, "old runs of reports are not forgotten");
                }
            }
        }
    }

    /// Plans what is due, and makes and sends what no other process does: one round of [`Self::run`]. The answer is
    /// how many due times that were.
    pub async fn look_once(&self) -> Result<usize, StoreError> {
        self.plan().await?;
        let mut made = 0;
        while let Some(due) = self.claim().await? {
            self.make(due).await;
            made += 1;
        }
        self.repeat().await?;
        Ok(made)
    }

    async fn known(&self) -> Result<BTreeMap<ReportName, Known>, StoreError> {
        let contents = self.service.engine().catalog().contents();
        known(&self.store, &contents).await
    }

    async fn plan(&self) -> Result<(), StoreError> {
        let now = self.service.now();
        for (name, known) in self.known().await? {
            let is_paused = known.is_paused();
            let Ok(report) = known.report else { continue };
            let timing = report.followed_as();
            let kept = self.store.follow_report(&name, &timing, now).await?;
            if is_paused {
                continue;
            }
            if let Err(why) = self.plan_one(&report, &timing, (kept, now)).await? {
                tracing::warn!(report = name.as_str(), why, "it is never due");
            }
        }
        Ok(())
    }

    /// Plans a report, if it is due; an error in the answer is why it never is.
    async fn plan_one(
        &self,
        report: &Report,
        timing: &str,
        (kept, now): (brisk_store::ReportProgress, Timestamp),
    ) -> Result<Result<(), String>, StoreError> {
        let calendar = match Calendar::of(&report.timing) {
            Ok(calendar) => calendar,
            Err(why) => return Ok(Err(why)),
        };
        let progress = Progress { planned_to: kept.planned_to, last: kept.last_moment };
        if Calendar::is_set_back(progress, now) {
            tracing::warn!(report = report.name.as_str(), "the clock was set back");
            self.store.set_report_back(&report.name, timing, progress.planned_to, now).await?;
            return Ok(Ok(()));
        }
        let landings: Landings = match calendar.landings_from(progress, now) {
            Some(from) => self.store.landings(calendar.tags(), from).await?.into_iter().collect(),
            None => Landings::default(),
        };
        if let Some(due) = calendar.due(progress, &landings, now) {
            let cause = match due.cause {
                Cause::Time => RunCause::Time,
                Cause::Landed => RunCause::Landed,
                Cause::AtLatest { missing } => RunCause::AtLatest(missing),
            };
            let (moment, missed, is_late) = (due.moment, due.missed, due.is_late);
            let run = PlannedRun { due_at: due.at, moment, cause, missed, is_late };
            let planned_to = progress.planned_to;
            self.store.plan_report(&report.name, timing, planned_to, &run, now).await?;
        }
        Ok(Ok(()))
    }

    async fn claim(&self) -> Result<Option<DueTime>, StoreError> {
        let now = self.service.now();
        if !self.store.has_open_report_run(now).await? {
            return Ok(None);
        }
        self.store.begin_report_run(&self.name, now, LEASE).await
    }

    async fn make(&self, due: DueTime) {
        let (outcome, note, left_out) = tokio::select! {
            made = self.made(&due) => match made {
                Ok(made) => made,
                Err(error) => {
                    // Its claim runs out, and another process, or this one, begins again.
                    tracing::warn!(report = due.name, %error, "a report cannot be made for the moment");
                    return;
                }
            },
            () = self.lose(&due) => {
                tracing::warn!(report = due.name, "another process has taken a report over");
                return;
            }
        };
        let how = (outcome, note.as_str());
        let ended =
            self.store.end_report_run(&due, &self.name, self.service.now(), how, &left_out).await;
        match ended {
            Ok(true) => tracing::info!(report = due.name, ?outcome, note, "a report was made"),
            Ok(false) => {
                tracing::warn!(report = due.name, "another process has taken a report over");
            }
            Err(error) => tracing::warn!(report = due.name, %error, "a report is not recorded"),
        }
    }

    async fn made(&self, due: &DueTime) -> Result<(RunOutcome, String, Vec<String>), StoreError> {
        let nothing = |note: &str| Ok((RunOutcome::Failed, note.to_owned(), Vec::new()));
        let Some(run) = self.store.report_run(due).await? else {
            return nothing("What was due is not known any more.");
        };
        let Some(known) = self.known_as(&due.name).await? else {
            return nothing("There is no such report any more.");
        };
        let is_paused = known.is_paused() && run.cause != RunCause::Asked;
        match known.report {
            Ok(_) if is_paused => {
                let note = "It was paused before it was made.".to_owned();
                Ok((RunOutcome::NotNeeded, note, Vec::new()))
            }
            Ok(report) => self.sending.make_and_send(&report, &run, None).await,
            Err(problems) => nothing(&problems.join(" ")),
        }
    }

    async fn known_as(&self, name: &str) -> Result<Option<Known>, StoreError> {
        let Ok(name) = ReportName::parse(name) else { return Ok(None) };
        Ok(self.known().await?.remove(&name))
    }

    async fn repeat_or_warn(&self) {
        if let Err(error) = self.repeat().await {
            tracing::warn!(%error, "reports that were not sent cannot be sent again");
        }
    }

    /// Sends again what was certainly not sent, or what is to arrive at least once.
    async fn repeat(&self) -> Result<(), StoreError> {
        let now = self.service.now();
        let open = self.store.sendings_to_repeat(now, super::sending::MOST, 100).await?;
        let mut by_run: BTreeMap<(String, Timestamp), Vec<String>> = BTreeMap::new();
        for key in open {
            by_run.entry((key.report, key.due_at)).or_default().push(key.recipient);
        }
        for ((name, due_at), recipients) in by_run {
            let due = DueTime { kind: "report".into(), name: name.clone(), due_at };
            let (run, known) = (self.store.report_run(&due).await?, self.known_as(&name).await?);
            let Some(run) = run else { continue };
            let Some(Ok(report)) = known.map(|known| known.report) else {
                let why = "There is no such report any more, or it is broken.";
                self.sending.give_up(&run, &recipients, why).await?;
                continue;
            };
            self.sending.make_and_send(&report, &run, Some(&recipients)).await?;
        }
        Ok(())
    }

    /// Renews the claim until another process has it.
    async fn lose(&self, due: &DueTime) {
        loop {
            tokio::time::sleep(KEEP).await;
            let now = self.service.now();
            match self.store.keep_claim(due, &self.name, now, LEASE).await {
                Ok(true) => {}
                Ok(false) => return,
                Err(error) => tracing::warn!(%error, "a claim cannot be kept for the moment"),
            }
        }
    }
}
