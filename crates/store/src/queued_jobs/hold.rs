//! [`Hold`]: whether a process still has a job.

use super::job::{Claim, JobState};
use crate::StoreError;
use brisk_domain::Timestamp;
use sqlx::{AnyConnection, Row as _};
use std::time::Duration;

/// Whether a process still has a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hold {
    /// It has.
    Held,
    /// Somebody has cancelled it.
    Cancelled,
    /// Another process has it, or may have it at any moment.
    Lost,
}

/// Whether a write about a job has counted, and why not.
pub(super) async fn settled(
    connection: &mut AnyConnection,
    claim: &Claim,
    written: u64,
) -> Result<Hold, StoreError> {
    if written == 1 {
        return Ok(Hold::Held);
    }
    Ok(match hold(connection, claim).await? {
        // What was refused stays refused.
        Hold::Held => Hold::Lost,
        other => other,
    })
}

pub(super) async fn hold(
    connection: &mut AnyConnection,
    claim: &Claim,
) -> Result<Hold, StoreError> {
    let sql = "select state from queued_jobs where id = $1 and claimed_by = $2 and attempt = $3";
    let row = sqlx::query(sql)
        .bind(claim.job)
        .bind(&claim.claimer)
        .bind(claim.attempt)
        .fetch_optional(connection)
        .await?;
    let state = row.and_then(|row| JobState::parse(row.get(0)));
    Ok(match state {
        Some(JobState::Running) => Hold::Held,
        Some(JobState::Cancelled) => Hold::Cancelled,
        _ => Hold::Lost,
    })
}

pub(super) fn until(now: Timestamp, lease: Duration) -> i64 {
    now.after(lease).0
}
