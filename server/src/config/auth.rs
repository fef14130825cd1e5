//! `[auth]`: how people sign in, and how long they stay signed in.

use super::oidc::OidcTable;
use super::proxy_users;
use crate::auth::settings::ProxySettings;
use brisk_accounts::Role;
use brisk_toml_reader::{Fields, Problems};
use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// How people sign in, how long they stay signed in, and how long links and tokens are good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthLimits {
    /// A session ends after so long without use.
    pub idle: Duration,
    /// A session ends after so long, whatever happens.
    pub absolute: Duration,
    /// How long a one-time link is good.
    pub link: Duration,
    /// The longest life of a token.
    pub token: Duration,
    /// Whether people sign in with passwords.
    pub has_passwords: bool,
    /// The roles for which a second factor is needed.
    pub second_factor_for: BTreeSet<Role>,
    /// The proxies that name people, if there are any.
    pub proxy: Option<Arc<ProxySettings>>,
}

const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(86_400);
const LIVES: RangeInclusive<Duration> = MINUTE..=Duration::from_secs(366 * 86_400);

impl Default for AuthLimits {
    /// A holiday of a week keeps people signed in; after a month everybody signs in again.
    fn default() -> Self {
        Self {
            idle: 7 * DAY,
            absolute: 30 * DAY,
            link: DAY,
            token: 366 * DAY,
            has_passwords: true,
            second_factor_for: BTreeSet::new(),
            proxy: None,
        }
    }
}

impl AuthLimits {
    /// Reads `[auth]`, with what it says of an OpenID provider; `base` is the folder of the file.
    pub(super) fn read(
        table: &Fields<'_>,
        base: &Path,
        problems: &mut Problems<'_>,
    ) -> (Self, Option<OidcTable>) {
        let usual = Self::default();
        let mut life = |key, usual| table.seconds(key, LIVES, problems).unwrap_or(usual);
        let (idle, absolute) =
            (life("session_idle", usual.idle), life("session_absolute", usual.absolute));
        let (link, token) = (life("link", usual.link), life("token", usual.token));
        let is_said = table.has("passwords");
        let has_passwords = table.flag("passwords", problems) || !is_said;
        let oidc = table.table("oidc", "[auth.oidc]", problems);
        let oidc = oidc.and_then(|table| OidcTable::read(&table, base, problems));
        let proxy = table.table("proxy", "[auth.proxy]", problems);
        let proxy = proxy.and_then(|table| proxy_users::read(&table, problems));
        if !has_passwords && !table.has("oidc") && !table.has("proxy") {
            let message = "\"passwords\" of [auth] is false, and there is no other way to sign in";
            let help = "describe a provider in [auth.oidc], or a proxy in [auth.proxy]";
            problems.add_with_help(table.place("passwords"), message, help);
        }
        let limits = Self {
            idle,
            absolute,
            link,
            token,
            has_passwords,
            second_factor_for: roles(table, problems),
            proxy: proxy.map(Arc::new),
        };
        table.finish(problems);
        (limits, oidc)
    }
}

/// Reads `second_factor_for`.
fn roles(table: &Fields<'_>, problems: &mut Problems<'_>) -> BTreeSet<Role> {
    const KEY: &str = "second_factor_for";
    let texts = table.texts(KEY, "a list of roles such as [\"admin\"]", problems);
    let mut roles = BTreeSet::new();
    for text in texts.unwrap_or_default() {
        match Role::parse(text) {
            Some(role) => _ = roles.insert(role),
            None => {
                let message =
                    format!("{} in \"{KEY}\" of [auth] is no role", problems.quoted(text));
                problems.add_with_help(table.place(KEY), message, "viewer, editor or admin");
            }
        }
    }
    roles
}
