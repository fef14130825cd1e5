//! [`Failure`]: why there is no answer.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

/// Why there is no answer. The words are for operators: they name hosts and addresses, never paths, queries
/// or bodies.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// A text is no address.
    #[error("this is no address that can be asked: {0}")]
    NoTarget(String),
    /// An address of another scheme.
    #[error("addresses begin with https:// or http://, not {0}:")]
    Scheme(String),
    /// An address with a name or a password in it.
    #[error("an address may not have a name or a password before its host")]
    Password,
    /// A host that is asked over TLS only.
    #[error("{0} is not asked without TLS: its address has to begin with https://")]
    Plain(String),
    /// A name has a private address, and was not allowed to.
    #[error(
        "{host} is at {address}, a private address: allow the name under [outgoing] if that is meant"
    )]
    Private {
        /// The host, as the address names it.
        host: String,
        /// The first private address of those that it has.
        address: IpAddr,
    },
    /// A private address was asked by its number, and was not allowed.
    #[error("{0} is a private address: allow it under [outgoing] if that is meant")]
    PrivateAddress(IpAddr),
    /// A name has no addresses.
    #[error("the name {host} is not found: {why}")]
    NotFound {
        /// The host.
        host: String,
        /// What the resolver says.
        why: String,
    },
    /// None of a host's addresses takes a connection.
    #[error("{host} takes no connection ({address}, port {port}): {why}")]
    NoConnection {
        /// The host.
        host: String,
        /// The last address that was tried.
        address: IpAddr,
        /// The port.
        port: u16,
        /// What the system says.
        why: String,
    },
    /// The host did not prove who it is.
    #[error("{host} is not trusted over TLS: {why}")]
    Tls {
        /// The host.
        host: String,
        /// What is wrong.
        why: String,
    },
    /// The file of certificate authorities cannot be used.
    #[error("the certificates in {}: {why}", path.display())]
    Certificates {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// All of it took too long.
    #[error("there was no answer within {} ms", .0.as_millis())]
    Late(Duration),
    /// The answer's body is longer than what is read of it, in bytes.
    #[error("the answer is longer than {} KiB", .0 >> 10)]
    Long(usize),
    /// The answer leads to another address, and those are not followed.
    #[error("it leads elsewhere (status {0}), which is not followed")]
    Redirect(u16),
    /// The answer leads to another origin.
    #[error(
        "it leads to {origin} (status {status}), which is not followed: only its own origin is"
    )]
    Elsewhere {
        /// The answer's status.
        status: u16,
        /// Where it leads.
        origin: String,
    },
    /// The answer leads to what cannot be asked.
    #[error("it leads elsewhere (status {status}), which is not followed: {why}")]
    Nowhere {
        /// The answer's status.
        status: u16,
        /// What is wrong with the address.
        why: String,
    },
    /// Answers lead on and on.
    #[error("it leads on more than {0} times")]
    Loop(usize),
    /// The connection, or what was said over it, was broken.
    #[error("{host} did not answer in full: {why}")]
    Broken {
        /// The host.
        host: String,
        /// What is wrong.
        why: String,
    },
}
