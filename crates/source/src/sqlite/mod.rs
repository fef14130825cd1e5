//! SQLite files.

mod clock;
mod denied_functions;
mod error;
pub(crate) mod executor;
pub(crate) mod file;
mod file_state;
mod functions;
mod joined_texts;
mod long_texts;
pub(crate) mod rollups;
pub(crate) mod syntax;
mod time_text;
mod value;
pub(crate) mod worker;
mod zone_clock;
