//! [`AuthSettings`]: how people sign in, how long sessions last, and how browsers reach the server.

use super::openid::settings::{ProviderSettings, SignUp};
use crate::http::client::TrustedProxies;
use brisk_accounts::{Account, Identity, Role, Rules};
use http::HeaderName;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

/// For how long a count of wrong tries is kept after the last one.
pub(super) const TRIES_KEPT: Duration = Duration::from_secs(86_400);

/// How people sign in, how long sessions last, and how browsers reach the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthSettings {
    /// A session ends after so long without use.
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
    /// Whether people sign in with passwords.
    pub has_passwords: bool,
    /// The roles for which a second factor is needed.
    pub second_factor_for: BTreeSet<Role>,
    /// The OpenID provider, if there is one.
    pub provider: Option<Arc<ProviderSettings>>,
    /// The proxies that name people, if there are any.
    pub proxy: Option<Arc<ProxySettings>>,
}

/// Proxies that name people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProxySettings {
    /// Their addresses, as this server sees them.
    pub addresses: TrustedProxies,
    /// The header with the name.
    pub user: HeaderName,
    /// The header with the groups, if there is one.
    pub groups: Option<HeaderName>,
    /// Who may come.
    pub sign_up: SignUp,
    /// What accounts become by their groups.
    pub rules: Rules,
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
            has_passwords: true,
            second_factor_for: BTreeSet::new(),
            provider: None,
            proxy: None,
        }
    }
}

impl AuthSettings {
    /// Whether the account's owner proves it with a password.
    pub fn takes_password_of(&self, account: &Account) -> bool {
        self.has_passwords && account.password.is_some()
    }

    /// Whether an owner can sign in with what the account has: a password or not, and these identities.
    pub fn has_way(&self, has_password: bool, identities: &[Identity]) -> bool {
        let is_way = |identity: &Identity| match &self.provider {
            Some(provider) if identity.issuer() == provider.issuer => true,
            _ => self.proxy.is_some() && identity.is_of_proxy(),
        };
        has_password && self.has_passwords || identities.iter().any(is_way)
    }

    /// Whether readers come over TLS.
    pub fn is_secure(&self) -> bool {
        self.base.starts_with("https://")
    }
}
