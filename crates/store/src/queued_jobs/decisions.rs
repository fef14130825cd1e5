//! What people decide about jobs. Both are changes: they are in the audit log, and all processes hear of
//! them at once.

use super::job::{COLUMNS, JobState, QueuedJob, read};
use super::results;
use crate::audit::{Actor, AuditRecord};
use crate::change::{Change, Topic};
use crate::{Store, StoreError};
use brisk_domain::Timestamp;
use sqlx::AssertSqlSafe;

impl Store {
    /// Cancels a job that waits or runs; false where there is none. A process that does it stops as soon
    /// as it hears of that, and nothing that it says counts any more.
    pub async fn cancel_job(
        &self,
        id: i64,
        actor: &Actor,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let from = [JobState::Waiting, JobState::Running];
        let Some((mut change, before)) = self.begin_decision(id, &from).await? else {
            return Ok(false);
        };
        // The condition is for a process that ends it at this moment.
        let cancelled = sqlx::query(
            "update queued_jobs set state = 'cancelled', ended_at = $1, claimed_until = null
             where id = $2 and state in ('waiting', 'running')",
        )
        .bind(at.0)
        .bind(id)
        .execute(&mut *change)
        .await?;
        if cancelled.rows_affected() == 0 {
            return Ok(false);
        }
        results::remove(&mut change, id).await?;
        self.commit_decision(change, &before, "job cancelled", JobState::Cancelled, actor, at).await
    }

    /// Has a job that failed or was cancelled tried again, as often as a new one; false where there is
    /// none.
    pub async fn retry_job(
        &self,
        id: i64,
        actor: &Actor,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let from = [JobState::Failed, JobState::Cancelled];
        let Some((mut change, before)) = self.begin_decision(id, &from).await? else {
            return Ok(false);
        };
        sqlx::query(
            "update queued_jobs set state = 'waiting', failures = 0, run_after = $1,
               progress_done = 0, progress_total = 0
             where id = $2 and state in ('failed', 'cancelled')",
        )
        .bind(at.0)
        .bind(id)
        .execute(&mut *change)
        .await?;
        self.commit_decision(change, &before, "job retried", JobState::Waiting, actor, at).await
    }

    async fn begin_decision(
        &self,
        id: i64,
        from: &[JobState],
    ) -> Result<Option<(Change, QueuedJob)>, StoreError> {
        let mut change = self.begin_change(Topic::Jobs).await?;
        let sql = format!("select {COLUMNS} from queued_jobs where id = $1");
        let row = sqlx::query(AssertSqlSafe(sql)).bind(id).fetch_optional(&mut *change).await?;
        let job = row.as_ref().and_then(read).filter(|job| from.contains(&job.state));
        Ok(job.map(|job| (change, job)))
    }

    async fn commit_decision(
        &self,
        mut change: Change,
        before: &QueuedJob,
        action: &str,
        after: JobState,
        actor: &Actor,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let record = AuditRecord {
            at,
            actor: actor.clone(),
            action: action.into(),
            subject: format!("job {} {} {}", before.id, before.kind, before.subject),
            before: Some(before.state.word().into()),
            after: Some(after.word().into()),
        };
        change.record(&record).await?;
        change.commit().await?;
        Ok(true)
    }
}
