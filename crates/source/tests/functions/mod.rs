//! Which functions statements may call on servers, and which users are refused.

mod everyday;
mod known_names;
mod mariadb;
mod namesakes;
mod postgis;
mod postgres;

use brisk_source::{Source, SourceError, Statement};

/// Why `statement` is refused, if it is; nothing of it runs.
async fn refusal(source: &Source, statement: &Statement) -> Option<String> {
    match source.check(statement).await {
        Ok(()) => None,
        Err(SourceError::Statement(error)) => Some(error.message),
        Err(error) => panic!("{}: {error}", statement.query.sql),
    }
}
