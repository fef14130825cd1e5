//! `[auth.oidc]`: the OpenID provider where people sign in.

use super::environment::Environment;
use super::rules;
use super::secret_location::SecretLocation;
use crate::auth::openid::settings::{ProviderSettings, SignUp};
use crate::http::authority::is_plain_loopback;
use brisk_outgoing::{AllowedNames, Target};
use brisk_toml_reader::{Fields, Place, Problem, Problems};
use std::ops::RangeInclusive;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

const SECRET_KEYS: [&str; 3] = ["client_secret", "client_secret_env", "client_secret_file"];
const TIMEOUT: RangeInclusive<Duration> = Duration::from_millis(100)..=Duration::from_secs(60);
/// Longer than any working provider takes, shorter than people wait.
const USUAL_TIMEOUT: Duration = Duration::from_secs(10);
/// Where signing out of Brisk ends a session.
const SIGN_OUT: [(&str, bool); 2] = [("provider", true), ("brisk", false)];
const SECOND_FACTOR: [(&str, bool); 2] = [("brisk", false), ("provider", true)];

/// What the file says.
#[derive(Debug)]
pub(super) struct OidcTable {
    pub(super) at: Place,
    secret: Option<SecretLocation>,
    /// All but the secret.
    settings: ProviderSettings,
}

impl OidcTable {
    /// Reads `[auth.oidc]`; `base` is the folder of the file.
    pub(super) fn read(
        table: &Fields<'_>,
        base: &Path,
        problems: &mut Problems<'_>,
    ) -> Option<Self> {
        let at = problems.place(table.span());
        let issuer = table.required_text("issuer", problems).map(ToOwned::to_owned);
        if issuer.as_deref().is_some_and(|text| !is_issuer(text)) {
            let message = "\"issuer\" of [auth.oidc] must be an address that begins with https://, \
                           exactly as the provider writes it";
            problems.add(table.place("issuer"), message);
        }
        let client_id = table.required_text("client_id", problems).map(ToOwned::to_owned);
        let secret = SecretLocation::read_keys(SECRET_KEYS, table, base, problems);
        let scopes = table.texts("scopes", "a list of texts", problems);
        let scopes = scopes.unwrap_or_else(|| vec!["profile", "email"]);
        let scopes = scopes.into_iter().filter(|scope| *scope != "openid").map(ToOwned::to_owned);
        let scopes: Vec<String> = scopes.collect();
        if scopes.iter().any(|scope| scope.is_empty() || scope.contains(char::is_whitespace)) {
            problems.add(table.place("scopes"), "a scope is one word");
        }
        let name = table.text("name", problems).unwrap_or("your organisation").to_owned();
        let name_claim = table.text("name_claim", problems).unwrap_or("preferred_username");
        let sign_up = table.word("sign_up", &SignUp::WORDS, problems).unwrap_or_default();
        let has_second_factor = table.word("second_factor", &SECOND_FACTOR, problems);
        let ends_session = table.word("sign_out", &SIGN_OUT, problems).unwrap_or(true);
        let inside = |text: &str| (!text.is_empty()).then(|| base.join(text));
        let ca = table.expected("ca", "the path of a file of certificates", inside, problems);
        let timeout = table.duration("timeout", TIMEOUT, problems).unwrap_or(USUAL_TIMEOUT);
        let rules = rules::read(table, "[[auth.oidc.rule]]", None, problems);
        table.finish(problems);
        let settings = ProviderSettings {
            issuer: issuer?,
            client_id: client_id?,
            client_secret: None,
            scopes,
            name,
            name_claim: name_claim.to_owned(),
            sign_up,
            rules,
            has_second_factor: has_second_factor.unwrap_or(false),
            ends_session,
            ca,
            allow: AllowedNames::default(),
            timeout,
        };
        Some(Self { at, secret, settings })
    }

    /// The provider, with this server's client secret, and the hosts that may have private addresses.
    pub(super) fn resolved(
        &self,
        allow: &AllowedNames,
        environment: &Environment,
    ) -> Result<Arc<ProviderSettings>, Problem> {
        let secret = self.secret.as_ref().map(|secret| secret.resolve(environment)).transpose()?;
        let allow = allow.clone();
        Ok(Arc::new(ProviderSettings { client_secret: secret, allow, ..self.settings.clone() }))
    }
}

/// Whether `text` may be an issuer. Without TLS only this machine is trusted.
fn is_issuer(text: &str) -> bool {
    let is_plain = !text.contains(['?', '#', ' ']) && text.len() <= 255;
    let is_asked = text.starts_with("https://") || is_plain_loopback(text);
    is_plain && is_asked && Target::parse(text).is_ok()
}
