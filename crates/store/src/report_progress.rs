//! How far each report is: which due times have been planned.
//!
//! There is one progress for each timing of a report. While replicas are replaced one by one, some have the
//! new file and some the old one: each counts on by its own, and nothing is skipped or made anew because
//! they take turns.

use crate::report_due::{PlannedRun, due_report, insert_run};
use crate::{Store, StoreError, due_times};
use brisk_domain::{ReportName, Timestamp};
use sqlx::Row as _;
use std::time::Duration;

/// How precisely it is known when a timing was followed: it is written so often at most.
const PRECISION: Duration = Duration::from_secs(60);
/// A timing that was not followed for so long, while another was, was given up, and begins anew if it comes
/// back. Where none was followed, no server ran.
const GIVEN_UP: Duration = Duration::from_secs(600);

/// How far a report is under its timing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReportProgress {
    /// Moments up to here have been planned, or are none of this timing's.
    pub planned_to: Timestamp,
    /// The moment of the last due time that was planned, under whatever timing.
    pub last_moment: Option<Timestamp>,
}

impl Store {
    /// How far the report is under `timing`, words that identify it. A timing that is new, or comes back
    /// after another one, begins at `now`: nothing from before is due. A report that its author has paused is
    /// followed under words of its own.
    pub async fn follow_report(
        &self,
        name: &ReportName,
        timing: &str,
        now: Timestamp,
    ) -> Result<ReportProgress, StoreError> {
        let rows = sqlx::query(
            "select timing, planned_to, last_moment, followed_at from report_progress
             where report = $1",
        )
        .bind(name.as_str())
        .fetch_all(&self.pool)
        .await?;
        let last_moment = rows.iter().filter_map(|row| row.get::<Option<i64>, _>(2)).max();
        let last_moment = last_moment.map(Timestamp);
        let others = rows.iter().filter(|row| row.get::<&str, _>(0) != timing);
        let others = others.map(|row| Timestamp(row.get(3))).max();
        let Some(own) = rows.iter().find(|row| row.get::<&str, _>(0) == timing) else {
            sqlx::query(
                "insert into report_progress (report, timing, planned_to, followed_at)
                 values ($1, $2, $3, $3) on conflict (report, timing) do nothing",
            )
            .bind(name.as_str())
            .bind(timing)
            .bind(now.0)
            .execute(&self.pool)
            .await?;
            return Ok(ReportProgress { planned_to: now, last_moment });
        };
        let (planned_to, followed_at) = (Timestamp(own.get(1)), Timestamp(own.get(3)));
        let was_given_up = others.is_some_and(|other| other.since(followed_at) > GIVEN_UP);
        if !was_given_up && now.since(followed_at) < PRECISION && followed_at <= now {
            return Ok(ReportProgress { planned_to, last_moment });
        }
        let planned_to = if was_given_up { now } else { planned_to };
        sqlx::query(
            "update report_progress set planned_to = $1, followed_at = $2
             where report = $3 and timing = $4 and planned_to = $5 and followed_at = $6",
        )
        .bind(planned_to.0)
        .bind(now.0)
        .bind(name.as_str())
        .bind(timing)
        .bind(own.get::<i64, _>(1))
        .bind(followed_at.0)
        .execute(&self.pool)
        .await?;
        Ok(ReportProgress { planned_to, last_moment })
    }

    /// Plans a due time of the report under `timing`, where its progress is still `planned_to`. One of all
    /// replicas does so: false where another has, where the report is paused, and where this due time was
    /// planned before, as after a clock was set back.
    pub async fn plan_report(
        &self,
        name: &ReportName,
        timing: &str,
        planned_to: Timestamp,
        run: &PlannedRun,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut transaction = self.begin().await?;
        let taken = sqlx::query(
            "update report_progress set planned_to = $1, last_moment = $1
             where report = $2 and timing = $3 and planned_to = $4
               and not exists (select 1 from report_pauses where report = $2)",
        )
        .bind(run.moment.0)
        .bind(name.as_str())
        .bind(timing)
        .bind(planned_to.0)
        .execute(&mut *transaction)
        .await?;
        if taken.rows_affected() == 0 {
            return Ok(false);
        }
        let is_new = insert_run(&mut transaction, name, run, None, now).await?;
        if is_new {
            due_times::plan(&mut transaction, &due_report(name, run.due_at)).await?;
        }
        transaction.commit().await?;
        Ok(is_new)
    }

    /// Notes that the clock was set back to before what the report has planned: it goes on from `now`.
    pub async fn set_report_back(
        &self,
        name: &ReportName,
        timing: &str,
        planned_to: Timestamp,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "update report_progress set planned_to = $1
             where report = $2 and timing = $3 and planned_to = $4",
        )
        .bind(now.0)
        .bind(name.as_str())
        .bind(timing)
        .bind(planned_to.0)
        .execute(&self.pool)
        .await?;
        Ok(())
    }
}
