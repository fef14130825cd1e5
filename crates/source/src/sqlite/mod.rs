//! SQLite files.

mod clock;
mod denied_functions;
mod error;
pub(crate) mod executor;
pub(crate) mod file;
mod functions;
pub(crate) mod rollups;
pub(crate) mod syntax;
mod time_text;
mod value;
pub(crate) mod worker;
mod zone_clock;
