//! What a process says about a job that it holds. Everything names the claim: a process that has lost the
//! job changes nothing.

use super::hold::{Hold, hold, settled, until};
use super::job::{Claim, JobState, whole};
use super::results::{self, NewResult};
use crate::bounded_text::bounded;
use crate::{Store, StoreError};
use brisk_domain::Timestamp;
use sqlx::AnyConnection;
use std::time::Duration;

/// The longest outcome, in bytes.
const LONGEST_OUTCOME: usize = 1_000;
/// What is said of an attempt that its process has handed back.
const HANDED_BACK: &str = "The server that ran it was stopped; another goes on with it.";

impl Store {
    /// Whether the claim is still good.
    pub async fn job_hold(&self, claim: &Claim) -> Result<Hold, StoreError> {
        let mut connection = self.pool.acquire().await?;
        hold(&mut connection, claim).await
    }

    /// Renews the lease. A lease that has run out is renewed as long as no other process has claimed the
    /// job.
    pub async fn renew_job(
        &self,
        claim: &Claim,
        now: Timestamp,
        lease: Duration,
    ) -> Result<Hold, StoreError> {
        let mut connection = self.pool.acquire().await?;
        let renewed = sqlx::query(
            "update queued_jobs set claimed_until = $1
             where id = $2 and claimed_by = $3 and attempt = $4 and state = 'running'",
        )
        .bind(until(now, lease))
        .bind(claim.job)
        .bind(&claim.claimer)
        .bind(claim.attempt)
        .execute(&mut *connection)
        .await?;
        settled(&mut connection, claim, renewed.rows_affected()).await
    }

    /// Says how far the job is.
    pub async fn report_progress(
        &self,
        claim: &Claim,
        done: u64,
        total: u64,
    ) -> Result<Hold, StoreError> {
        let mut connection = self.pool.acquire().await?;
        let reported = sqlx::query(
            "update queued_jobs set progress_done = $1, progress_total = $2
             where id = $3 and claimed_by = $4 and attempt = $5 and state = 'running'",
        )
        .bind(whole(done))
        .bind(whole(total))
        .bind(claim.job)
        .bind(&claim.claimer)
        .bind(claim.attempt)
        .execute(&mut *connection)
        .await?;
        settled(&mut connection, claim, reported.rows_affected()).await
    }

    /// The job is done: what came of it, and the result that its parts make up, if it is to have one.
    pub async fn finish_job(
        &self,
        claim: &Claim,
        now: Timestamp,
        outcome: &str,
        result: Option<&NewResult<'_>>,
    ) -> Result<Hold, StoreError> {
        let end = End { state: JobState::Done, outcome, run_after: None, failed: 0 };
        let mut transaction = self.begin().await?;
        let ended = end.write(&mut transaction, claim, now).await?;
        if ended == Hold::Held {
            match result {
                Some(result) => results::keep(&mut transaction, claim, result).await?,
                None => results::remove(&mut transaction, claim.job).await?,
            }
            transaction.commit().await?;
        }
        Ok(ended)
    }

    /// The attempt has failed, for this reason. There is another one from `again` on; without it, the job
    /// is given up.
    pub async fn fail_job(
        &self,
        claim: &Claim,
        now: Timestamp,
        why: &str,
        again: Option<Timestamp>,
    ) -> Result<Hold, StoreError> {
        let state = if again.is_some() { JobState::Waiting } else { JobState::Failed };
        let end = End { state, outcome: why, run_after: again, failed: 1 };
        self.end_without_result(claim, now, &end).await
    }

    /// The process stops, and hands the job back: another may have it at once, and nothing has failed.
    pub async fn release_job(&self, claim: &Claim, now: Timestamp) -> Result<Hold, StoreError> {
        let end =
            End { state: JobState::Waiting, outcome: HANDED_BACK, run_after: Some(now), failed: 0 };
        self.end_without_result(claim, now, &end).await
    }

    async fn end_without_result(
        &self,
        claim: &Claim,
        now: Timestamp,
        end: &End<'_>,
    ) -> Result<Hold, StoreError> {
        let mut transaction = self.begin().await?;
        let ended = end.write(&mut transaction, claim, now).await?;
        if ended == Hold::Held {
            results::remove(&mut transaction, claim.job).await?;
            transaction.commit().await?;
        }
        Ok(ended)
    }
}

/// How an attempt ends.
struct End<'e> {
    state: JobState,
    outcome: &'e str,
    /// When the next attempt may begin, if there is to be one.
    run_after: Option<Timestamp>,
    /// How many failures this is.
    failed: i64,
}

impl End<'_> {
    async fn write(
        &self,
        connection: &mut AnyConnection,
        claim: &Claim,
        now: Timestamp,
    ) -> Result<Hold, StoreError> {
        let ended = sqlx::query(
            "update queued_jobs set state = $1, outcome = $2, run_after = coalesce($3, run_after),
               failures = failures + $4, ended_at = $5, claimed_until = null
             where id = $6 and claimed_by = $7 and attempt = $8 and state = 'running'",
        )
        .bind(self.state.word())
        .bind(bounded(self.outcome, LONGEST_OUTCOME))
        .bind(self.run_after.map(|at| at.0))
        .bind(self.failed)
        .bind(now.0)
        .bind(claim.job)
        .bind(&claim.claimer)
        .bind(claim.attempt)
        .execute(&mut *connection)
        .await?;
        settled(connection, claim, ended.rows_affected()).await
    }
}
