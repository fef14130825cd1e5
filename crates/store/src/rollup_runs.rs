//! The history of rollup refreshes.

use crate::{Store, StoreError};
use brisk_domain::{RollupName, RollupReport, RollupRun, SourceName, Timestamp};
use sqlx::Row as _;
use sqlx::any::AnyRow;

/// How many runs of each rollup are kept.
const KEPT: i64 = 100;

impl Store {
    /// Records a run, and deletes the rollup's oldest beyond the limit.
    pub async fn record_rollup_run(&self, run: &RollupRun) -> Result<(), StoreError> {
        let (source, rollup) = (run.source.as_str(), run.rollup.as_str());
        let report = run.outcome.as_ref().ok();
        let int = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
        let mut transaction = self.begin().await?;
        sqlx::query(
            "insert into rollup_runs
               (source, rollup, started_at, seconds, since, written, row_count, error)
             values ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(source)
        .bind(rollup)
        .bind(run.started_at.0)
        .bind(run.seconds)
        .bind(report.and_then(|report| report.from).map(|from| from.0))
        .bind(report.map(|report| int(report.written)))
        .bind(report.map(|report| int(report.rows)))
        .bind(run.outcome.as_ref().err())
        .execute(&mut *transaction)
        .await?;
        sqlx::query(
            "delete from rollup_runs where source = $1 and rollup = $2 and id <= (
               select id from rollup_runs where source = $1 and rollup = $2
               order by id desc limit 1 offset $3)",
        )
        .bind(source)
        .bind(rollup)
        .bind(KEPT)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(())
    }

    /// The newest `limit` runs of all rollups, newest first.
    pub async fn rollup_runs(&self, limit: u32) -> Result<Vec<RollupRun>, StoreError> {
        let rows = sqlx::query(
            "select rollup, source, started_at, seconds, since, written, row_count, error
             from rollup_runs order by id desc limit $1",
        )
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.iter().filter_map(run).collect())
    }

    /// The newest run of each rollup.
    pub async fn latest_rollup_runs(&self) -> Result<Vec<RollupRun>, StoreError> {
        let rows = sqlx::query(
            "select rollup, source, started_at, seconds, since, written, row_count, error
             from rollup_runs
             where id in (select max(id) from rollup_runs group by source, rollup)
             order by source, rollup",
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.iter().filter_map(run).collect())
    }
}

/// Skips rows whose name is no longer valid: they belong to no rollup.
fn run(row: &AnyRow) -> Option<RollupRun> {
    let error: Option<String> = row.get(7);
    let report = || RollupReport {
        from: row.get::<Option<i64>, _>(4).map(Timestamp),
        written: row.get::<Option<i64>, _>(5).unwrap_or_default().unsigned_abs(),
        rows: row.get::<Option<i64>, _>(6).unwrap_or_default().unsigned_abs(),
    };
    Some(RollupRun {
        rollup: RollupName::parse(row.get(0)).ok()?,
        source: SourceName::parse(row.get(1)).ok()?,
        started_at: Timestamp(row.get(2)),
        seconds: row.get(3),
        outcome: error.map_or_else(|| Ok(report()), Err),
    })
}
