//! PostgreSQL, and what speaks its protocol.

mod about;
mod denied_functions;
mod error;
pub(crate) mod executor;
mod own_text;
pub(crate) mod rollups;
mod session;
pub(crate) mod syntax;
mod value;
