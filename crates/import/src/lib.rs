//! Imports a CSV file into a table of a source: typed columns, every line accounted for, all or
//! nothing.
//!
//! - [`plan`] describes what to load: columns, types, statements to run afterwards. Its SQL may
//!   differ by database ([`per_dialect`]), `derived` finds the tables that the statements mark, and
//!   `infer` makes a plan from the file itself;
//! - [`file`] opens plain, gzip, zstd and xz files and counts the bytes read;
//! - [`value`] converts a field into a typed value, or says why it cannot;
//! - `read` does both on a thread and hands over batches of rows;
//! - [`target`] inserts them into a database, with one file for each;
//! - [`load`] runs the import;
//! - [`progress`] reports on it.
//!
//! To add a column type: a variant of [`plan::ColumnType`], its conversion in [`value`], and its
//! names in the databases in `target::schema`. To add a database: a [`dialect::Dialect`], a file
//! under `target`, and a variant of [`target::Target`]; the tests then check that it stores the
//! same values as the others.

mod derived;
pub mod dialect;
pub mod error;
pub mod file;
mod infer;
pub mod load;
pub mod options;
pub mod per_dialect;
pub mod plan;
pub mod progress;
mod read;
mod rejected;
pub mod target;
pub mod value;

pub use dialect::Dialect;
pub use error::{ImportError, Rejected};
pub use load::{Report, import};
pub use options::{Options, Shift};
pub use plan::Plan;
pub use progress::{NoProgress, Progress, TerminalProgress};
pub use target::Target;
