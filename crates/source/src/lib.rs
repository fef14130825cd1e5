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
#[path = "compile/error_position.rs"]
mod blame;
#[path = "compile/check.rs"]
pub mod check;
mod dialect;
pub mod error;
#[path = "compile/lexer.rs"]
mod lexis;
pub mod limits;
#[path = "compile/offset_steps.rs"]
mod lookup;
#[path = "compile/macros.rs"]
pub mod macros;
#[path = "sqlite/value.rs"]
mod mixed;
#[path = "mysql/executor.rs"]
mod mysql;
#[path = "mysql/error.rs"]
mod mysql_error;
#[path = "mysql/session.rs"]
mod mysql_session;
#[path = "mysql/value.rs"]
mod mysql_value;
#[path = "compile/outline.rs"]
mod outline;
#[path = "postgres/executor.rs"]
mod postgres;
#[path = "postgres/session.rs"]
mod postgres_session;
#[path = "postgres/value.rs"]
mod postgres_value;
#[path = "compile/wall_clock.rs"]
pub mod readings;
#[path = "compile/denied_functions.rs"]
mod refused;
#[path = "rollup/plan.rs"]
pub mod rollup;
#[path = "compile/segments.rs"]
mod segments;
pub mod source;
#[path = "sqlite/executor.rs"]
mod sqlite;
#[path = "compile/pipeline.rs"]
pub mod statement;
#[path = "compile/tables.rs"]
mod tables;
#[path = "compile/template.rs"]
pub mod template;
#[path = "compile/time_encodings.rs"]
pub mod time_columns;
#[path = "compile/instant_columns.rs"]
mod times;
#[path = "compile/writer.rs"]
mod writer;

pub use about::About;
pub use dialect::Dialect;
pub use error::{SourceError, StatementError};
pub use limits::Limits;
pub use source::Source;
pub use statement::{Bind, Context, Statement, compile};
