//! PostgreSQL, and what speaks its protocol.

mod about;
mod arguments;
mod clock;
mod denied_functions;
mod encoded;
mod error;
pub(crate) mod executor;
mod offered_functions;
mod own_text;
mod placeholders;
pub(crate) mod rollups;
mod session;
pub(crate) mod syntax;
mod value;
