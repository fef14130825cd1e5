//! The meaning of PostgreSQL's errors, by SQLSTATE, and the word of the author's text that they are
//! about.

use crate::compile::error_position::find_word;
use crate::compile::statement::{Bind, Chosen, Statement};
use crate::dialect::Dialect;
use crate::error::{SourceError, StatementError};
use crate::server;
use brisk_domain::SourceName;
use sqlx::postgres::{PgDatabaseError, PgErrorPosition};
use std::time::Duration;

/// Why `source` cannot be used; the details go to the log.
pub(super) fn unavailable(error: &sqlx::Error, source: &SourceName) -> SourceError {
    let code = error.as_database_error().and_then(|refusal| refusal.code()).unwrap_or_default();
    // Wrong passwords and missing databases do not concern readers.
    if code.starts_with("28") || code == "3D000" {
        tracing::error!(%source, %error, "a source refuses its user");
        return SourceError::Unavailable("it refuses its user".into());
    }
    tracing::warn!(%source, %error, "a source cannot be reached");
    let message =
        if code.is_empty() { "it does not answer" } else { "it is starting, stopping or full" };
    SourceError::Unavailable(message.into())
}

/// What readers are told about `error`, which `statement` caused; without a statement, connecting
/// did.
pub(super) fn source_error(
    error: &sqlx::Error,
    source: &SourceName,
    statement: Option<&Statement>,
    time: Duration,
) -> SourceError {
    let Some(refusal) = error.as_database_error() else {
        return server::unreadable(error).unwrap_or_else(|| unavailable(error, source));
    };
    let code = refusal.code().unwrap_or_default();
    // The server ended the statement, at its time limit or an administrator's request.
    if code == "57014" {
        return SourceError::Timeout { seconds: time.as_secs() };
    }
    // The server is shutting down, starting up, full, or has ended the connection; or it rejects
    // the user, or has no such database.
    const UNAVAILABLE: [&str; 4] = ["57P", "53", "08", "28"];
    if UNAVAILABLE.iter().any(|class| code.starts_with(class)) || code == "3D000" {
        return unavailable(error, source);
    }
    if let Some(chosen) = statement.and_then(|statement| misread(error, statement)) {
        return chosen.is_not("a value of the type that it is cast to");
    }
    let message = message(error);
    // Without a position of the server's own, the word that the message quotes leads to the author's
    // text.
    let query = statement.map(|statement| &statement.query);
    let position = query.and_then(|query| {
        Some((query, find_word(Dialect::Postgres, &query.sql, quoted(&message)?)?))
    });
    match position {
        Some((query, offset)) => StatementError::at(query, offset, &message).into(),
        None => SourceError::Database { message },
    }
}

/// The byte of `sent` that the server's error points at. The server counts characters.
pub(super) fn position(error: &sqlx::Error, sent: &str) -> Option<usize> {
    let refusal = error.as_database_error()?;
    let refusal = refusal.try_downcast_ref::<PgDatabaseError>()?;
    let PgErrorPosition::Original(position) = refusal.position()? else { return None };
    let before = position.checked_sub(1)?;
    Some(sent.char_indices().nth(before).map_or(sent.len(), |(at, _)| at))
}

/// The server's message.
pub(super) fn message(error: &sqlx::Error) -> String {
    error.as_database_error().map_or_else(|| error.to_string(), |refusal| refusal.message().into())
}

/// The number of the parameter whose type the server cannot infer.
pub(super) fn invalid_parameter(error: &sqlx::Error) -> Option<usize> {
    let refusal = error.as_database_error()?;
    // The type is indeterminate, or two places need different types.
    let is_meant = matches!(refusal.code()?.as_ref(), "42P18" | "42P08");
    let number = refusal.message().rsplit_once('$').filter(|_| is_meant)?.1;
    number.parse().ok().filter(|number| *number > 0)
}

/// The server's message about a value that is invalid for its type.
pub(super) fn invalid_value(error: &sqlx::Error) -> Option<&str> {
    let refusal = error.as_database_error()?;
    refusal.code()?.starts_with("22").then(|| refusal.message())
}

/// The chosen value that a message about a wrong value quotes: whether the author casts it or the
/// server does.
fn misread<'a>(error: &sqlx::Error, statement: &'a Statement) -> Option<&'a Chosen> {
    let message = invalid_value(error)?;
    statement.binds.iter().find_map(|bind| match bind {
        Bind::Chosen(chosen) if message.contains(&format!("\"{}\"", chosen.text)) => Some(chosen),
        _ => None,
    })
}

/// The first word that a message quotes.
fn quoted(message: &str) -> Option<&str> {
    let word = message.split('"').nth(1)?;
    (!word.is_empty()).then_some(word)
}

/// Whether the connection was broken, or what it had prepared outdated, before the statement ran.
pub(super) fn is_broken(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::Protocol(_) => server::unreadable(error).is_none(),
        sqlx::Error::Database(refusal) => {
            let code = refusal.code().unwrap_or_default();
            // A table's columns have changed since this connection prepared the statement, because
            // a rollup was rebuilt. Another connection prepares it again.
            let outdated = code == "0A000" && refusal.message().contains("cached plan");
            outdated || code.starts_with("57P0")
        }
        _ => false,
    }
}
