//! What admins see of the queue, and how long it is kept.

use super::job::{COLUMNS, JobState, QueuedJob, read};
use crate::{Store, StoreError};
use brisk_domain::Timestamp;
use sqlx::{AssertSqlSafe, Row as _};
use std::collections::BTreeMap;

/// Jobs that are listed at a time, at most.
pub const MOST_LISTED: u32 = 200;

/// Which jobs to list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct JobFilter {
    /// In this state only.
    pub state: Option<JobState>,
    /// Of this kind only.
    pub kind: Option<String>,
    /// Below this number: the next page of older ones.
    pub below: Option<i64>,
}

impl Store {
    /// The newest `limit` jobs that pass `filter`, newest first; [`MOST_LISTED`] at most.
    pub async fn queued_jobs(
        &self,
        filter: &JobFilter,
        limit: u32,
    ) -> Result<Vec<QueuedJob>, StoreError> {
        let sql = format!(
            "select {COLUMNS} from queued_jobs
             where ($1 is null or state = $1) and ($2 is null or kind = $2)
               and ($3 is null or id < $3)
             order by id desc limit $4"
        );
        let rows = sqlx::query(AssertSqlSafe(sql))
            .bind(filter.state.map(JobState::word))
            .bind(&filter.kind)
            .bind(filter.below)
            .bind(i64::from(limit.min(MOST_LISTED)))
            .fetch_all(&self.pool)
            .await?;
        Ok(rows.iter().filter_map(read).collect())
    }

    /// The job of that number.
    pub async fn queued_job(&self, id: i64) -> Result<Option<QueuedJob>, StoreError> {
        let sql = format!("select {COLUMNS} from queued_jobs where id = $1");
        let row = sqlx::query(AssertSqlSafe(sql)).bind(id).fetch_optional(&self.pool).await?;
        Ok(row.as_ref().and_then(read))
    }

    /// How many jobs are in each state, those without any left out.
    pub async fn job_counts(&self) -> Result<BTreeMap<JobState, u64>, StoreError> {
        let rows = sqlx::query("select state, count(*) from queued_jobs group by state");
        let rows = rows.fetch_all(&self.pool).await?;
        let counts = rows.iter().filter_map(|row| {
            let count = u64::try_from(row.get::<i64, _>(1)).unwrap_or_default();
            Some((JobState::parse(row.get(0))?, count))
        });
        Ok(counts.collect())
    }

    /// The kinds that occur in the queue.
    pub async fn job_kinds(&self) -> Result<Vec<String>, StoreError> {
        let rows = sqlx::query("select distinct kind from queued_jobs order by kind");
        Ok(rows.fetch_all(&self.pool).await?.iter().map(|row| row.get(0)).collect())
    }

    /// Deletes the jobs that ended before `before` and have no result that is kept; the answer is how
    /// many.
    pub async fn forget_jobs(&self, before: Timestamp) -> Result<u64, StoreError> {
        let deleted = sqlx::query(
            "delete from queued_jobs
             where state in ('done', 'failed', 'cancelled') and ended_at < $1
               and id not in (select job_id from job_results)",
        );
        Ok(deleted.bind(before.0).execute(&self.pool).await?.rows_affected())
    }
}
