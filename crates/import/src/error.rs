//! Why an import failed.

use std::fmt;

/// A line that was rejected because it does not fit the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejected {
    /// Its line number in the file, from 1 (the header).
    pub line: u64,
    /// Why it was rejected.
    pub reason: String,
}

impl fmt::Display for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.reason)
    }
}

/// Why an import failed. The database is unchanged.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file cannot be opened or read.
    #[error("{path} cannot be read: {reason}")]
    File {
        /// The file.
        path: String,
        /// What went wrong.
        reason: String,
    },
    /// The plan is wrong.
    #[error("{0}")]
    Plan(String),
    /// The file has no such column.
    #[error(
        "the file has no column \"{column}\"; it has {present}. If that is one column, set delimiter; \
         without a header, write positions (from = 1)"
    )]
    MissingColumn {
        /// The column in the plan.
        column: String,
        /// The file's columns.
        present: String,
    },
    /// Too many lines were rejected.
    #[error("{count} lines do not fit, {allowed} are allowed; nothing was imported\n{}", first(.rejected))]
    Rejected {
        /// How many, until reading stopped.
        count: u64,
        /// How many are allowed.
        allowed: u64,
        /// The first few of them.
        rejected: Vec<Rejected>,
    },
    /// The file for rejected lines cannot be written.
    #[error("{path} cannot be written: {reason}")]
    RejectedFile {
        /// The file.
        path: String,
        /// What went wrong.
        reason: String,
    },
    /// The database URL is invalid. The message does not repeat it, because it holds a password.
    #[error("the database's URL must look like {0}")]
    Url(&'static str),
    /// The database is unreachable, or refused the login.
    #[error("the database cannot be reached, or refuses its user: {0}")]
    Unreachable(String),
    /// Another import into the same table is running.
    #[error("another import into table {0} is running; nothing was imported")]
    Busy(String),
    /// The database rejected a statement.
    #[error("the database refused the import: {0}")]
    Database(#[from] sqlx::Error),
}

fn first(rejected: &[Rejected]) -> String {
    rejected.iter().map(|r| format!("  {r}")).collect::<Vec<_>>().join("\n")
}
