//! Imports a CSV file into a table of a source: typed columns, every line accounted for, all or
//! nothing.
//!
//! - [`plan`] describes what to load: how the file is written ([`layout`]), columns, types,
//!   statements to run afterwards. Its SQL may differ by database ([`per_dialect`]), and `derived`
//!   finds the tables that the statements mark;
//! - [`guess`](mod@guess) makes a plan from the file itself, as far as [`settings`] leave it open: `survey`
//!   reads all of it, `delimiter` and `seen` narrow down what it may be, `plan_text` writes the plan as TOML;
//! - [`file`] opens plain, gzip, zstd and xz files and counts the bytes read, `decode` turns them
//!   into UTF-8, `records` splits them, `lines` picks the fields that a plan wants;
//! - [`value`] converts a field into a typed value, or says why it cannot, with `number` and
//!   `moment`;
//! - `read` does all that on a thread and hands over batches of rows;
//! - [`target`] inserts them into a database, with one file for each;
//! - [`load`] runs the import;
//! - [`progress`] reports on it.
//!
//! To add a column type: a variant of [`plan::ColumnType`], its conversion in [`value`], and its
//! names in the databases in `target::schema`. To add a database: a [`dialect::Dialect`], a file
//! under `target`, and a variant of [`target::Target`]; the tests then check that it stores the
//! same values as the others.

mod decode;
mod delimiter;
mod derived;
pub mod dialect;
pub mod error;
pub mod file;
pub mod guess;
mod guessed_type;
pub mod layout;
mod lines;
pub mod load;
mod moment;
mod number;
pub mod options;
pub mod per_dialect;
pub mod plan;
mod plan_text;
pub mod progress;
mod read;
mod records;
mod rejected;
pub mod seen;
pub mod settings;
mod survey;
pub mod target;
pub mod value;

pub use dialect::Dialect;
pub use error::{ImportError, Rejected};
pub use guess::{Guess, guess};
pub use layout::Layout;
pub use load::{Report, import};
pub use options::{Options, Shift};
pub use plan::Plan;
pub use progress::{NoProgress, Progress, TerminalProgress};
pub use seen::DateOrder;
pub use settings::{Settings, TypeSetting};
pub use target::Target;
