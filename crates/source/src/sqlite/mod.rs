//! SQLite files.

mod clock;
mod denied_functions;
mod error;
pub(crate) mod executor;
mod file;
mod functions;
pub(crate) mod rollups;
pub(crate) mod syntax;
mod syntax_error;
mod value;
mod zone_clock;
