//! Why an import did not happen.

use std::fmt;

/// A line that does not fit the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejected {
    /// The line of the file, from 1 (the header).
    pub line: u64,
    /// What does not fit.
    pub reason: String,
}

impl fmt::Display for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.reason)
    }
}

/// Why an import did not happen. The database is as it was before.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file cannot be opened or read to its end.
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
    /// The file lacks a column of the plan.
    #[error("the file has no column \"{column}\"; it has {present}")]
    MissingColumn {
        /// The column of the plan.
        column: String,
        /// The file's columns.
        present: String,
    },
    /// More lines do not fit than are allowed.
    #[error("{count} lines do not fit, {allowed} are allowed; nothing was imported\n{}", first(.rejected))]
    Rejected {
        /// How many, as far as the file was read.
        count: u64,
        /// How many are allowed.
        allowed: u64,
        /// The first of them.
        rejected: Vec<Rejected>,
    },
    /// The list of lines that do not fit cannot be written.
    #[error("{path} cannot be written: {reason}")]
    RejectedFile {
        /// The file.
        path: String,
        /// What went wrong.
        reason: String,
    },
    /// The URL of the database cannot be understood. It is not repeated: it holds a password.
    #[error("the database's URL must look like {0}")]
    Url(&'static str),
    /// There is no connection to the database.
    #[error("the database cannot be reached, or refuses its user: {0}")]
    Unreachable(String),
    /// Somebody else imports into the same table.
    #[error("another import into table {0} is running; nothing was imported")]
    Busy(String),
    /// The database refused.
    #[error("the database refused the import: {0}")]
    Database(#[from] sqlx::Error),
}

fn first(rejected: &[Rejected]) -> String {
    rejected.iter().map(|r| format!("  {r}")).collect::<Vec<_>>().join("\n")
}
