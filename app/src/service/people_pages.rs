//! What the pages about people show: sign-in, set-up, one's own account, all accounts.

use brisk_domain::Timestamp;

/// Who reads a page, as far as the page says so. Equal for many, so that they can share pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Reader {
    /// Whoever reaches a server without accounts.
    #[default]
    Anybody,
    /// Somebody who has not signed in.
    Nobody,
    /// Somebody who has.
    Person,
    /// Somebody who has, and looks after some dashboards.
    Editor,
    /// Somebody who looks after the server.
    Admin,
}

impl Reader {
    /// Whether pages of administration are for them.
    pub fn administers(self) -> bool {
        matches!(self, Self::Anybody | Self::Admin)
    }
}

/// What became of a form.
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
    /// Whether nothing but a code is asked for: the rest was said elsewhere.
    pub lacks_only_code: bool,
    /// What people call the provider where they sign in, if there is one.
    pub provider: Option<String>,
    /// Whether nobody signs in with a password.
    pub is_passwordless: bool,
    /// Why it did not work.
    pub problem: Option<String>,
    /// Whether one has just signed out here, and may still be signed in at the provider.
    pub is_signed_out: bool,
}

/// Where one has signed out here, on the way to do so at the provider.
#[derive(Debug, Clone)]
pub struct SignedOutPage {
    /// What people call the provider.
    pub provider: String,
    /// Where one goes on.
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
    /// Why it did not work.
    pub problem: Option<String>,
    /// What people call the provider where they sign in, if there is one.
    pub provider: Option<String>,
    /// Whether nobody signs in with a password.
    pub is_passwordless: bool,
    /// The shortest password, in characters.
    pub shortest: usize,
}

/// Setting up the second factor that one has to have.
#[derive(Debug, Clone, Default)]
pub struct SecondFactorPage {
    /// The authenticator's key as people type it.
    pub text: String,
    /// The same as authenticators read it.
    pub address: String,
    /// The same for their cameras.
    pub picture: Option<QrCode>,
    /// Whether one proves who one is with the password.
    pub takes_password: bool,
    /// What became of a form.
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
    /// What one looks after.
    pub role: &'static str,
    /// The teams that one is in.
    pub teams: Vec<String>,
    /// What statements see of one, a line each.
    pub attributes: String,
    /// The second factor.
    pub factor: Factor,
    /// Whether one proves who one is with a password.
    pub takes_password: bool,
    /// Who one is elsewhere.
    pub identities: Vec<IdentityRow>,
    /// What people call the provider that one's account can be connected with.
    pub connects: Option<String>,
    /// Whether signing in there decides what one's account may.
    pub has_rules: bool,
    /// Where one goes on to connect it.
    pub leads_to: Option<String>,
    /// One's sessions.
    pub sessions: Vec<SessionRow>,
    /// One's tokens.
    pub tokens: Vec<TokenRow>,
    /// The scopes that one's tokens may have.
    pub scopes: Vec<(&'static str, &'static str)>,
    /// What became of a form.
    pub notice: Option<Notice>,
    /// What is shown this once.
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
    /// This is offered: the secret as people type it, and as authenticators read it.
    Offered {
        /// As people type it.
        text: String,
        /// As authenticators read it.
        address: String,
        /// The same for their cameras.
        picture: Option<QrCode>,
    },
    /// There is one, with so many recovery codes left.
    Active(u32),
}

/// A QR code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QrCode {
    /// How many units it is wide and high.
    pub size: u32,
    /// The path of what is dark in it.
    pub path: String,
}

/// What is shown once and never again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownOnce {
    /// What it is and what to do with it.
    pub about: String,
    /// Each on a line.
    pub lines: Vec<String>,
}

/// Who the owner of an account is elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentityRow {
    /// Identifies it in forms.
    pub id: String,
    /// Who vouches: what people call the provider, or its address.
    pub issuer: String,
    /// Whether that is the provider where people sign in.
    pub is_of_provider: bool,
    /// What they are to it.
    pub subject: String,
    /// Whether it is asked if it should be disconnected.
    pub is_asked: bool,
}

/// A session of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRow {
    /// Identifies it in forms.
    pub id: String,
    /// The browser in words.
    pub browser: String,
    /// The browser, as it says itself.
    pub agent: String,
    /// From where it was begun.
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
    /// What it has of its owner's attributes, a line each, where that is not all.
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
    /// The teams with their attributes, a line each.
    pub teams: Vec<(String, String)>,
    /// What became of a form.
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

/// An account among all.
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
    /// Whether nobody can have signed in to it yet.
    pub is_invited: bool,
    /// Whether it has a second factor.
    pub has_factor: bool,
    /// When somebody signed in to it for the last time.
    pub signed_in_at: Option<Timestamp>,
}

/// One account, for admins.
#[derive(Debug, Clone, Default)]
pub struct AccountPage {
    /// The account.
    pub person: PersonRow,
    /// Its attributes, a line each.
    pub attributes: String,
    /// The names of all teams.
    pub known_teams: Vec<String>,
    /// Who its owner is elsewhere: issuer and subject.
    pub identities: Vec<String>,
    /// Its sessions.
    pub sessions: usize,
    /// Whether it is the reader's own.
    pub is_own: bool,
    /// What became of a form.
    pub notice: Option<Notice>,
    /// A link that is shown this once.
    pub secret: Option<ShownOnce>,
    /// When the page was made.
    pub now: Timestamp,
}
