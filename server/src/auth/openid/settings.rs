//! What the configuration says of the provider.

use crate::config::secret::Secret;
use brisk_accounts::Rules;
use std::path::PathBuf;
use std::time::Duration;

/// An OpenID provider, and who may come from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderSettings {
    /// The address that identifies it, exactly as it writes it itself.
    pub issuer: String,
    /// What this server is called there.
    pub client_id: String,
    /// What this server shows there, if it shows something.
    pub client_secret: Option<Secret>,
    /// What is asked for besides `openid`.
    pub scopes: Vec<String>,
    /// What people call it.
    pub name: String,
    /// The claim that becomes the name of a new account.
    pub name_claim: String,
    /// Who may come.
    pub sign_up: SignUp,
    /// What accounts become by their claims.
    pub rules: Rules,
    /// Whether it is trusted to have asked for a second factor, so that Brisk asks for none.
    pub has_second_factor: bool,
    /// Whether signing out of Brisk ends the session at the provider, too.
    pub ends_session: bool,
    /// The certificates of who signs for it, instead of the machine's.
    pub ca: Option<PathBuf>,
    /// For how long each of its answers is waited for.
    pub timeout: Duration,
}

/// Who may come of those whom others vouch for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SignUp {
    /// Those for whom an admin has made an account.
    #[default]
    Invited,
    /// Everybody: who comes for the first time gets an account.
    Everyone,
}

impl SignUp {
    /// How the configuration writes it.
    pub const WORDS: [(&'static str, Self); 2] =
        [("invited", Self::Invited), ("everyone", Self::Everyone)];
}
