//! Parses database URLs and connects.

use crate::ImportError;
use std::time::Duration;

/// The connection timeout.
const CONNECT: Duration = Duration::from_secs(10);

/// Parses a URL with one of these schemes. The drivers accept any scheme, and their messages could
/// repeat the URL, which holds a password.
pub(super) fn parsed<O: std::str::FromStr>(
    url: &str,
    schemes: [&str; 2],
    form: &'static str,
) -> Result<O, ImportError> {
    url.split_once("://")
        .filter(|(scheme, _)| schemes.contains(scheme))
        .and_then(|_| url.parse().ok())
        .ok_or(ImportError::Url(form))
}

/// Connects, or fails after [`CONNECT`].
pub(super) async fn connected<C>(
    connecting: impl Future<Output = Result<C, sqlx::Error>>,
) -> Result<C, ImportError> {
    match tokio::time::timeout(CONNECT, connecting).await {
        Ok(result) => result.map_err(|error| ImportError::Unreachable(error.to_string())),
        Err(_) => Err(ImportError::Unreachable("it does not answer".into())),
    }
}
