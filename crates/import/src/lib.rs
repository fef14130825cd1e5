//! Loads a CSV file into a table of a source: typed columns, every line accounted for, one
//! transaction per file.
//!
//! - [`plan`] says what to load: columns, types, statements to run afterwards;
//! - [`file`] opens plain, gzip, zstd and xz files and counts the bytes read;
//! - [`value`] turns a field into a typed value, or says why not;
//! - [`load`] does it: one thread reads and converts, another inserts;
//! - [`progress`] shows how far it is.
//!
//! To add a column type: a variant of [`plan::ColumnType`] and its conversion in [`value`].

pub mod error;
pub mod file;
pub mod load;
pub mod plan;
pub mod progress;
mod rejected;
pub mod value;

pub use error::{ImportError, Rejected};
pub use load::{Options, Report, Shift, import_into_sqlite};
pub use plan::Plan;
pub use progress::{NoProgress, Progress, TerminalProgress};
