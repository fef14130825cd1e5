//! [`Handler`]: what does the jobs of a kind.

use crate::Running;
use crate::running::{NotAdded, NotHeld};
use async_trait::async_trait;
use std::time::Duration;

/// Does the jobs of one kind.
#[async_trait]
pub trait Handler: Send + Sync + 'static {
    /// The kind: a word that stays the same from release to release.
    fn kind(&self) -> &'static str;

    /// How many of them a process does at a time, besides the limit for all.
    fn at_a_time(&self) -> usize {
        usize::MAX
    }

    /// Does one. The future is dropped at its next await when the job is cancelled, when its lease is
    /// lost, and when the process stops: what it holds has to clean up after itself. What it starts
    /// elsewhere (threads, tasks) has to ask [`Running::is_stopped`].
    async fn run(&self, running: Running) -> Result<Done, Failure>;
}

/// A job that is done.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Done {
    /// What came of it, for admins: "3 dashboards, 12 panels".
    pub outcome: String,
    /// What [`Running::add_to_result`] was given, if that is to be fetched.
    pub made: Option<Made>,
}

/// A result that is to be fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// The file's name.
    pub name: String,
    /// `application/pdf`.
    pub media_type: String,
    /// For how long it can be fetched.
    pub kept: Duration,
}

/// Why a job has failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    pub(crate) why: String,
    pub(crate) is_lasting: bool,
}

impl Failure {
    /// It may go better another time. `why` is a sentence for admins.
    pub fn passing(why: impl Into<String>) -> Self {
        Self { why: why.into(), is_lasting: false }
    }

    /// It would fail in the same way each time. `why` is a sentence for admins.
    pub fn lasting(why: impl Into<String>) -> Self {
        Self { why: why.into(), is_lasting: true }
    }
}

impl From<NotHeld> for Failure {
    fn from(error: NotHeld) -> Self {
        Self::passing(error.to_string())
    }
}

impl From<NotAdded> for Failure {
    fn from(error: NotAdded) -> Self {
        let is_lasting = matches!(error, NotAdded::TooLarge);
        Self { why: error.to_string(), is_lasting }
    }
}
