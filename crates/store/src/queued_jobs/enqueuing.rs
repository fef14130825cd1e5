//! How jobs get into the queue.

use crate::bounded_text::bounded;
use crate::{Store, StoreError};
use brisk_domain::Timestamp;
use sqlx::{AnyConnection, Row as _};
use std::fmt;

/// Jobs of one kind that may wait or run at a time.
pub const MOST_WAITING: u32 = 1_000;
/// The longest input, in bytes.
const LONGEST_INPUT: usize = 64 * 1024;
/// The longest kind and the longest key, in bytes. They are never cut: two would become one.
const LONGEST_KIND: usize = 40;
const LONGEST_KEY: usize = 200;
/// The longest subject, and the longest name of who asks, in bytes.
const LONGEST_NAME: usize = 200;

/// A job that somebody asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewJob<'j> {
    /// Which part of Brisk does it: `export`. Processes claim only what they know how to do, so that a
    /// release leaves what it does not know to newer ones.
    pub kind: &'j str,
    /// What it is about, for those who look at the queue: a dashboard, a report.
    pub subject: &'j str,
    /// What it is to do, as JSON. Without secrets: it is not encrypted.
    pub input: &'j str,
    /// As long as a job of the kind with this key is kept, in whatever state, there is no second one.
    pub unique_key: Option<&'j str>,
    /// Who asks; empty where Brisk itself does.
    pub asked_by: &'j str,
    /// It does not begin before that.
    pub run_after: Timestamp,
    /// After so many failures it is given up; at least one.
    pub most_attempts: u32,
}

/// What came of asking for a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Enqueued {
    /// It waits, under this number.
    Added(i64),
    /// One with the same key was there, under this number.
    Known(i64),
    /// It was not taken.
    Refused(Refusal),
}

/// Why a job was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// [`MOST_WAITING`] of its kind wait or run.
    Full,
    /// What describes it is too long, or contains NUL.
    Malformed,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Full => write!(
                f,
                "{MOST_WAITING} jobs of this kind are waiting already. Try again when some of them are done."
            ),
            Self::Malformed => write!(
                f,
                "What this job is to do is too long: {LONGEST_INPUT} bytes are possible. Ask for less at a time."
            ),
        }
    }
}

impl Store {
    /// Adds a job to the queue, asked for at `now`.
    pub async fn enqueue(&self, job: &NewJob<'_>, now: Timestamp) -> Result<Enqueued, StoreError> {
        let mut connection = self.pool.acquire().await?;
        enqueue(&mut connection, job, now).await
    }
}

/// Adds a job, in the caller's transaction: it exists if that commits, together with what it is for.
pub(crate) async fn enqueue(
    connection: &mut AnyConnection,
    job: &NewJob<'_>,
    now: Timestamp,
) -> Result<Enqueued, StoreError> {
    if !is_well_formed(job) {
        return Ok(Enqueued::Refused(Refusal::Malformed));
    }
    loop {
        if let Some(id) = known(connection, job).await? {
            return Ok(Enqueued::Known(id));
        }
        if open(connection, job.kind).await? >= i64::from(MOST_WAITING) {
            return Ok(Enqueued::Refused(Refusal::Full));
        }
        if let Some(id) = insert(connection, job, now).await? {
            return Ok(Enqueued::Added(id));
        }
        // Another process has added one with the same key meanwhile.
    }
}

fn is_well_formed(job: &NewJob<'_>) -> bool {
    let fits = |text: &str, longest: usize| text.len() <= longest && !text.contains('\0');
    !job.kind.is_empty()
        && fits(job.kind, LONGEST_KIND)
        && fits(job.input, LONGEST_INPUT)
        && job.unique_key.is_none_or(|key| fits(key, LONGEST_KEY))
}

async fn known(
    connection: &mut AnyConnection,
    job: &NewJob<'_>,
) -> Result<Option<i64>, StoreError> {
    let Some(key) = job.unique_key else { return Ok(None) };
    let row = sqlx::query("select id from queued_jobs where kind = $1 and unique_key = $2")
        .bind(job.kind)
        .bind(key)
        .fetch_optional(connection)
        .await?;
    Ok(row.map(|row| row.get(0)))
}

/// How many jobs of `kind` wait or run.
async fn open(connection: &mut AnyConnection, kind: &str) -> Result<i64, StoreError> {
    let sql =
        "select count(*) from queued_jobs where state in ('waiting', 'running') and kind = $1";
    Ok(sqlx::query(sql).bind(kind).fetch_one(connection).await?.get(0))
}

async fn insert(
    connection: &mut AnyConnection,
    job: &NewJob<'_>,
    now: Timestamp,
) -> Result<Option<i64>, StoreError> {
    let rows = sqlx::query(
        "insert into queued_jobs
           (kind, subject, input, unique_key, asked_by, asked_at, state, run_after, attempt,
            failures, most_attempts, progress_done, progress_total, outcome, result_bytes)
         values ($1, $2, $3, $4, $5, $6, 'waiting', $7, 0, 0, $8, 0, 0, '', 0)
         on conflict (kind, unique_key) do nothing
         returning id",
    )
    .bind(job.kind)
    .bind(bounded(job.subject, LONGEST_NAME))
    .bind(job.input)
    .bind(job.unique_key)
    .bind(bounded(job.asked_by, LONGEST_NAME))
    .bind(now.0)
    .bind(job.run_after.0)
    .bind(i64::from(job.most_attempts.max(1)))
    .fetch_all(connection)
    .await?;
    Ok(rows.first().map(|row| row.get(0)))
}
