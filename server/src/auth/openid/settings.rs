//! What the configuration says of the provider.

use crate::config::secret::Secret;
use brisk_accounts::Rules;
use brisk_outgoing::AllowedNames;
use std::path::PathBuf;
use std::time::Duration;

/// An OpenID provider, and who may come from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderSettings {
    /// The address that identifies it, exactly as the provider writes it.
    pub issuer: String,
    /// This server's client id there.
    pub client_id: String,
    /// This server's client secret there, if it has one.
    pub client_secret: Option<Secret>,
    /// The scopes that are requested besides `openid`.
    pub scopes: Vec<String>,
    /// What people call it.
    pub name: String,
    /// The claim that becomes the name of a new account.
    pub name_claim: String,
    /// Who may come.
    pub sign_up: SignUp,
    /// What accounts become by their claims.
    pub rules: Rules,
    /// Whether it is trusted to check a second factor, so that Brisk asks for none.
    pub has_second_factor: bool,
    /// Whether signing out of Brisk ends the session at the provider, too.
    pub ends_session: bool,
    /// Certificates of its certificate authority, instead of the machine's.
    pub ca: Option<PathBuf>,
    /// The hosts besides the issuer's that may have private addresses: `[outgoing]`.
    pub allow: AllowedNames,
    /// How long to wait for each of its answers.
    pub timeout: Duration,
}

/// Who of those that an issuer vouches for may come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SignUp {
    /// Those whom an admin has made an account for.
    #[default]
    Invited,
    /// Everybody: people who come for the first time get an account.
    Everyone,
}

impl SignUp {
    /// How the configuration writes it.
    pub const WORDS: [(&'static str, Self); 2] =
        [("invited", Self::Invited), ("everyone", Self::Everyone)];
}
