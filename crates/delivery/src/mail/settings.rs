//! [`Settings`]: the server that takes mail.

use super::address::Mailbox;
use crate::secret::Secret;
use std::time::Duration;

/// The server that takes mail, and on whose behalf it is sent.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Its name; a certificate has to prove it.
    pub host: String,
    /// Its port: usually 465 for [`Tls::Implicit`], 587 for [`Tls::Start`].
    pub port: u16,
    /// How the connection is encrypted.
    pub tls: Tls,
    /// Who signs in there, if anybody does.
    pub credentials: Option<Credentials>,
    /// Whose mail it is.
    pub from: Mailbox,
    /// Who gets answers, if somebody else does.
    pub reply_to: Option<Mailbox>,
    /// How long each step may take. The answer to the whole message may take ten times as long: giving up
    /// there means not to know.
    pub timeout: Duration,
    /// How many connections are open at a time.
    pub connections: usize,
    /// How long a connection without mail is kept.
    pub idle: Duration,
}

impl Settings {
    /// The defaults for a server: TLS from the first byte, 30 s for each step, two connections.
    pub fn new(host: impl Into<String>, from: Mailbox) -> Self {
        Self {
            host: host.into(),
            port: 465,
            tls: Tls::Implicit,
            credentials: None,
            from,
            reply_to: None,
            timeout: Duration::from_secs(30),
            connections: 2,
            idle: Duration::from_secs(10),
        }
    }
}

/// How a connection is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Tls {
    /// From its first byte.
    Implicit,
    /// After `STARTTLS`. A server that does not offer it gets nothing.
    Start,
    /// Not at all: only on this machine, or to a name that the client may ask without TLS.
    Never,
}

/// Who signs in.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// The name.
    pub user: String,
    /// The password.
    pub password: Secret,
}
