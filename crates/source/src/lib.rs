//! A panel's query as its author wrote it -> a checked, bound, read-only statement -> a frame.
//!
//! The pipeline, one step a file:
//!
//! 1. [`template`] reads the author's text into SQL, `:parameters` and `$macros(…)`;
//! 2. [`check`] makes sure that it is one `select`, and finds the tables it reads;
//! 3. [`macros`] writes each macro in the dialect's SQL;
//! 4. [`statement::compile`] puts them together: SQL and bound values, never spliced;
//! 5. [`sqlite`] runs it, read-only and within limits, and decodes the frame.
//!
//! To add a macro: its expansion in [`macros`] and its line in `docs/dashboards-as-code.md`.
//! To add a dialect: a variant of [`Dialect`], its expansions, and its executor beside [`sqlite`].

pub mod check;
pub mod error;
pub mod macros;
mod mixed;
pub mod sqlite;
pub mod statement;
pub mod template;

pub use error::{SourceError, StatementError};
pub use sqlite::{Limits, Source};
pub use statement::{Bind, Context, Statement, TimeForm, compile};

/// How a database spells SQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// SQLite; instants are whole seconds since the epoch.
    Sqlite,
}
