//! A panel's query as its author wrote it -> a checked, bound, read-only statement -> a frame.
//!
//! The pipeline, one step a file; all but the last are pure:
//!
//! 1. [`template`] reads the author's text into SQL, `:parameters` and `$macros(…)`, with the
//!    dialect's literals and comments from `lexis`;
//! 2. [`check`] makes sure that it is one `select`, by way of `outline`, which leads every error
//!    back to the author's line; `tables` finds what it reads, `times` which columns are instants;
//! 3. [`macros`] writes each macro in the dialect's SQL; the zone's changes, cut into `segments`, are
//!    found by a `lookup`;
//! 4. [`statement::compile`] puts them together in `writer`: SQL and bound values, never spliced;
//! 5. `sqlite`, `postgres` and `mysql` run it, read-only and within [`limits`], and decode the
//!    frame; [`source`] is any of them. `blame` finds the author's word that a database's message
//!    is about.
//!
//! [`rollup`] keeps tables of what such a statement gives, for other statements to read.
//!
//! To add a macro: its expansion in [`macros`] (or [`time_columns`], [`readings`]) and its case in `writer`.
//! To add a dialect: a variant of [`Dialect`] (the compiler lists what it has to spell), its
//! literals and comments in `lexis`, its functions in `refused`, and its executor beside
//! `postgres`.

mod about;
mod blame;
pub mod check;
mod dialect;
pub mod error;
mod lexis;
pub mod limits;
mod lookup;
pub mod macros;
mod mixed;
mod mysql;
mod mysql_error;
mod mysql_session;
mod mysql_value;
mod outline;
mod postgres;
mod postgres_session;
mod postgres_value;
pub mod readings;
mod refused;
pub mod rollup;
mod segments;
pub mod source;
mod sqlite;
pub mod statement;
mod tables;
pub mod template;
pub mod time_columns;
mod times;
mod writer;

pub use about::About;
pub use dialect::Dialect;
pub use error::{SourceError, StatementError};
pub use limits::Limits;
pub use source::Source;
pub use sqlite::CONNECTIONS as SQLITE_CONNECTIONS;
pub use statement::{Bind, Context, Statement, compile};
