//! [`Trouble`]: why the shared tier gave no answer.

/// Why the shared tier gave no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// It was in trouble a moment ago and is not used for now.
    #[error("Redis is in trouble and is not used for the moment")]
    Open,
    /// It did not answer in time.
    #[error("Redis did not answer in time")]
    Timeout,
    /// Its certificate is not from a trusted authority, or not for its name.
    #[error(
        "the certificate of Redis is refused ({0}): it has to be for the host in the URL, and \
         from an authority that this machine trusts, or that the configured file of \
         certificates holds"
    )]
    Certificate(String),
    /// It refused, or the connection broke.
    #[error("Redis failed: {0}")]
    Failed(String),
}
