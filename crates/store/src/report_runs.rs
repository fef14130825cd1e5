//! What became of each due time of a report, and the history of all of them.

use crate::audit::{self, Actor};
use crate::bounded_text::bounded;
use crate::report_due::{KIND, PlannedRun, RunCause, due_report, insert_run};
use crate::{DueTime, Store, StoreError, due_times, reports};
use brisk_domain::{ReportName, Tag, Timestamp};
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row as _};
use std::time::Duration;

/// The longest note, in bytes.
const LONGEST_NOTE: usize = 2_000;
/// The longest list of those who are left out, in bytes.
const LONGEST_LIST: usize = 20_000;

/// How a run has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunOutcome {
    /// It was made, and sent as far as its sendings say.
    Done,
    /// Its condition was met for nobody, or nobody is left to receive it.
    NotNeeded,
    /// It could not be made.
    Failed,
}

/// What became of a due time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportRun {
    /// The report.
    pub report: String,
    /// What identifies the due time.
    pub due_at: Timestamp,
    /// When its time had come.
    pub moment: Timestamp,
    /// Why it is made.
    pub cause: RunCause,
    /// Who asked for it.
    pub asked_by: Option<String>,
    /// How many due times before it were missed.
    pub missed: u64,
    /// Whether it is late.
    pub is_late: bool,
    /// When it began; none while it waits.
    pub started_at: Option<Timestamp>,
    /// When it ended; none while it runs.
    pub ended_at: Option<Timestamp>,
    /// How it ended.
    pub outcome: Option<RunOutcome>,
    /// What else there is to say; empty where there is nothing.
    pub note: String,
    /// Who does not receive it, and why.
    pub left_out: Vec<String>,
    /// What became of its sendings.
    pub counts: SendingCounts,
}

/// How many sendings of a run are in which state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SendingCounts {
    /// Being sent.
    pub claimed: u64,
    /// Taken by a server.
    pub sent: u64,
    /// Refused by a server.
    pub refused: u64,
    /// Not sent.
    pub not_sent: u64,
    /// Nobody knows.
    pub unknown: u64,
}

impl RunOutcome {
    const WORDS: [(&'static str, Self); 3] =
        [("done", Self::Done), ("not needed", Self::NotNeeded), ("failed", Self::Failed)];

    fn word(self) -> &'static str {
        Self::WORDS.into_iter().find(|(_, outcome)| *outcome == self).map_or("", |(word, _)| word)
    }
}

impl Store {
    /// Plans a run because `actor` asks for it, which the audit log records; its condition does not count.
    pub async fn ask_for_report(
        &self,
        name: &ReportName,
        actor: &Actor,
        now: Timestamp,
    ) -> Result<DueTime, StoreError> {
        let mut transaction = self.begin().await?;
        let (mut due_at, cause) = (now, RunCause::Asked);
        // Two who ask in the same microsecond both get theirs.
        loop {
            let cause = cause.clone();
            let run = PlannedRun { due_at, moment: now, cause, missed: 0, is_late: false };
            if insert_run(&mut transaction, name, &run, Some(&actor.name), now).await? {
                break;
            }
            due_at = Timestamp(due_at.0 + 1);
        }
        let due = due_report(name, due_at);
        due_times::plan(&mut transaction, &due).await?;
        let record = reports::record(name, "report sent by hand", (None, None), actor, now);
        audit::insert(&mut transaction, &record).await?;
        transaction.commit().await?;
        Ok(due)
    }

    /// Whether a run waits for a process.
    pub async fn has_open_report_run(&self, now: Timestamp) -> Result<bool, StoreError> {
        self.has_open_due_time(KIND, now).await
    }

    /// Claims the oldest due time of a report that nobody has claimed, or whose process has died. The claim
    /// is kept with [`Store::keep_claim`].
    pub async fn begin_report_run(
        &self,
        claimer: &str,
        now: Timestamp,
        lease: Duration,
    ) -> Result<Option<DueTime>, StoreError> {
        let Some(due) = self.claim_due_time(KIND, claimer, now, lease).await? else {
            return Ok(None);
        };
        // The first one began it.
        sqlx::query(
            "update report_runs set started_at = coalesce(started_at, $1)
             where report = $2 and due_at = $3",
        )
        .bind(now.0)
        .bind(&due.name)
        .bind(due.due_at.0)
        .execute(&self.pool)
        .await?;
        Ok(Some(due))
    }

    /// Notes how a run has ended, and who was left out and why; false if another process has claimed it by
    /// now: then that one's note counts.
    pub async fn end_report_run(
        &self,
        due: &DueTime,
        claimer: &str,
        now: Timestamp,
        (outcome, note): (RunOutcome, &str),
        left_out: &[String],
    ) -> Result<bool, StoreError> {
        let mut transaction = self.begin().await?;
        if !due_times::finish(&mut transaction, due, claimer, now).await? {
            return Ok(false);
        }
        let lines: Vec<String> = left_out.iter().map(|line| line.replace('\n', " ")).collect();
        sqlx::query(
            "update report_runs set ended_at = $1, outcome = $2, note = $3, left_out = $4
             where report = $5 and due_at = $6",
        )
        .bind(now.0)
        .bind(outcome.word())
        .bind(bounded(note, LONGEST_NOTE))
        .bind(bounded(&lines.join("\n"), LONGEST_LIST))
        .bind(&due.name)
        .bind(due.due_at.0)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// One run.
    pub async fn report_run(&self, due: &DueTime) -> Result<Option<ReportRun>, StoreError> {
        let sql = format!("{SELECT} where r.report = $1 and r.due_at = $2 {GROUP}");
        let query = sqlx::query(AssertSqlSafe(sql)).bind(&due.name).bind(due.due_at.0);
        Ok(query.fetch_optional(&self.pool).await?.as_ref().map(read))
    }

    /// The latest `limit` runs of a report, newest first.
    pub async fn report_history(
        &self,
        name: &ReportName,
        limit: u32,
    ) -> Result<Vec<ReportRun>, StoreError> {
        let sql = format!("{SELECT} where r.report = $1 {GROUP} order by r.due_at desc limit $2");
        let query = sqlx::query(AssertSqlSafe(sql)).bind(name.as_str()).bind(i64::from(limit));
        Ok(query.fetch_all(&self.pool).await?.iter().map(read).collect())
    }

    /// Deletes what was due, landed, and was linked to before `before`; the answer is how many runs. What is
    /// open stays, and so does the latest figure of each recipient and whoever has unsubscribed.
    pub async fn forget_report_runs(&self, before: Timestamp) -> Result<u64, StoreError> {
        let mut transaction = self.begin().await?;
        let runs = "delete from report_runs where due_at < $1 and ended_at is not null";
        let deleted = sqlx::query(runs).bind(before.0).execute(&mut *transaction).await?;
        for sql in [
            "delete from report_sendings where due_at < $1 and state <> 'claimed'
               and not exists (select 1 from report_runs r
                 where r.report = report_sendings.report and r.due_at = report_sendings.due_at)",
            "delete from report_figures where due_at < $1
               and exists (select 1 from report_figures newer
                 where newer.report = report_figures.report
                   and newer.recipient = report_figures.recipient
                   and newer.due_at > report_figures.due_at)",
            "delete from landings where landed_at < $1",
            "delete from unsubscribe_links where created_at < $1",
            "delete from report_progress where followed_at < $1",
        ] {
            sqlx::query(sql).bind(before.0).execute(&mut *transaction).await?;
        }
        transaction.commit().await?;
        Ok(deleted.rows_affected())
    }
}

/// The columns that [`read`] reads: a run with the states of its sendings.
const SELECT: &str = "
    select r.report, r.due_at, r.moment, r.cause, r.missing, r.asked_by, r.missed, r.is_late,
      r.started_at, r.ended_at, r.outcome, r.note, r.left_out,
      count(case when s.state = 'claimed' then 1 end), count(case when s.state = 'sent' then 1 end),
      count(case when s.state = 'refused' then 1 end),
      count(case when s.state = 'not sent' then 1 end),
      count(case when s.state = 'unknown' then 1 end)
    from report_runs r
    left join report_sendings s on s.report = r.report and s.due_at = r.due_at";
const GROUP: &str = "
    group by r.report, r.due_at, r.moment, r.cause, r.missing, r.asked_by, r.missed, r.is_late,
      r.started_at, r.ended_at, r.outcome, r.note, r.left_out";

fn read(row: &AnyRow) -> ReportRun {
    let count = |at: usize| u64::try_from(row.get::<i64, _>(at)).unwrap_or_default();
    let time = |at: usize| row.get::<Option<i64>, _>(at).map(Timestamp);
    let missing: &str = row.get(4);
    let outcome: Option<String> = row.get(10);
    let left_out: &str = row.get(12);
    ReportRun {
        report: row.get(0),
        due_at: Timestamp(row.get(1)),
        moment: Timestamp(row.get(2)),
        cause: match row.get::<&str, _>(3) {
            "landed" => RunCause::Landed,
            "latest" => RunCause::AtLatest(
                missing.split_whitespace().filter_map(|tag| Tag::parse(tag).ok()).collect(),
            ),
            "asked" => RunCause::Asked,
            _ => RunCause::Time,
        },
        asked_by: row.get(5),
        missed: count(6),
        is_late: row.get::<i64, _>(7) != 0,
        started_at: time(8),
        ended_at: time(9),
        outcome: outcome.and_then(|word| {
            RunOutcome::WORDS.iter().find(|(known, _)| *known == word).map(|(_, outcome)| *outcome)
        }),
        note: row.get(11),
        left_out: left_out.lines().map(ToOwned::to_owned).collect(),
        counts: SendingCounts {
            claimed: count(13),
            sent: count(14),
            refused: count(15),
            not_sent: count(16),
            unknown: count(17),
        },
    }
}
