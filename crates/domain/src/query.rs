//! A statement as its author wrote it.

use serde::{Deserialize, Serialize};

/// One statement with its `:parameters` and `$macros`, as its author wrote it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Query {
    /// The text.
    pub sql: String,
    /// The line of the dashboard's file on which the text starts, from 1; 0 if it is not from a
    /// file. Errors refer to the author's own line numbers.
    pub line: u32,
}

impl Query {
    /// A statement that is not from a file.
    pub fn new(sql: impl Into<String>) -> Self {
        Self { sql: sql.into(), line: 0 }
    }
}
