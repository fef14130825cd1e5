//! Whether each due time of a schedule has run once: as the store says, as the replicas logged it, and as the
//! source counted the statements that it runs.

use super::dashboards::SCHEDULES;
use super::world::World;
use crate::servers::brisk::Brisk;
use anyhow::{Context, Result, ensure};
use std::fmt;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// What became of all due times so far.
#[derive(Debug, Clone, Default)]
pub(super) struct Runs {
    /// Minutes at which they were due.
    pub(super) minutes: i64,
    /// Due times that the store has, all done.
    pub(super) due: i64,
    /// Due times that passed while nobody planned them.
    pub(super) missed: i64,
    /// Runs that replicas say that they completed.
    pub(super) logged: usize,
    /// Statements that these runs have run on the source.
    pub(super) statements: i64,
    /// Replicas that were killed meanwhile: a run that dies with one begins again.
    pub(super) kills: i64,
}

/// A claim of a replica that was killed expires after a minute.
const PATIENCE: Duration = Duration::from_secs(150);
const PAUSE: Duration = Duration::from_millis(200);

/// Runs that a replica says that it completed.
pub(super) fn logged(replica: &Brisk) -> Result<usize> {
    let log = std::fs::read_to_string(replica.log()).context("a replica's log")?;
    Ok(log.lines().filter(|line| line.contains("warmed as scheduled")).count())
}

/// Counts them, once none is under way.
pub(super) async fn count(world: &World, kills: i64) -> Result<Runs> {
    // Far from a full minute, and after claims of those who were killed.
    let quiet = "select count(*) from jobs where kind = 'warming' and done_at is null";
    let second = "select extract(second from now())::int8";
    let begun = Instant::now();
    loop {
        let within = (5..50).contains(&world.store.number(second).await?);
        if within && world.store.number(quiet).await? == 0 {
            break;
        }
        ensure!(begun.elapsed() < PATIENCE, "a schedule's due time stays open");
        tokio::time::sleep(PAUSE).await;
    }
    let minutes = "select coalesce((max(due_at) - min(due_at)) / 60000000 + 1, 0)::int8
         from jobs where kind = 'warming'";
    let mut runs = world.runs_elsewhere.load(Ordering::SeqCst);
    for replica in &world.replicas {
        runs += logged(replica)?;
    }
    let statements = "select coalesce(sum(calls), 0)::int8 from pg_stat_statements
         where userid = 'reader'::regrole and query like '%from warmed_%'";
    Ok(Runs {
        minutes: world.store.number(minutes).await?,
        due: world.store.number("select count(*) from jobs where kind = 'warming'").await?,
        missed: world
            .store
            .number("select coalesce(sum(missed), 0)::int8 from schedule_runs")
            .await?,
        logged: runs,
        statements: world.source.front.number(statements).await?,
        kills,
    })
}

impl Runs {
    /// Whether each has run exactly once.
    pub(super) fn check(&self) -> Result<()> {
        let all = self.minutes * SCHEDULES as i64;
        ensure!(self.due == all && all > 0 && self.missed == 0, "due times were missed: {self:?}");
        let repeated = self.statements - self.due;
        // A run that died with its replica counts in the source alone.
        ensure!(
            self.logged as i64 == self.due && (0..=self.kills * 2).contains(&repeated),
            "a due time did not run exactly once: {self:?}"
        );
        Ok(())
    }
}

impl fmt::Display for Runs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{SCHEDULES} schedules, due each minute for {} minutes: {} due times, {} missed; {} runs completed by \
             all replicas together, {} statements of theirs on the source",
            self.minutes, self.due, self.missed, self.logged, self.statements
        )
    }
}
