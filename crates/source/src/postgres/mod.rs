//! PostgreSQL, and what speaks its protocol.

mod about;
mod arguments;
pub(crate) mod changes;
mod clock;
mod connect_error;
mod denied_functions;
mod encoded;
mod error;
pub(crate) mod executor;
mod offered_functions;
mod own_text;
mod placeholders;
pub(crate) mod rollups;
pub(crate) mod session;
mod suspects;
pub(crate) mod syntax;
pub(crate) mod triggers;
mod typed_calls;
mod value;
