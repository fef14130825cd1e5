//! [`Failure`]: why a statement gave no columns.

use super::protocol::Protocol;
use crate::error::SourceError;

/// Why a statement gave no columns.
pub(crate) enum Failure {
    /// No connection could be made.
    Connect(sqlx::Error),
    /// The connection turned out to be broken before the statement ran.
    Broken(sqlx::Error),
    Database(sqlx::Error),
    /// The statement was not let through to the server.
    Refused(SourceError),
    Source(SourceError),
}

impl Failure {
    /// Of an error before the first row.
    pub(crate) fn before_rows<P: Protocol>(error: sqlx::Error) -> Self {
        if P::is_broken(&error) { Self::Broken(error) } else { Self::Database(error) }
    }
}

impl From<SourceError> for Failure {
    fn from(error: SourceError) -> Self {
        Self::Source(error)
    }
}

/// What readers are told of an answer that has arrived, but that the driver cannot read: the database
/// is there, and the statement can be changed.
pub(crate) fn unreadable(error: &sqlx::Error) -> Option<SourceError> {
    let (column, why) = match error {
        sqlx::Error::ColumnDecode { index, source } => {
            (index.trim_matches('"'), source.to_string())
        }
        sqlx::Error::Decode(source) => ("?", source.to_string()),
        sqlx::Error::TypeNotFound { type_name } => ("?", format!("unknown type {type_name}")),
        sqlx::Error::Protocol(message)
            if message.contains("unknown column type") || message.contains("type OID") =>
        {
            ("?", message.clone())
        }
        _ => return None,
    };
    Some(SourceError::Type {
        column: column.to_owned(),
        message: format!("its type cannot be read ({why}): cast it to text"),
    })
}
