//! Due times: each is claimed by one process, and by another if that one dies. Schedules are built on
//! them.

use crate::{Store, StoreError};
use brisk_domain::Timestamp;
use sqlx::{AnyConnection, Row as _};
use std::time::Duration;

/// Something that is due.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DueTime {
    /// Which part of Brisk does it: `warming`. Processes claim only what they know how to do, so that
    /// a release leaves what it does not know to newer ones.
    pub kind: String,
    /// What: a schedule's name.
    pub name: String,
    /// When.
    pub due_at: Timestamp,
}

impl Store {
    /// Plans a due time. All replicas may do so: it exists once, and stays done once it is.
    pub async fn plan_due_time(&self, due: &DueTime) -> Result<(), StoreError> {
        let mut connection = self.pool.acquire().await?;
        plan(&mut connection, due).await?;
        Ok(())
    }

    /// Whether a due time of `kind` waits for a process.
    pub(crate) async fn has_open_due_time(
        &self,
        kind: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let row = sqlx::query(
            "select count(*) from jobs where kind = $1 and due_at <= $2 and done_at is null
               and (claimed_until is null or claimed_until <= $2)",
        )
        .bind(kind)
        .bind(now.0)
        .fetch_one(&self.pool)
        .await?;
        Ok(row.get::<i64, _>(0) > 0)
    }

    /// Claims the oldest due time of `kind` that nobody has claimed, or whose process has let its claim
    /// run out. `claimer` is this process's name among all of them. `lease` has to be much longer than
    /// the difference between their clocks.
    pub async fn claim_due_time(
        &self,
        kind: &str,
        claimer: &str,
        now: Timestamp,
        lease: Duration,
    ) -> Result<Option<DueTime>, StoreError> {
        loop {
            // PostgreSQL picks the due row before it waits for a process that is claiming it, and then
            // finds it claimed: there may be another.
            let claimed = sqlx::query(
                "update jobs set claimed_by = $1, claimed_until = $2
                 where (kind, name, due_at) = (
                   select kind, name, due_at from jobs
                   where kind = $3 and due_at <= $4 and done_at is null
                     and (claimed_until is null or claimed_until <= $4)
                   order by due_at, name limit 1)
                   and done_at is null and (claimed_until is null or claimed_until <= $4)
                 returning name, due_at",
            )
            .bind(claimer)
            .bind(until(now, lease))
            .bind(kind)
            .bind(now.0)
            .fetch_all(&self.pool)
            .await?;
            if let Some(row) = claimed.first() {
                let due_at = Timestamp(row.get(1));
                return Ok(Some(DueTime { kind: kind.to_owned(), name: row.get(0), due_at }));
            }
            if !self.has_open_due_time(kind, now).await? {
                return Ok(None);
            }
        }
    }

    /// Keeps a claim while the work goes on; false if another process has it by now.
    pub async fn keep_claim(
        &self,
        due: &DueTime,
        claimer: &str,
        now: Timestamp,
        lease: Duration,
    ) -> Result<bool, StoreError> {
        let kept = sqlx::query(
            "update jobs set claimed_until = $1
             where kind = $2 and name = $3 and due_at = $4 and claimed_by = $5 and done_at is null",
        )
        .bind(until(now, lease))
        .bind(&due.kind)
        .bind(&due.name)
        .bind(due.due_at.0)
        .bind(claimer)
        .execute(&self.pool)
        .await?;
        Ok(kept.rows_affected() == 1)
    }

    /// Records that the work is done; false if another process has claimed it by now.
    pub async fn finish_due_time(
        &self,
        due: &DueTime,
        claimer: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut connection = self.pool.acquire().await?;
        finish(&mut connection, due, claimer, now).await
    }

    /// Deletes what was done before `before`; the answer is how many.
    pub async fn forget_due_times(&self, before: Timestamp) -> Result<u64, StoreError> {
        let deleted = sqlx::query("delete from jobs where done_at < $1").bind(before.0);
        Ok(deleted.execute(&self.pool).await?.rows_affected())
    }
}

/// Plans a due time, in the caller's transaction; false if it exists already.
pub(crate) async fn plan(
    connection: &mut AnyConnection,
    due: &DueTime,
) -> Result<bool, StoreError> {
    let planned = sqlx::query(
        "insert into jobs (kind, name, due_at) values ($1, $2, $3)
         on conflict (kind, name, due_at) do nothing",
    )
    .bind(&due.kind)
    .bind(&due.name)
    .bind(due.due_at.0)
    .execute(connection)
    .await?;
    Ok(planned.rows_affected() == 1)
}

/// Records that the work is done, in the caller's transaction; false if another process has claimed it
/// by now, or has done it.
pub(crate) async fn finish(
    connection: &mut AnyConnection,
    due: &DueTime,
    claimer: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "update jobs set done_at = $1
         where kind = $2 and name = $3 and due_at = $4 and claimed_by = $5 and done_at is null",
    )
    .bind(now.0)
    .bind(&due.kind)
    .bind(&due.name)
    .bind(due.due_at.0)
    .bind(claimer)
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

fn until(now: Timestamp, lease: Duration) -> i64 {
    now.0.saturating_add(i64::try_from(lease.as_micros()).unwrap_or(i64::MAX))
}
