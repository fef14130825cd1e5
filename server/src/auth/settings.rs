//! [`AuthSettings`]: how long sessions last, and how browsers reach the server.

use std::time::Duration;

/// For how long a count of wrong tries is kept after the last one.
pub(super) const TRIES_KEPT: Duration = Duration::from_secs(86_400);

/// How long sessions last, and how browsers reach the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthSettings {
    /// A session that was not used for so long has ended.
    pub idle: Duration,
    /// A session ends after so long, whatever happens.
    pub absolute: Duration,
    /// How long a one-time link is good.
    pub link: Duration,
    /// The longest life of a token.
    pub token: Duration,
    /// Where readers find the server, without a slash at its end, such as
    /// `https://dashboards.example.com`; where the server listens if that is not configured.
    pub base: String,
}

impl Default for AuthSettings {
    fn default() -> Self {
        const DAY: Duration = Duration::from_secs(86_400);
        Self {
            idle: 7 * DAY,
            absolute: 30 * DAY,
            link: DAY,
            token: 366 * DAY,
            base: "http://127.0.0.1:3000".to_owned(),
        }
    }
}

impl AuthSettings {
    /// Whether readers come over TLS.
    pub fn is_secure(&self) -> bool {
        self.base.starts_with("https://")
    }
}
