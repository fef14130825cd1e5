//! What jobs have made to be fetched: a file in parts, which fit into memory one by one.
//!
//! While a job runs, its parts are there without a result; finishing it makes them one. Parts of attempts
//! that came to nothing are deleted with the attempt, or when the job ends.

use super::hold::{Hold, settled};
use super::job::{Claim, whole};
use crate::bounded_text::bounded;
use crate::{Store, StoreError};
use brisk_domain::Timestamp;
use sqlx::{AnyConnection, Row as _};

/// The largest part, in bytes.
pub const LARGEST_PART: usize = 1024 * 1024;
/// The largest result, in bytes.
pub const LARGEST_RESULT: u64 = 64 * 1024 * 1024;
/// The largest size of all results together, in bytes.
pub const MOST_KEPT: u64 = 2 * 1024 * 1024 * 1024;
/// The longest file name and media type, in bytes.
const LONGEST_NAME: usize = 200;

/// What the parts of a job make up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewResult<'r> {
    /// A file's name.
    pub name: &'r str,
    /// `application/pdf`.
    pub media_type: &'r str,
    /// From then on it is gone.
    pub expires_at: Timestamp,
}

/// A result that can be fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobResult {
    /// The job.
    pub job: i64,
    /// A file's name.
    pub name: String,
    /// `application/pdf`.
    pub media_type: String,
    /// Its size.
    pub bytes: u64,
    /// How many parts it has.
    pub parts: i64,
    /// From then on it is gone.
    pub expires_at: Timestamp,
    attempt: i64,
}

/// What came of adding a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Added {
    /// It was added.
    Part,
    /// The job is no longer this process's.
    Not(Hold),
    /// The part is larger than [`LARGEST_PART`], or the result would be larger than [`LARGEST_RESULT`].
    TooLarge,
    /// All results together would be larger than [`MOST_KEPT`].
    NoRoom,
}

impl Store {
    /// Adds `contents` to what the job makes.
    pub async fn add_result_part(
        &self,
        claim: &Claim,
        contents: Vec<u8>,
    ) -> Result<Added, StoreError> {
        let bytes = contents.len() as u64;
        if contents.len() > LARGEST_PART {
            return Ok(Added::TooLarge);
        }
        let mut transaction = self.begin().await?;
        // Written first, so that nobody claims or cancels the job before the part is there.
        let grown = sqlx::query(
            "update queued_jobs set result_bytes = result_bytes + $1
             where id = $2 and claimed_by = $3 and attempt = $4 and state = 'running'",
        )
        .bind(whole(bytes))
        .bind(claim.job)
        .bind(&claim.claimer)
        .bind(claim.attempt)
        .execute(&mut *transaction)
        .await?;
        match settled(&mut transaction, claim, grown.rows_affected()).await? {
            Hold::Held => {}
            other => return Ok(Added::Not(other)),
        }
        let (before, parts) = size(&mut transaction, claim).await?;
        if before + bytes > LARGEST_RESULT {
            return Ok(Added::TooLarge);
        }
        if kept(&mut transaction).await? + bytes > MOST_KEPT {
            return Ok(Added::NoRoom);
        }
        sqlx::query(
            "insert into job_result_parts (job_id, attempt, part, bytes, contents)
             values ($1, $2, $3, $4, $5)",
        )
        .bind(claim.job)
        .bind(claim.attempt)
        .bind(parts)
        .bind(whole(bytes))
        .bind(contents)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(Added::Part)
    }

    /// What a job has made, unless it has expired.
    pub async fn job_result(
        &self,
        job: i64,
        now: Timestamp,
    ) -> Result<Option<JobResult>, StoreError> {
        let row = sqlx::query(
            "select job_id, attempt, name, media_type, bytes, parts, expires_at from job_results
             where job_id = $1 and expires_at > $2",
        )
        .bind(job)
        .bind(now.0)
        .fetch_optional(&self.pool)
        .await?;
        Ok(row.map(|row| JobResult {
            job: row.get(0),
            attempt: row.get(1),
            name: row.get(2),
            media_type: row.get(3),
            bytes: u64::try_from(row.get::<i64, _>(4)).unwrap_or_default(),
            parts: row.get(5),
            expires_at: Timestamp(row.get(6)),
        }))
    }

    /// A part of a result, from 0 on; none where it has expired meanwhile.
    pub async fn job_result_part(
        &self,
        result: &JobResult,
        part: i64,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        let row = sqlx::query(
            "select contents from job_result_parts
             where job_id = $1 and attempt = $2 and part = $3",
        )
        .bind(result.job)
        .bind(result.attempt)
        .bind(part)
        .fetch_optional(&self.pool)
        .await?;
        Ok(row.map(|row| row.get(0)))
    }

    /// Deletes the results that have expired at `now`; the answer is how many.
    pub async fn forget_results(&self, now: Timestamp) -> Result<u64, StoreError> {
        let mut transaction = self.begin().await?;
        let expired = sqlx::query("select job_id from job_results where expires_at <= $1");
        let expired = expired.bind(now.0).fetch_all(&mut *transaction).await?;
        for row in &expired {
            remove(&mut transaction, row.get(0)).await?;
        }
        transaction.commit().await?;
        Ok(expired.len() as u64)
    }
}

/// Makes the parts of this attempt the job's result.
pub(super) async fn keep(
    connection: &mut AnyConnection,
    claim: &Claim,
    result: &NewResult<'_>,
) -> Result<(), StoreError> {
    let (bytes, parts) = size(connection, claim).await?;
    sqlx::query(
        "insert into job_results (job_id, attempt, name, media_type, bytes, parts, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (job_id) do update set attempt = excluded.attempt, name = excluded.name,
           media_type = excluded.media_type, bytes = excluded.bytes, parts = excluded.parts,
           expires_at = excluded.expires_at",
    )
    .bind(claim.job)
    .bind(claim.attempt)
    .bind(bounded(result.name, LONGEST_NAME))
    .bind(bounded(result.media_type, LONGEST_NAME))
    .bind(whole(bytes))
    .bind(parts)
    .bind(result.expires_at.0)
    .execute(connection)
    .await?;
    Ok(())
}

/// Deletes what earlier attempts have left.
pub(super) async fn remove_earlier(
    connection: &mut AnyConnection,
    claim: &Claim,
) -> Result<(), StoreError> {
    sqlx::query("delete from job_result_parts where job_id = $1 and attempt < $2")
        .bind(claim.job)
        .bind(claim.attempt)
        .execute(connection)
        .await?;
    Ok(())
}

/// Deletes what a job has made, finished or not.
pub(super) async fn remove(connection: &mut AnyConnection, job: i64) -> Result<(), StoreError> {
    for sql in [
        "delete from job_results where job_id = $1",
        "delete from job_result_parts where job_id = $1",
    ] {
        sqlx::query(sql).bind(job).execute(&mut *connection).await?;
    }
    Ok(())
}

/// The bytes and the number of the parts that this attempt has added.
async fn size(connection: &mut AnyConnection, claim: &Claim) -> Result<(u64, i64), StoreError> {
    let row = sqlx::query(
        "select cast(coalesce(sum(bytes), 0) as bigint), count(*) from job_result_parts
         where job_id = $1 and attempt = $2",
    )
    .bind(claim.job)
    .bind(claim.attempt)
    .fetch_one(connection)
    .await?;
    Ok((u64::try_from(row.get::<i64, _>(0)).unwrap_or_default(), row.get(1)))
}

/// The bytes of all parts of all jobs.
async fn kept(connection: &mut AnyConnection) -> Result<u64, StoreError> {
    let sql = "select cast(coalesce(sum(bytes), 0) as bigint) from job_result_parts";
    let sum: i64 = sqlx::query(sql).fetch_one(connection).await?.get(0);
    Ok(u64::try_from(sum).unwrap_or_default())
}
