//! Connecting once, outside of a pool.

use super::protocol::{ConnectionOf, OptionsOf, Protocol};
use super::times::CONNECT;
use crate::connect_error::ConnectError;
use sqlx::ConnectOptions as _;

/// A connection of its own, or why there is none.
pub(crate) async fn connected<P: Protocol>(
    options: &OptionsOf<P>,
) -> Result<ConnectionOf<P>, ConnectError> {
    match tokio::time::timeout(CONNECT, options.connect()).await {
        Ok(connected) => connected.map_err(|error| P::connect_error(&error)),
        Err(_) => Err(ConnectError::NoAnswer),
    }
}
