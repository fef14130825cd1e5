//! SQLite files.

mod denied_functions;
mod error;
pub(crate) mod executor;
mod file;
pub(crate) mod rollups;
pub(crate) mod syntax;
mod value;
