//! Why PostgreSQL gives no connection, by SQLSTATE.

use crate::connect_error::ConnectError;

/// What those who look after the source are told about `error`, which came instead of a connection.
pub(super) fn connect_error(error: &sqlx::Error) -> ConnectError {
    let Some(refusal) = error.as_database_error() else {
        return ConnectError::of(error, "PostgreSQL", "\"sslmode\"");
    };
    let (code, message) = (refusal.code().unwrap_or_default(), refusal.message());
    match code.as_ref() {
        // The file's name is in the message in every language.
        "28000" if message.contains("pg_hba.conf") => ConnectError::HostRefused(
            "add a line for it to pg_hba.conf, or set \"sslmode\" in the URL",
        ),
        "28000" | "28P01" => ConnectError::Credentials,
        "3D000" => ConnectError::UnknownDatabase,
        // The prepared statement of this session is another one's, or in another one.
        "26000" | "42P05" => ConnectError::SharedSessions,
        "42501" => ConnectError::NoRight("grant it connect on the database"),
        "53300" => ConnectError::TooManyConnections,
        code if code.starts_with("57P") => ConnectError::Starting,
        _ => ConnectError::Other(message.to_owned()),
    }
}
