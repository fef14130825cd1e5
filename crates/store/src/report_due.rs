//! Due times of reports: why one is due, and how it is written down.

use crate::{DueTime, StoreError};
use brisk_domain::{ReportName, Tag, Timestamp};
use sqlx::AnyConnection;

/// The kind of the due times of reports.
pub(crate) const KIND: &str = "report";

/// Why a report is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RunCause {
    /// The clock says so.
    Time,
    /// All data have landed.
    Landed,
    /// It was not to wait any longer for these tags.
    AtLatest(Vec<Tag>),
    /// Somebody has asked for it.
    Asked,
}

/// A due time to be planned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedRun {
    /// What identifies it among all processes.
    pub due_at: Timestamp,
    /// When its time had come.
    pub moment: Timestamp,
    /// Why it is due.
    pub cause: RunCause,
    /// How many others before it were missed.
    pub missed: u64,
    /// Whether readers should know that it is late.
    pub is_late: bool,
}

impl RunCause {
    fn word(&self) -> &'static str {
        match self {
            Self::Time => "time",
            Self::Landed => "landed",
            Self::AtLatest(_) => "latest",
            Self::Asked => "asked",
        }
    }
}

/// The due time of a run.
pub(crate) fn due_report(name: &ReportName, due_at: Timestamp) -> DueTime {
    DueTime { kind: KIND.into(), name: name.to_string(), due_at }
}

/// Adds a run; false if there is one of that due time.
pub(crate) async fn insert_run(
    connection: &mut AnyConnection,
    name: &ReportName,
    run: &PlannedRun,
    asked_by: Option<&str>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let missing: Vec<String> = match &run.cause {
        RunCause::AtLatest(missing) => missing.iter().map(Tag::to_string).collect(),
        RunCause::Time | RunCause::Landed | RunCause::Asked => Vec::new(),
    };
    let added = sqlx::query(
        "insert into report_runs
           (report, due_at, moment, cause, missing, asked_by, missed, is_late, planned_at, note,
            left_out)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, '', '')
         on conflict (report, due_at) do nothing",
    )
    .bind(name.as_str())
    .bind(run.due_at.0)
    .bind(run.moment.0)
    .bind(run.cause.word())
    .bind(missing.join(" "))
    .bind(asked_by)
    .bind(i64::try_from(run.missed).unwrap_or(i64::MAX))
    .bind(i64::from(run.is_late))
    .bind(now.0)
    .execute(connection)
    .await?;
    Ok(added.rows_affected() == 1)
}
