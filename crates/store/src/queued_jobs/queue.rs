//! How a process gets its next job.

use super::hold::until;
use super::job::{COLUMN_COUNT, COLUMNS, Claim, Claimed, read};
use super::results;
use crate::{Store, StoreError};
use brisk_domain::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{Any, AssertSqlSafe, Row as _, Transaction};
use std::time::Duration;

/// What is said of an attempt whose process let its lease run out.
const GONE: &str = "The server that ran it stopped, or was cut off.";

/// Which jobs a process may take, at the time `$1`: those that wait and are due, and those whose process
/// counts as dead.
const DUE: &str =
    "((state = 'waiting' and run_after <= $1) or (state = 'running' and claimed_until <= $1))";

impl Store {
    /// Whether a job of one of `kinds` waits for a process: a read, so that polling often does not write
    /// often.
    pub async fn has_due_job(&self, kinds: &[&str], now: Timestamp) -> Result<bool, StoreError> {
        if kinds.is_empty() {
            return Ok(false);
        }
        let listed = placeholders(2, kinds.len());
        let sql = format!("select count(*) from queued_jobs where kind in ({listed}) and {DUE}");
        let mut query = sqlx::query(AssertSqlSafe(sql)).bind(now.0);
        for kind in kinds {
            query = query.bind(*kind);
        }
        Ok(query.fetch_one(&self.pool).await?.get::<i64, _>(0) > 0)
    }

    /// Claims the job of `kinds` that has been due longest and that no other process holds. `claimer` is
    /// this process's name among all of them. `lease` has to be much longer than the difference between
    /// their clocks.
    pub async fn claim_job(
        &self,
        kinds: &[&str],
        claimer: &str,
        now: Timestamp,
        lease: Duration,
    ) -> Result<Option<Claimed>, StoreError> {
        if kinds.is_empty() {
            return Ok(None);
        }
        let mut transaction = self.begin().await?;
        self.give_up_on_the_dead(&mut transaction, kinds, now).await?;
        // Processes that claim at the same moment do not wait for one another's rows.
        let sql = format!(
            "with next as (
               select id from queued_jobs where kind in ({listed}) and {DUE}
               order by run_after, id limit 1 {lock})
             update queued_jobs set state = 'running', attempt = attempt + 1,
               failures = failures + case state when 'running' then 1 else 0 end,
               outcome = case state when 'running' then $2 else outcome end,
               claimed_by = $3, claimed_until = $4, started_at = $1, ended_at = null,
               progress_done = 0, progress_total = 0, result_bytes = 0
             where id in (select id from next)
             returning {COLUMNS}, input",
            listed = placeholders(5, kinds.len()),
            lock = self.skip_locked(),
        );
        let mut query = sqlx::query(AssertSqlSafe(sql))
            .bind(now.0)
            .bind(GONE)
            .bind(claimer)
            .bind(until(now, lease));
        for kind in kinds {
            query = query.bind(*kind);
        }
        let rows = query.fetch_all(&mut *transaction).await?;
        let claimed = rows.first().and_then(|row| claimed(row, claimer));
        if let Some(claimed) = &claimed {
            results::remove_earlier(&mut transaction, &claimed.claim).await?;
        }
        transaction.commit().await?;
        Ok(claimed)
    }

    /// A job whose process has died each time it was tried is not tried for ever.
    async fn give_up_on_the_dead(
        &self,
        transaction: &mut Transaction<'static, Any>,
        kinds: &[&str],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let sql = format!(
            "with dead as (
               select id from queued_jobs
               where kind in ({listed}) and state = 'running' and claimed_until <= $1
                 and failures + 1 >= most_attempts {lock})
             update queued_jobs set state = 'failed', failures = failures + 1, outcome = $2,
               ended_at = $1, claimed_until = null
             where id in (select id from dead)
             returning id",
            listed = placeholders(3, kinds.len()),
            lock = self.skip_locked(),
        );
        let mut query = sqlx::query(AssertSqlSafe(sql)).bind(now.0).bind(GONE);
        for kind in kinds {
            query = query.bind(*kind);
        }
        for row in query.fetch_all(&mut **transaction).await? {
            results::remove(transaction, row.get(0)).await?;
        }
        Ok(())
    }

    fn skip_locked(&self) -> &'static str {
        // In SQLite the transaction holds the only lock there is.
        if self.is_postgres() { "for update skip locked" } else { "" }
    }
}

/// `$2, $3, …`: as many as `count`, from `$first` on.
fn placeholders(first: usize, count: usize) -> String {
    let all: Vec<String> = (first..first + count).map(|n| format!("${n}")).collect();
    all.join(", ")
}

fn claimed(row: &AnyRow, claimer: &str) -> Option<Claimed> {
    let job = read(row)?;
    let claim = Claim { job: job.id, claimer: claimer.to_owned(), attempt: job.attempt };
    Some(Claimed { claim, job, input: row.get(COLUMN_COUNT) })
}
