//! Answers that have arrived but that the driver cannot read.

use crate::error::SourceError;

/// What readers are told about an answer that the driver cannot read: the database is there, and the
/// statement can be changed.
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
