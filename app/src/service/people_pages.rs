//! Data of the pages about people: sign-in, set-up, the reader's own account, all accounts.

use brisk_domain::Timestamp;

/// Who reads a page, as far as the page depends on it. Equal for many readers, so that they can
/// share pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Reader {
    /// Whoever reaches a server without accounts.
    #[default]
    Anybody,
    /// Somebody who has not signed in.
    Nobody,
    /// Somebody who has signed in.
    Person,
    /// The same, looking after some dashboards.
    Editor,
    /// Somebody who looks after the server.
    Admin,
}

impl Reader {
    /// Whether they may use pages of administration.
    pub fn administers(self) -> bool {
        matches!(self, Self::Anybody | Self::Admin)
    }
}

/// The outcome of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// It is done.
    Done(String),
    /// It is not, and why.
    Wrong(String),
}

/// The sign-in page.
#[derive(Debug, Clone, Default)]
pub struct SignInPage {
    /// Where to go afterwards.
    pub back: String,
    /// The name that was typed.
    pub name: String,
    /// Whether a code is asked for.
    pub needs_code: bool,
    /// Whether only a code is asked for, after signing in at the provider.
    pub lacks_only_code: bool,
    /// The display name of the provider, if there is one.
    pub provider: Option<String>,
    /// Whether nobody signs in with a password.
    pub is_passwordless: bool,
    /// Why it failed.
    pub problem: Option<String>,
    /// Whether the reader has just signed out here, and may still be signed in at the provider.
    pub is_signed_out: bool,
}

/// The page after signing out here, on the way to signing out at the provider.
#[derive(Debug, Clone)]
pub struct SignedOutPage {
    /// The display name of the provider.
    pub provider: String,
    /// The address to go on to.
    pub to: String,
}

/// The page of a one-time link.
#[derive(Debug, Clone, Default)]
pub struct SetUpPage {
    /// Whether it makes the first admin; else it gives an account its password.
    pub is_first: bool,
    /// The name to sign in with.
    pub name: String,
    /// The name that others read.
    pub full_name: String,
    /// Why it failed.
    pub problem: Option<String>,
    /// The display name of the provider, if there is one.
    pub provider: Option<String>,
    /// Whether nobody signs in with a password.
    pub is_passwordless: bool,
    /// The shortest password, in characters.
    pub shortest: usize,
}

/// Setting up a required second factor.
#[derive(Debug, Clone, Default)]
pub struct SecondFactorPage {
    /// The authenticator's key as people type it.
    pub text: String,
    /// The same as authenticators read it.
    pub address: String,
    /// The same as a QR code.
    pub picture: Option<QrCode>,
    /// Whether one proves who one is with the password.
    pub takes_password: bool,
    /// The outcome of a form.
    pub notice: Option<Notice>,
    /// The recovery codes, once it is set up.
    pub secret: Option<ShownOnce>,
    /// Where to go afterwards.
    pub back: String,
}

/// One's own account.
#[derive(Debug, Clone, Default)]
pub struct ProfilePage {
    /// The name to sign in with.
    pub name: String,
    /// The name that others read.
    pub full_name: String,
    /// What the reader looks after.
    pub role: &'static str,
    /// Where reports are sent; none where the account has no address of mail.
    pub mail: Option<String>,
    /// The reader's teams.
    pub teams: Vec<String>,
    /// The attributes that statements see, each with whence it comes.
    pub attributes: Vec<(String, String)>,
    /// The second factor.
    pub factor: Factor,
    /// Whether one proves who one is with a password.
    pub takes_password: bool,
    /// The identities at the provider.
    pub identities: Vec<IdentityRow>,
    /// The display name of the provider that the account can be connected with.
    pub connects: Option<String>,
    /// Whether signing in there determines the account's rights.
    pub has_rules: bool,
    /// The address that continues connecting it.
    pub leads_to: Option<String>,
    /// One's sessions.
    pub sessions: Vec<SessionRow>,
    /// One's tokens.
    pub tokens: Vec<TokenRow>,
    /// The scopes that the reader's tokens may have.
    pub scopes: Vec<(&'static str, &'static str)>,
    /// The outcome of a form.
    pub notice: Option<Notice>,
    /// A secret, shown this once.
    pub secret: Option<ShownOnce>,
    /// When the page was made.
    pub now: Timestamp,
}

/// The second factor of an account.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Factor {
    /// There is none.
    #[default]
    None,
    /// One is offered: the secret as people type it, and as authenticators read it.
    Offered {
        /// As people type it.
        text: String,
        /// As authenticators read it.
        address: String,
        /// The same as a QR code.
        picture: Option<QrCode>,
    },
    /// There is one, with this many recovery codes left.
    Active(u32),
}

/// A QR code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QrCode {
    /// How many units it is wide and high.
    pub size: u32,
    /// The SVG path of its dark modules.
    pub path: String,
}

/// A secret that is shown once and never again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownOnce {
    /// What it is, and what to do with it.
    pub about: String,
    /// Its lines.
    pub lines: Vec<String>,
}

/// An identity of an account's owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentityRow {
    /// Identifies it in forms.
    pub id: String,
    /// The issuer: the provider's display name, or its address.
    pub issuer: String,
    /// Whether that is the provider where people sign in.
    pub is_of_provider: bool,
    /// The subject: who the owner is at the issuer.
    pub subject: String,
    /// Whether the page asks to confirm disconnecting it.
    pub is_asked: bool,
}

/// A session of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRow {
    /// Identifies it in forms.
    pub id: String,
    /// The browser in words.
    pub browser: String,
    /// The browser's `User-Agent`.
    pub agent: String,
    /// The address from which it was begun.
    pub address: String,
    /// When it began.
    pub created_at: Timestamp,
    /// When it was used last.
    pub seen_at: Timestamp,
    /// Whether the page is shown in it.
    pub is_this: bool,
}

/// A token of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenRow {
    /// Identifies it in forms.
    pub id: String,
    /// What its owner calls it.
    pub name: String,
    /// What it is for.
    pub scopes: String,
    /// Its share of the owner's attributes, one per line, if not all.
    pub attributes: String,
    /// When it ends.
    pub expires_at: Timestamp,
    /// When it was used last.
    pub used_at: Option<Timestamp>,
}

/// All accounts.
#[derive(Debug, Clone, Default)]
pub struct PeoplePage {
    /// The accounts.
    pub people: Vec<PersonRow>,
    /// The teams with their attributes, one per line.
    pub teams: Vec<(String, String)>,
    /// The outcome of a form.
    pub notice: Option<Notice>,
    /// A link that is shown this once.
    pub secret: Option<ShownOnce>,
    /// The names of all teams.
    pub known_teams: Vec<String>,
    /// What was typed into the form for a new account: name, name that others read, teams, role.
    pub typed: [String; 4],
    /// When the page was made.
    pub now: Timestamp,
}

/// An account in the list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PersonRow {
    /// Its id.
    pub id: String,
    /// The name to sign in with.
    pub name: String,
    /// The name that others read.
    pub full_name: String,
    /// What it looks after.
    pub role: &'static str,
    /// Its teams.
    pub teams: Vec<String>,
    /// Whether it may not sign in.
    pub is_disabled: bool,
    /// Whether nobody has been able to sign in to it yet.
    pub is_invited: bool,
    /// Whether it has a second factor.
    pub has_factor: bool,
    /// When its owner last signed in.
    pub signed_in_at: Option<Timestamp>,
}

/// One account, for admins.
#[derive(Debug, Clone, Default)]
pub struct AccountPage {
    /// The account.
    pub person: PersonRow,
    /// The address of mail that an admin has set; empty where none is.
    pub mail: String,
    /// Its own attributes, one per line.
    pub attributes: String,
    /// The attributes that statements see, each with whence it comes.
    pub effective: Vec<(String, String)>,
    /// The names of all teams.
    pub known_teams: Vec<String>,
    /// The identities of its owner: issuer and subject.
    pub identities: Vec<String>,
    /// Its sessions.
    pub sessions: usize,
    /// Whether it is the reader's own.
    pub is_own: bool,
    /// The outcome of a form.
    pub notice: Option<Notice>,
    /// A link that is shown this once.
    pub secret: Option<ShownOnce>,
    /// When the page was made.
    pub now: Timestamp,
}
