//! What can go wrong with a statement, before it runs and while it runs.

use brisk_domain::Query;
use brisk_domain::frame::FrameError;

/// A statement that is rejected before it runs, with the position in the author's text.
#[derive(Debug, Clone, PartialEq, Eq, Hash, thiserror::Error)]
#[error("line {line}, column {column}: {message}")]
pub struct StatementError {
    /// The line, from 1: in the dashboard's file if the query knows it, otherwise in the statement.
    pub line: u32,
    /// The column, in characters from 1.
    pub column: u32,
    /// What is wrong, and what to write instead.
    pub message: String,
    /// A user attribute that the statement needs and the signed-in user lacks. The text itself is
    /// correct.
    pub lacks: Option<String>,
    /// A user attribute whose value does not fit the type that the statement expects. The text itself
    /// is correct.
    pub unfit: Option<String>,
    /// A chosen value that does not fit the type that the statement expects. It is not part of the
    /// message, which may be logged.
    pub value: Option<String>,
}

impl StatementError {
    /// An error at byte `offset` of the query's text.
    pub(crate) fn at(query: &Query, offset: usize, message: impl Into<String>) -> Self {
        let before = query.sql.get(..offset).unwrap_or(&query.sql);
        let newlines = before.matches('\n').count() as u32;
        let line_start = before.rfind('\n').map_or(0, |i| i + 1);
        Self {
            line: query.line.max(1) + newlines,
            column: before[line_start..].chars().count() as u32 + 1,
            message: message.into(),
            lacks: None,
            unfit: None,
            value: None,
        }
    }
}

/// Why a statement returned no frame.
#[derive(Debug, Clone, thiserror::Error)]
pub enum SourceError {
    /// The database rejected the statement because of a word of the author's text.
    #[error(transparent)]
    Statement(#[from] StatementError),
    /// The database cannot be reached or opened, or all its connections are busy.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// The statement ran too long and was stopped.
    #[error("the statement was stopped after {seconds} s, its time limit")]
    Timeout {
        /// The limit.
        seconds: u64,
    },
    /// The result has too many rows.
    #[error("the result has more than {limit} rows: group or filter it in the statement")]
    TooManyRows {
        /// The limit.
        limit: usize,
    },
    /// The result has too many bytes.
    #[error("the result is larger than {limit} bytes: select fewer or shorter columns")]
    TooLarge {
        /// The limit.
        limit: usize,
    },
    /// It needs too much memory.
    #[error(
        "the statement needs more than {} MiB of memory, the limit: group or filter earlier in it, or \
         raise \"memory\" of the source", limit >> 20
    )]
    Memory {
        /// The limit, in bytes.
        limit: u64,
    },
    /// The process that ran the statement ended before it did.
    #[error(
        "the process that ran the statement was ended, perhaps because it took too much memory: \
         group or filter earlier in it"
    )]
    Ended,
    /// A chosen value does not fit the type that the statement expects.
    #[error("{parameter} {message}")]
    Value {
        /// The parameter as its author writes it: `:year`.
        parameter: String,
        /// The expected type that it does not fit.
        message: String,
        /// The value, if the reader chose it. A reader's attributes are never disclosed, and no value
        /// is logged.
        value: Option<String>,
    },
    /// A value does not fit the column's type.
    #[error("column \"{column}\": {message}")]
    Type {
        /// The column.
        column: String,
        /// What does not fit, and what to do.
        message: String,
    },
    /// A rollup's rows cannot be written.
    #[error("{message}")]
    Rollup {
        /// Why, and what to do.
        message: String,
    },
    /// The columns do not make up a frame.
    #[error(transparent)]
    Frame(#[from] FrameError),
    /// The database rejected the statement, for a reason without a position in its text.
    #[error("the database rejected the statement: {message}")]
    Database {
        /// The database's message.
        message: String,
    },
}
