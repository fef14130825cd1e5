//! [`QueuedJob`]: what is known about a job.

use brisk_domain::Timestamp;
use sqlx::Row as _;
use sqlx::any::AnyRow;

/// What [`read`] reads.
pub(super) const COLUMNS: &str = "id, kind, subject, asked_by, asked_at, state, run_after, attempt, \
     failures, most_attempts, claimed_by, started_at, ended_at, progress_done, progress_total, \
     outcome, result_bytes";

/// How many columns those are.
pub(super) const COLUMN_COUNT: usize = 17;

/// Where a job is between being asked for and its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum JobState {
    /// It waits for its time, or for a process.
    Waiting,
    /// A process does it.
    Running,
    /// It is done.
    Done,
    /// It has failed for good, or as often as it may be tried.
    Failed,
    /// Somebody has cancelled it.
    Cancelled,
}

impl JobState {
    /// Every state.
    pub const ALL: [Self; 5] =
        [Self::Waiting, Self::Running, Self::Done, Self::Failed, Self::Cancelled];

    /// Its word, in the store and in addresses.
    pub fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// The state of that word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }
}

/// A job, as the queue knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueuedJob {
    /// Its number: later ones have higher ones.
    pub id: i64,
    /// Which part of Brisk does it: `export`.
    pub kind: String,
    /// What it is about: a dashboard, a report.
    pub subject: String,
    /// Who asked for it; empty where Brisk itself did.
    pub asked_by: String,
    /// When.
    pub asked_at: Timestamp,
    /// Where it is.
    pub state: JobState,
    /// It does not begin before that.
    pub run_after: Timestamp,
    /// How often it has begun.
    pub attempt: i64,
    /// How many attempts have failed since somebody last asked for it.
    pub failures: i64,
    /// After so many it is given up.
    pub most_attempts: i64,
    /// The process that does it, or did it last.
    pub claimed_by: Option<String>,
    /// When the latest attempt began; none where there was none.
    pub started_at: Option<Timestamp>,
    /// When it ended; none where there was none, or while it runs.
    pub ended_at: Option<Timestamp>,
    /// How far the latest attempt is: how many of…
    pub progress_done: u64,
    /// …how many; 0 where it does not know.
    pub progress_total: u64,
    /// What came of the latest attempt that ended, in words: why it failed, where it did.
    pub outcome: String,
    /// The size of what it has made to be fetched, expired or not.
    pub result_bytes: u64,
}

/// A process's hold on a job. Attempts only ever rise, so that it names one attempt of one process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The job.
    pub job: i64,
    /// The process's name among all of them.
    pub claimer: String,
    /// Which attempt.
    pub attempt: i64,
}

/// A job that a process has claimed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimed {
    /// Its hold.
    pub claim: Claim,
    /// The job, as it is now.
    pub job: QueuedJob,
    /// What it is to do, as JSON.
    pub input: String,
}

/// A job of a row that begins with [`COLUMNS`]; none in a state that a newer release has added.
pub(super) fn read(row: &AnyRow) -> Option<QueuedJob> {
    let count = |at: usize| u64::try_from(row.get::<i64, _>(at)).unwrap_or_default();
    let time = |at: usize| row.get::<Option<i64>, _>(at).map(Timestamp);
    Some(QueuedJob {
        id: row.get(0),
        kind: row.get(1),
        subject: row.get(2),
        asked_by: row.get(3),
        asked_at: Timestamp(row.get(4)),
        state: JobState::parse(row.get(5))?,
        run_after: Timestamp(row.get(6)),
        attempt: row.get(7),
        failures: row.get(8),
        most_attempts: row.get(9),
        claimed_by: row.get(10),
        started_at: time(11),
        ended_at: time(12),
        progress_done: count(13),
        progress_total: count(14),
        outcome: row.get(15),
        result_bytes: count(16),
    })
}

/// A count as the store keeps it.
pub(super) fn whole(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
