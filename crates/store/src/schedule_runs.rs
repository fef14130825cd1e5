//! What became of each due time of a schedule.

use crate::schedules::KIND;
use crate::{DueTime, Store, StoreError, due_times};
use brisk_domain::Timestamp;
use sqlx::Row as _;
use std::time::Duration;

/// How many runs of each schedule are kept.
const KEPT: i64 = 100;

/// What a run has warmed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Warmed {
    /// Views of dashboards.
    pub views: u64,
    /// Frames that were loaded.
    pub loaded: u64,
    /// Frames that were there already.
    pub ready: u64,
    /// Frames that could not be loaded.
    pub failed: u64,
    /// What else there is to say; empty where there is nothing.
    pub note: String,
}

/// What became of a due time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunRecord {
    /// The schedule.
    pub name: String,
    /// When it was due.
    pub due_at: Timestamp,
    /// How many due times before it passed while no server ran.
    pub missed: u64,
    /// When it began; none while it waits.
    pub started_at: Option<Timestamp>,
    /// When it ended; none while it runs.
    pub ended_at: Option<Timestamp>,
    /// What it has warmed.
    pub warmed: Warmed,
}

impl Store {
    /// The latest runs of each schedule, newest first, at most `limit` of each.
    pub async fn schedule_runs(&self, limit: usize) -> Result<Vec<RunRecord>, StoreError> {
        let rows = sqlx::query(
            "select name, due_at, missed, started_at, ended_at, views, loaded, ready, failed, note
             from schedule_runs order by name, due_at desc",
        )
        .fetch_all(&self.pool)
        .await?;
        let mut runs: Vec<RunRecord> = Vec::new();
        let mut of_name = 0;
        for row in &rows {
            let name: String = row.get(0);
            of_name = match runs.last() {
                Some(last) if last.name == name => of_name + 1,
                _ => 0,
            };
            if of_name >= limit {
                continue;
            }
            let count = |at: usize| u64::try_from(row.get::<i64, _>(at)).unwrap_or_default();
            runs.push(RunRecord {
                due_at: Timestamp(row.get(1)),
                missed: count(2),
                started_at: row.get::<Option<i64>, _>(3).map(Timestamp),
                ended_at: row.get::<Option<i64>, _>(4).map(Timestamp),
                warmed: Warmed {
                    views: count(5),
                    loaded: count(6),
                    ready: count(7),
                    failed: count(8),
                    note: row.get(9),
                },
                name,
            });
        }
        Ok(runs)
    }

    /// Whether a run waits for a process: a read before the claim, so that polling often does not write
    /// often.
    pub async fn has_open_run(&self, now: Timestamp) -> Result<bool, StoreError> {
        self.has_open_due_time(KIND, now).await
    }

    /// Claims the oldest due time of a schedule that nobody has claimed, or whose process has died, and
    /// notes that it begins.
    pub async fn begin_run(
        &self,
        claimer: &str,
        now: Timestamp,
        lease: Duration,
    ) -> Result<Option<DueTime>, StoreError> {
        let Some(due) = self.claim_due_time(KIND, claimer, now, lease).await? else {
            return Ok(None);
        };
        sqlx::query("update schedule_runs set started_at = $1 where name = $2 and due_at = $3")
            .bind(now.0)
            .bind(&due.name)
            .bind(due.due_at.0)
            .execute(&self.pool)
            .await?;
        Ok(Some(due))
    }

    /// Notes what a run has done; false if another process has claimed it by now: then that one's note
    /// counts.
    pub async fn end_run(
        &self,
        due: &DueTime,
        claimer: &str,
        now: Timestamp,
        warmed: &Warmed,
    ) -> Result<bool, StoreError> {
        let mut transaction = self.begin().await?;
        if !due_times::finish(&mut transaction, due, claimer, now).await? {
            return Ok(false);
        }
        let whole = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        sqlx::query(
            "update schedule_runs
             set ended_at = $1, views = $2, loaded = $3, ready = $4, failed = $5, note = $6
             where name = $7 and due_at = $8",
        )
        .bind(now.0)
        .bind(whole(warmed.views))
        .bind(whole(warmed.loaded))
        .bind(whole(warmed.ready))
        .bind(whole(warmed.failed))
        .bind(&warmed.note)
        .bind(&due.name)
        .bind(due.due_at.0)
        .execute(&mut *transaction)
        .await?;
        sqlx::query(
            "delete from schedule_runs where name = $1 and due_at not in (
               select due_at from schedule_runs where name = $1 order by due_at desc limit $2)",
        )
        .bind(&due.name)
        .bind(KEPT)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(true)
    }
}
