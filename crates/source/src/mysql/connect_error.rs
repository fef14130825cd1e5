//! Why MySQL and MariaDB give no connection, by the number of the error.

use super::error::answer;
use crate::connect_error::ConnectError;

/// What those who look after the source are told about `error`, which came instead of a connection.
pub(super) fn connect_error(error: &sqlx::Error) -> ConnectError {
    const TLS: &str = "\"ssl-mode\"";
    let Some(answer) = answer(error) else {
        return ConnectError::of(error, "MySQL or MariaDB", TLS);
    };
    match answer.number() {
        // Without a password, where one is needed, too.
        1045 | 1698 => ConnectError::Credentials,
        // Locked on MySQL and on MariaDB; a password that has expired.
        3118 | 4151 | 1820 | 1862 => ConnectError::Locked,
        1049 => ConnectError::UnknownDatabase,
        1044 => ConnectError::NoRight("grant it select on the database"),
        1130 => ConnectError::HostRefused("create it there for that host, as in 'brisk'@'%'"),
        1129 => ConnectError::HostRefused(
            "the machine is blocked after too many failed connections: run flush hosts there",
        ),
        1040 | 1203 | 1226 => ConnectError::TooManyConnections,
        1053 | 1927 => ConnectError::Starting,
        3159 => ConnectError::Tls("the server requires it".to_owned(), TLS),
        _ => ConnectError::Other(answer.message().to_owned()),
    }
}
