//! MySQL and MariaDB, and what speaks their protocol.

mod about;
mod built_in_functions;
mod charsets;
mod clock;
mod connect_error;
mod denied_functions;
mod error;
pub(crate) mod executor;
mod offered_functions;
pub(crate) mod rollups;
mod session;
pub(crate) mod syntax;
mod value;
mod warnings;
mod write_connection;
mod zone_probe;
