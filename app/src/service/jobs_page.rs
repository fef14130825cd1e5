//! Data of the page "Jobs".

use brisk_domain::Timestamp;

/// The background jobs that pass a filter.
#[derive(Debug, Default)]
pub struct JobsPage {
    /// When the page was made.
    pub now: Timestamp,
    /// The jobs, newest first.
    pub jobs: Vec<JobRow>,
    /// How many jobs are in each state.
    pub states: Vec<(&'static str, u64)>,
    /// The kinds of jobs that there are.
    pub kinds: Vec<String>,
    /// The state that is shown; empty for all.
    pub state: String,
    /// The kind that is shown; empty for all.
    pub kind: String,
    /// The address of the next page of older jobs, if there are more.
    pub older: Option<String>,
    /// What is wrong with the filter, or with what was sent.
    pub problem: Option<String>,
    /// The action just done.
    pub notice: Option<&'static str>,
}

/// One background job.
#[derive(Debug)]
pub struct JobRow {
    /// Its number.
    pub id: i64,
    /// Which part of Brisk does it.
    pub kind: String,
    /// What it is about.
    pub subject: String,
    /// Where it is.
    pub state: JobRowState,
    /// Who asked for it, empty where Brisk itself did; and when.
    pub asked: (String, Timestamp),
    /// It does not begin before that.
    pub run_after: Timestamp,
    /// When the latest attempt began, if there was one.
    pub started_at: Option<Timestamp>,
    /// When it ended, if it has.
    pub ended_at: Option<Timestamp>,
    /// Attempts; those of them that failed since it was last asked for; after how many it is given up.
    pub attempts: (i64, i64, i64),
    /// How far it is, of how much; 0 where that is unknown.
    pub progress: (u64, u64),
    /// The size of what it has made.
    pub bytes: u64,
    /// What came of the latest attempt, in words.
    pub outcome: String,
}

/// Where a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobRowState {
    /// It waits for its time, or for a server.
    Waiting,
    /// A server does it.
    Running,
    /// It is done.
    Done,
    /// It is given up.
    Failed,
    /// Somebody has cancelled it.
    Cancelled,
}
