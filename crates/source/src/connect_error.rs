//! [`ConnectError`]: why a source cannot be used, for those who look after it. Readers are told no more
//! than [`SourceError::Unavailable`](crate::SourceError::Unavailable).

use crate::server::CONNECT;
use std::io::{self, ErrorKind};

/// Why a source cannot be used, and what to do. For those who look after the source: it may repeat what
/// the database says.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConnectError {
    /// The user is unknown, or its password is wrong.
    #[error("it refuses the user or its password: check both in the URL")]
    Credentials,
    /// The user is locked, or its password has expired.
    #[error(
        "its user is locked, or has to change its password: unlock it, or give Brisk another one"
    )]
    Locked,
    /// There is no such host.
    #[error(
        "its host is unknown: check the name in the URL, and that Brisk's machine can resolve it"
    )]
    UnknownHost,
    /// Nothing listens there.
    #[error(
        "it refuses connections: check host and port in the URL, and that the server runs and listens there"
    )]
    Refused,
    /// There is no answer in time.
    #[error(
        "it does not answer within {} s: check host and port in the URL, and the firewalls in between",
        CONNECT.as_secs()
    )]
    NoAnswer,
    /// It ends the connection before it has answered.
    #[error(
        "it ends the connection without an answer: see its log, and check host and port in the URL"
    )]
    Ended,
    /// No TLS connection can be made.
    #[error(
        "no TLS connection can be made ({0}): check the server's certificate, and {1} in the URL"
    )]
    Tls(String, &'static str),
    /// Something else answers there.
    #[error("what answers there is no {0}: check host and port in the URL")]
    OtherServer(&'static str),
    /// There is no such database.
    #[error("it has no database of that name: check the end of the URL")]
    UnknownDatabase,
    /// The user may not use the database.
    #[error("its user may not use this database: {0}")]
    NoRight(&'static str),
    /// It lets nobody in from this machine.
    #[error("it lets this user not in from Brisk's machine: {0}")]
    HostRefused(&'static str),
    /// The user can do more than read.
    #[error("its user {power}: give Brisk one that only reads: {reader}{otherwise}")]
    TooPowerful {
        /// What it can do: `"x" is a superuser`.
        power: String,
        /// How to make one that only reads.
        reader: &'static str,
        /// How to allow it all the same, if that is possible.
        otherwise: &'static str,
    },
    /// A pooler shares the server's processes among clients.
    #[error(
        "a pooler in transaction or statement mode is in between, where panels could get each other's rows: set it to session mode (PgBouncer: `pool_mode = session`), or name the server itself in the URL"
    )]
    SharedSessions,
    /// It has no connection left.
    #[error(
        "it has no connection left, or none for this user: end some that are idle, or raise its limit"
    )]
    TooManyConnections,
    /// It is starting or stopping.
    #[error("it is starting or stopping: wait until it runs")]
    Starting,
    /// The file is no SQLite database.
    #[error("the file is no SQLite database, or is encrypted: name another one")]
    NotADatabase,
    /// The file cannot be read.
    #[error(
        "the file cannot be read ({0}): check that it is there, and that Brisk may read it and its folder"
    )]
    File(String),
    /// Another reason, in the database's words.
    #[error("it cannot be read: {0}")]
    Other(String),
}

impl ConnectError {
    /// The reason why `error` came instead of a connection to a server that is `wanted`, where it is no
    /// answer of such a server; `tls` is what its URL says of TLS.
    pub(crate) fn of(error: &sqlx::Error, wanted: &'static str, tls: &'static str) -> Self {
        match error {
            sqlx::Error::Io(error) => Self::of_io(error, tls),
            // Without TLS the driver refuses to send some kinds of passwords.
            sqlx::Error::Tls(error) | sqlx::Error::Configuration(error) => {
                Self::Tls(error.to_string(), tls)
            }
            sqlx::Error::PoolTimedOut => Self::NoAnswer,
            sqlx::Error::Protocol(_) => Self::OtherServer(wanted),
            error => Self::Other(error.to_string()),
        }
    }

    fn of_io(error: &io::Error, tls: &'static str) -> Self {
        match error.kind() {
            ErrorKind::ConnectionRefused => Self::Refused,
            ErrorKind::TimedOut | ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable => {
                Self::NoAnswer
            }
            // A certificate that is not trusted.
            ErrorKind::InvalidData => Self::Tls(error.to_string(), tls),
            ErrorKind::UnexpectedEof
            | ErrorKind::ConnectionReset
            | ErrorKind::ConnectionAborted
            | ErrorKind::BrokenPipe => Self::Ended,
            // The standard library has no kind for it.
            _ if error.to_string().contains("lookup address") => Self::UnknownHost,
            _ => Self::Other(error.to_string()),
        }
    }
}
